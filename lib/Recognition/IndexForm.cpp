//===- IndexForm.cpp - Tensors that are sums of their indices -------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Follows counting integers through the nodes that compute masks.
//
//===----------------------------------------------------------------------===//

#include "IndexForm.h"
#include "NodeMatch.h"
#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"

using namespace mlir;
using namespace ecolm;

IndexForm IndexForm::plus(const IndexForm &other, int64_t factor) const {
  IndexForm sum;
  size_t rank = std::max(factors.size(), other.factors.size());
  auto factorAt = [&](const IndexForm &form, size_t dim) -> int64_t {
    size_t missing = rank - form.factors.size();
    return dim < missing ? 0 : form.factors[dim - missing];
  };
  for (size_t dim = 0; dim < rank; ++dim)
    sum.factors.push_back(factorAt(*this, dim) + factor * factorAt(other, dim));
  sum.offset = offset.plus(other.offset, factor);
  return sum;
}

/// How many elements a Slice of `dim` alone asks for, or nothing.
static std::optional<LinearForm> getAskedSize(onnx::NodeOp slice, int64_t dim) {
  Value axesInput = slice.getPresentInput(3), steps = slice.getPresentInput(4);
  RankedTensorType type = getRankedType(slice.getInputs()[0]);
  if (static_cast<int64_t>(slice.getOpset()) < 10 || !axesInput || !type)
    return std::nullopt;
  auto axes = onnx::getConstantIntegers(skipIdentities(axesInput));
  auto step = steps ? onnx::getConstantIntegers(skipIdentities(steps))
                    : std::optional(SmallVector<int64_t>{1});
  if (!axes || axes->size() != 1 || !step || step->front() != 1 ||
      normalizeAxis((*axes)[0], type.getRank()) != dim)
    return std::nullopt;
  std::optional<LinearForm> start = getIntegerForm(slice.getInputs()[1]);
  std::optional<LinearForm> end = getIntegerForm(slice.getInputs()[2]);
  // Negative places count from the end. How much there is behind a constant
  // only the run knows, but for the first element of what is not empty.
  if (!start || !end)
    return std::nullopt;
  bool isFirst = *start == LinearForm(0) && *end == LinearForm(1);
  if (!start->terms.empty() || start->constant < 0 ||
      (end->terms.empty() && !isFirst))
    return std::nullopt;
  return end->plus(*start, -1);
}

/// True if `size` is made of names that the model gave.
static bool isOfModel(const std::optional<LinearForm> &size) {
  return size && llvm::none_of(size->terms, [](const auto &term) {
           return StringRef(term.first).starts_with("?");
         });
}

std::optional<LinearForm> ecolm::getFittingSize(Value value, int64_t dim) {
  std::optional<LinearForm> size = getSizeForm(value, dim);
  if (isOfModel(size))
    return size;
  auto node = skipIdentities(value).getDefiningOp<onnx::NodeOp>();
  if (!node || !node.getDomain().empty() || dim < 0)
    return size;
  StringRef op = node.getOpType();
  if (op == "Slice")
    if (std::optional<LinearForm> asked = getAskedSize(node, dim))
      return asked;
  if (op == "Unsqueeze") {
    auto axes = getIntsOrInput(node, "axes", 1);
    int64_t rank = getResultType(node).getRank(), own = dim;
    for (int64_t axis : axes.value_or(SmallVector<int64_t>()))
      own -= normalizeAxis(axis, rank).value_or(rank) < dim;
    return getFittingSize(node.getInputs()[0], own);
  }
  bool keepsPlaces = op == "Slice" || op == "Not" || op == "Cast" ||
                     op == "Where" || op == "Equal" || op == "Trilu" ||
                     op == "Add" || op == "Sub" || op == "Mul";
  if (!keepsPlaces)
    return size;
  for (Value input : node.getInputs()) {
    RankedTensorType type = getRankedType(input);
    int64_t own = dim;
    if (type && op != "Slice" && op != "Trilu")
      own -= getResultType(node).getRank() - type.getRank();
    if (type && own >= 0 && own < type.getRank() && type.isDynamicDim(own))
      return getFittingSize(input, own);
  }
  return size;
}

/// True if both dimensions are of one size in every run.
static bool haveSameSize(Value lhs, int64_t lhsDim, Value rhs, int64_t rhsDim) {
  std::optional<LinearForm> size = getFittingSize(lhs, lhsDim);
  return size && size == getFittingSize(rhs, rhsDim);
}

bool ecolm::broadcastsPlainly(Value lhs, Value rhs) {
  RankedTensorType a = getRankedType(lhs), b = getRankedType(rhs);
  if (!a || !b)
    return false;
  for (int64_t i = 1; i <= std::min(a.getRank(), b.getRank()); ++i) {
    int64_t dimA = a.getRank() - i, dimB = b.getRank() - i;
    if (a.getDimSize(dimA) != 1 && b.getDimSize(dimB) != 1 &&
        !haveSameSize(lhs, dimA, rhs, dimB))
      return false;
  }
  return true;
}

/// The form that fits every element of a constant.
static std::optional<IndexForm> fitConstant(Value value) {
  RankedTensorType type = getRankedType(value);
  auto reader = onnx::ElementsReader::get(getConstant(value));
  if (!type || !reader || !isa<IntegerType>(reader->getElementType()) ||
      reader->size() == 0)
    return std::nullopt;
  IndexForm form;
  form.offset = LinearForm(reader->getInteger(0));
  SmallVector<int64_t> strides(type.getRank(), 1);
  for (int64_t dim = type.getRank() - 2; dim >= 0; --dim)
    strides[dim] = strides[dim + 1] * type.getDimSize(dim + 1);
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    form.factors.push_back(type.getDimSize(dim) > 1
                               ? reader->getInteger(strides[dim]) -
                                     reader->getInteger(0)
                               : 0);
  for (int64_t i = 0; i < reader->size(); ++i) {
    int64_t expected = form.offset.constant;
    for (int64_t dim = 0; dim < type.getRank(); ++dim)
      expected += form.factors[dim] * (i / strides[dim] % type.getDimSize(dim));
    if (reader->getInteger(i) != expected)
      return std::nullopt;
  }
  return form;
}

/// The factors of dimensions that are not one, in the order of another shape
/// that has the same ones.
static std::optional<IndexForm> moveOverOnes(const IndexForm &form,
                                             RankedTensorType from,
                                             RankedTensorType to) {
  SmallVector<int64_t> kept;
  SmallVector<int64_t> sizes;
  for (auto [size, factor] : llvm::zip_equal(from.getShape(), form.factors)) {
    if (size == 1)
      continue;
    kept.push_back(factor);
    sizes.push_back(size);
  }
  IndexForm moved;
  moved.offset = form.offset;
  size_t next = 0;
  for (int64_t size : to.getShape()) {
    bool isOne = size == 1;
    if (!isOne && (next == kept.size() || sizes[next] != size))
      return std::nullopt;
    moved.factors.push_back(isOne ? 0 : kept[next++]);
  }
  if (next != kept.size())
    return std::nullopt;
  return moved;
}

/// Dimensions of the input that Slice moves the origin of, with the start.
static std::optional<IndexForm> moveBySlice(onnx::NodeOp node, IndexForm form) {
  Value axesInput = node.getPresentInput(3), steps = node.getPresentInput(4);
  if (static_cast<int64_t>(node.getOpset()) < 10)
    return std::nullopt;
  auto axes = axesInput ? onnx::getConstantIntegers(skipIdentities(axesInput))
                        : std::optional(SmallVector<int64_t>{0});
  auto step = steps ? onnx::getConstantIntegers(skipIdentities(steps))
                    : std::optional(SmallVector<int64_t>{1});
  std::optional<LinearForm> start = getIntegerForm(node.getInputs()[1]);
  if (!axes || axes->size() != 1 || !step || step->front() != 1 || !start)
    return std::nullopt;
  std::optional<int64_t> axis = normalizeAxis((*axes)[0], form.factors.size());
  // A negative start counts from the end. A form without a negative part is
  // none, and a size minus another is the start of the last rows.
  bool isNegative = start->terms.empty() && start->constant < 0;
  if (!axis || isNegative)
    return std::nullopt;
  form.offset = form.offset.plus(*start, form.factors[*axis]);
  return form;
}

std::optional<IndexForm> ecolm::moveForm(onnx::NodeOp node,
                                         const IndexForm &form) {
  RankedTensorType from = getRankedType(node.getInputs()[0]);
  RankedTensorType to = getRankedType(node.getResult(0));
  StringRef op = node.getOpType();
  if (!from || !to)
    return std::nullopt;
  // Two sizes that only the run knows could trade places.
  bool isClear = op == "Reshape" && from.getNumDynamicDims() < 2;
  if (op == "Unsqueeze" || op == "Squeeze" || isClear)
    return moveOverOnes(form, from, to);
  if (op == "Slice")
    return moveBySlice(node, form);
  IndexForm moved = form;
  if (op == "Expand") {
    int64_t added = to.getRank() - from.getRank();
    for (int64_t dim = 0; dim < from.getRank(); ++dim) {
      if (from.getDimSize(dim) == 1)
        moved.factors[dim] = 0;
      else if (!haveSameSize(node.getInputs()[0], dim, node.getResult(0),
                             dim + added))
        return std::nullopt;
    }
    moved.factors.insert(moved.factors.begin(), added, 0);
    return moved;
  }
  if (op != "Transpose")
    return std::nullopt;
  auto perm = getInts(node, "perm");
  if (!perm)
    return std::nullopt;
  for (auto [i, dim] : llvm::enumerate(*perm))
    moved.factors[i] = form.factors[dim];
  return moved;
}

/// Two tensors that count on from each other, of which the first is of a size
/// that is known.
static std::optional<IndexForm> joinForms(onnx::NodeOp concat) {
  RankedTensorType type = getRankedType(concat.getInputs()[0]);
  if (!type || concat.getInputs().size() != 2)
    return std::nullopt;
  auto axis = normalizeAxis(getInt(concat, "axis", 0), type.getRank());
  std::optional<LinearForm> length =
      axis ? getFittingSize(concat.getInputs()[0], *axis) : std::nullopt;
  if (!length || !length->terms.empty())
    return std::nullopt;
  std::optional<IndexForm> first = getIndexForm(concat.getInputs()[0]);
  std::optional<IndexForm> joined =
      first ? getIndexForm(concat.getInputs()[1]) : std::nullopt;
  if (!joined)
    return std::nullopt;
  int64_t size = length->constant;
  joined->offset.constant -= size * joined->factors[*axis];
  // What one element would be multiplied by does not matter.
  if (size == 1)
    first->factors[*axis] = joined->factors[*axis];
  return first->factors == joined->factors && first->offset == joined->offset
             ? joined
             : std::nullopt;
}

/// Whether every element of a form is at least 0, for sizes are.
static bool isNeverNegative(const IndexForm &form) {
  return form.offset.constant >= 0 &&
         llvm::all_of(form.offset.terms,
                      [](const auto &term) { return term.second >= 0; }) &&
         llvm::all_of(form.factors, [](int64_t factor) { return factor >= 0; });
}

/// Elements at places that are joined, `GatherND(x, Concat(i[..,], j[..,]))`:
/// the form of x, of the forms of the places.
static std::optional<IndexForm> lookUp(onnx::NodeOp gather) {
  std::optional<IndexForm> data = getIndexForm(gather.getInputs()[0]);
  onnx::NodeOp places = matchNode(gather.getInputs()[1], "Concat");
  RankedTensorType type =
      places ? getRankedType(places.getResult(0)) : RankedTensorType();
  if (!data || !type || getInt(gather, "batch_dims", 0) != 0 ||
      normalizeAxis(getInt(places, "axis", 0), type.getRank()) !=
          type.getRank() - 1 ||
      places.getInputs().size() != data->factors.size())
    return std::nullopt;
  IndexForm found = {SmallVector<int64_t>(type.getRank() - 1, 0), data->offset};
  for (auto [place, factor] :
       llvm::zip_equal(places.getInputs(), data->factors)) {
    if (getRankedType(place).getShape().back() != 1)
      return std::nullopt;
    if (factor == 0)
      continue;
    std::optional<IndexForm> at = getIndexForm(place);
    if (!at || !isNeverNegative(*at))
      return std::nullopt;
    at->factors.pop_back();
    found = found.plus(*at, factor);
  }
  return found;
}

std::optional<IndexForm> ecolm::getIndexForm(Value value) {
  value = skipIdentities(value);
  RankedTensorType type = getRankedType(value);
  if (!type || !isa<IntegerType>(type.getElementType()))
    return std::nullopt;
  if (std::optional<LinearForm> number = getIntegerForm(value))
    return IndexForm{SmallVector<int64_t>(type.getRank(), 0), *number};
  if (getConstant(value))
    return fitConstant(value);
  auto node = value.getDefiningOp<onnx::NodeOp>();
  if (!node || !node.getDomain().empty())
    return std::nullopt;
  StringRef op = node.getOpType();
  ValueRange inputs = node.getInputs();
  if (op == "Range") {
    std::optional<LinearForm> start = getIntegerForm(inputs[0]);
    std::optional<LinearForm> step = getIntegerForm(inputs[2]);
    if (!start || !step || !(*step == LinearForm(1)))
      return std::nullopt;
    return IndexForm{{type.getDimSize(0) == 1 ? 0 : 1}, *start};
  }
  if (op == "Add" || op == "Sub") {
    std::optional<IndexForm> lhs = getIndexForm(inputs[0]);
    std::optional<IndexForm> rhs = lhs ? getIndexForm(inputs[1]) : std::nullopt;
    if (!rhs || !broadcastsPlainly(inputs[0], inputs[1]))
      return std::nullopt;
    return lhs->plus(*rhs, op == "Add" ? 1 : -1);
  }
  if (op == "Concat")
    return joinForms(node);
  if (op == "GatherND")
    return lookUp(node);
  std::optional<IndexForm> form =
      inputs.empty() ? std::nullopt : getIndexForm(inputs[0]);
  if (!form || op == "Cast")
    return form;
  return moveForm(node, *form);
}

//===- Movement.cpp - Evaluators that move elements -----------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Evaluates operators that move elements, or make them from sizes.
//
//===----------------------------------------------------------------------===//

#include "Evaluators.h"
#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include <numeric>

using namespace mlir;

namespace ecolm::onnx {

void copyRun(const HostTensor &from, int64_t source, HostTensor &to,
             int64_t target, int64_t count) {
  std::visit(
      [&](auto &out) {
        const auto &in =
            std::get<std::decay_t<decltype(out)>>(from.getStorage());
        std::copy_n(in.begin() + source, count, out.begin() + target);
      },
      to.getStorage());
}

void copyStrided(const HostTensor &input, int64_t offset,
                 ArrayRef<int64_t> strides, HostTensor &result) {
  ArrayRef<int64_t> shape = result.getShape();
  if (result.size() == 0)
    return;
  int64_t inner = shape.empty() ? 1 : shape.back();
  int64_t step = shape.empty() ? 0 : strides.back();
  SmallVector<int64_t> index(shape.size(), 0);
  std::visit(
      [&](auto &out) {
        const auto &in =
            std::get<std::decay_t<decltype(out)>>(input.getStorage());
        int64_t source = offset;
        for (size_t target = 0; target < out.size(); target += inner) {
          for (int64_t i = 0; i < inner; ++i)
            out[target + i] = in[source + i * step];
          // The next row: the last of the outer indices that does not wrap.
          for (int64_t axis = static_cast<int64_t>(shape.size()) - 2; axis >= 0;
               --axis) {
            source += strides[axis];
            if (++index[axis] < shape[axis])
              break;
            source -= strides[axis] * shape[axis];
            index[axis] = 0;
          }
        }
      },
      result.getStorage());
}

//===----------------------------------------------------------------------===//
// Operators that change the shape only
//===----------------------------------------------------------------------===//

/// `input` in another shape of as many elements.
static bool reshape(Evaluation &eval, ArrayRef<int64_t> shape) {
  const HostTensor *input = eval.getInput(0);
  if (onnx::countElements(shape) != input->size() ||
      !eval.budget.take(input->getShape()))
    return false;
  eval.results.push_back(*input);
  eval.results.back().setShape(shape);
  return true;
}

static bool evaluateIdentity(Evaluation &eval) {
  return eval.getInput(0) && reshape(eval, eval.getInput(0)->getShape());
}

static bool evaluateReshape(Evaluation &eval) {
  const HostTensor *input = eval.getInput(0);
  auto shape = eval.getInts("shape", 1);
  if (!input || !shape)
    return false;
  int64_t rest = -1, known = 1;
  for (auto [i, size] : llvm::enumerate(*shape)) {
    if (size == 0 && !eval.getInt("allowzero", 0)) {
      if (static_cast<int64_t>(i) >= input->getRank())
        return false;
      size = input->getShape()[i];
    }
    if (size == -1 && rest < 0)
      rest = i;
    else if (size < 0 || llvm::MulOverflow(known, size, known))
      return false;
  }
  if (rest >= 0) {
    if (known == 0)
      return false;
    (*shape)[rest] = input->size() / known;
  }
  return reshape(eval, *shape);
}

static bool evaluateFlatten(Evaluation &eval) {
  const HostTensor *input = eval.getInput(0);
  if (!input)
    return false;
  int64_t axis = eval.getInt("axis", 1), rank = input->getRank();
  if (axis < -rank || axis > rank)
    return false;
  ArrayRef<int64_t> shape = input->getShape();
  axis += axis < 0 ? rank : 0;
  return reshape(eval, {llvm::product_of(shape.take_front(axis)),
                        llvm::product_of(shape.drop_front(axis))});
}

/// The axes that a Squeeze or Unsqueeze names, as flags over `rank`.
static std::optional<SmallVector<bool>> markAxes(const Evaluation &eval,
                                                 int64_t rank) {
  auto axes = eval.getInts("axes", 1);
  if (!axes)
    return std::nullopt;
  SmallVector<bool> marks(rank, false);
  for (int64_t axis : *axes) {
    std::optional<int64_t> fromFront = countAxisFromFront(axis, rank);
    if (!fromFront || marks[*fromFront])
      return std::nullopt;
    marks[*fromFront] = true;
  }
  return marks;
}

static bool evaluateSqueeze(Evaluation &eval) {
  const HostTensor *input = eval.getInput(0);
  if (!input)
    return false;
  auto marks = markAxes(eval, input->getRank());
  if (!eval.getInput(1) && !eval.node.getNodeAttr("axes"))
    marks = SmallVector<bool>(llvm::map_range(
        input->getShape(), [](int64_t size) { return size == 1; }));
  if (!marks)
    return false;
  SmallVector<int64_t> shape;
  for (auto [size, gone] : llvm::zip_equal(input->getShape(), *marks))
    if (!gone)
      shape.push_back(size);
  return reshape(eval, shape);
}

static bool evaluateUnsqueeze(Evaluation &eval) {
  const HostTensor *input = eval.getInput(0);
  auto axes = eval.getInts("axes", 1);
  if (!input || !axes || axes->size() > 64)
    return false;
  auto marks = markAxes(eval, input->getRank() + axes->size());
  if (!marks)
    return false;
  SmallVector<int64_t> shape(input->getShape());
  for (auto [axis, isNew] : llvm::enumerate(*marks))
    if (isNew)
      shape.insert(shape.begin() + axis, 1);
  return reshape(eval, shape);
}

//===----------------------------------------------------------------------===//
// Operators that read with strides
//===----------------------------------------------------------------------===//

/// Appends the strided view of input 0.
static bool addView(Evaluation &eval, int64_t offset, ArrayRef<int64_t> strides,
                    ArrayRef<int64_t> shape) {
  const HostTensor *input = eval.getInput(0);
  HostTensor *result = eval.addResult(input->getElementType(), shape);
  if (!result)
    return false;
  copyStrided(*input, offset, strides, *result);
  return true;
}

static bool evaluateTranspose(Evaluation &eval) {
  const HostTensor *input = eval.getInput(0);
  if (!input)
    return false;
  int64_t rank = input->getRank();
  SmallVector<int64_t> order(llvm::reverse(llvm::seq<int64_t>(0, rank)));
  if (auto attr =
          dyn_cast_or_null<DenseI64ArrayAttr>(eval.node.getNodeAttr("perm")))
    order.assign(attr.asArrayRef().begin(), attr.asArrayRef().end());
  if (!isPermutationVector(order) || static_cast<int64_t>(order.size()) != rank)
    return false;
  SmallVector<int64_t> own = getStrides(input->getShape()), strides, shape;
  for (int64_t axis : order) {
    strides.push_back(own[axis]);
    shape.push_back(input->getShape()[axis]);
  }
  return addView(eval, 0, strides, shape);
}

static bool evaluateExpand(Evaluation &eval) {
  const HostTensor *input = eval.getInput(0);
  auto shape = eval.getInts("", 1);
  if (!input || !shape || shape->size() > 64)
    return false;
  if (static_cast<int64_t>(shape->size()) < input->getRank())
    shape->insert(shape->begin(), input->getRank() - shape->size(), 1);
  SmallVector<int64_t> own = getStrides(input->getShape());
  SmallVector<int64_t> strides(shape->size(), 0);
  int64_t lead = shape->size() - input->getRank();
  for (auto [axis, size] : llvm::enumerate(input->getShape())) {
    int64_t &wanted = (*shape)[lead + axis];
    if (wanted == 1)
      wanted = size;
    if (size != 1 && wanted != size)
      return false;
    strides[lead + axis] = size == 1 ? 0 : own[axis];
  }
  return addView(eval, 0, strides, *shape);
}

static bool evaluateSlice(Evaluation &eval) {
  const HostTensor *input = eval.getInput(0);
  auto starts = eval.getInts("starts", 1), ends = eval.getInts("ends", 2);
  if (!input || !starts || !ends || starts->size() != ends->size())
    return false;
  SmallVector<int64_t> axes = eval.getInts("axes", 3).value_or(
      llvm::to_vector(llvm::seq<int64_t>(0, starts->size())));
  SmallVector<int64_t> steps =
      eval.getInts("", 4).value_or(SmallVector<int64_t>(starts->size(), 1));
  if (axes.size() != starts->size() || steps.size() != starts->size())
    return false;
  SmallVector<int64_t> strides = getStrides(input->getShape());
  SmallVector<int64_t> shape(input->getShape());
  int64_t offset = 0;
  for (auto [start, end, axis, step] :
       llvm::zip_equal(*starts, *ends, axes, steps)) {
    std::optional<int64_t> fromFront =
        countAxisFromFront(axis, input->getRank());
    if (!fromFront || step == 0 || step == INT64_MIN)
      return false;
    int64_t size = input->getShape()[*fromFront];
    // Implementations disagree about a walk back from before the front.
    if (step < 0 && start < -size)
      return false;
    auto clamp = [&](int64_t position, int64_t least, int64_t most) {
      return std::clamp(position < 0 && position >= -size ? position + size
                                                          : position,
                        least, most);
    };
    int64_t last = step > 0 ? size : size - 1, first = step > 0 ? 0 : -1;
    // Positions before the front are before it, however far.
    int64_t from = clamp(start, 0, last);
    int64_t to = end < -size ? first : clamp(end, first, size);
    int64_t span = step > 0 ? to - from : from - to;
    int64_t count = span <= 0 ? 0 : llvm::divideCeil(span, std::abs(step));
    offset += count ? from * strides[*fromFront] : 0;
    strides[*fromFront] *= step;
    shape[*fromFront] = count;
  }
  return addView(eval, offset, strides, shape);
}

static bool evaluateSplit(Evaluation &eval) {
  const HostTensor *input = eval.getInput(0);
  auto axis = input
                  ? countAxisFromFront(eval.getInt("axis", 0), input->getRank())
                  : std::nullopt;
  if (!axis)
    return false;
  int64_t size = input->getShape()[*axis], count = eval.node.getNumResults();
  SmallVector<int64_t> sizes;
  if (auto given = eval.getInts("split", 1)) {
    sizes = *given;
  } else {
    int64_t each = llvm::divideCeil(size, count);
    for (int64_t i = 0; i < count; ++i)
      sizes.push_back(std::clamp<int64_t>(size - i * each, 0, each));
  }
  if (static_cast<int64_t>(sizes.size()) != count ||
      llvm::any_of(sizes,
                   [&](int64_t part) { return part < 0 || part > size; }) ||
      std::accumulate(sizes.begin(), sizes.end(), int64_t(0)) != size)
    return false;
  SmallVector<int64_t> strides = getStrides(input->getShape());
  int64_t offset = 0;
  for (int64_t part : sizes) {
    SmallVector<int64_t> shape(input->getShape());
    shape[*axis] = part;
    if (!addView(eval, part ? offset : 0, strides, shape))
      return false;
    offset += part * strides[*axis];
  }
  return true;
}

void populateMovementEvaluators(EvaluatorTable &table) {
  table["Expand"] = evaluateExpand;
  table["Flatten"] = evaluateFlatten;
  table["Identity"] = evaluateIdentity;
  table["Reshape"] = evaluateReshape;
  table["Slice"] = evaluateSlice;
  table["Split"] = evaluateSplit;
  table["Squeeze"] = evaluateSqueeze;
  table["Transpose"] = evaluateTranspose;
  table["Unsqueeze"] = evaluateUnsqueeze;
}

} // namespace ecolm::onnx

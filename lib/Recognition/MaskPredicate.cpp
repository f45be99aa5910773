//===- MaskPredicate.cpp - Which keys a mask lets through -----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Proves that a mask is causal, from constants and from its structure.
//
//===----------------------------------------------------------------------===//

#include "MaskPredicate.h"
#include "IndexForm.h"
#include "NodeMatch.h"
#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"

using namespace mlir;
using namespace ecolm;

namespace {
/// A tensor of two values: `inside` where `test <= 0`, else `outside`.
struct TwoValued {
  IndexForm test;
  double inside, outside;

  bool isUniform() const { return inside == outside; }
  TwoValued map(llvm::function_ref<double(double)> function) const {
    return {test, function(inside), function(outside)};
  }
};
} // namespace

static std::optional<TwoValued> evaluate(Value value);

/// The same value everywhere in `rank` dimensions.
static TwoValued makeUniform(int64_t rank, double value) {
  return {{SmallVector<int64_t>(rank, 0), LinearForm(0)}, value, value};
}

/// A constant matrix, with dimensions of one before it, whose row i starts with
/// `i + diagonal + 1` elements of one value and goes on with the other:
///
///   1 0 0
///   1 1 0     diagonal 0
///   1 1 1
static std::optional<TwoValued> fitTriangle(Value value) {
  RankedTensorType type = getRankedType(value);
  auto reader = onnx::ElementsReader::get(getConstant(value));
  if (!type || !reader || reader->size() == 0)
    return std::nullopt;
  int64_t rank = type.getRank(), size = reader->size();
  double first = reader->getDouble(0);
  auto differs = [&](int64_t i) { return reader->getDouble(i) != first; };
  if (llvm::none_of(llvm::seq<int64_t>(0, size), differs))
    return makeUniform(rank, first);
  if (rank < 2 || type.getDimSize(rank - 2) * type.getDimSize(rank - 1) != size)
    return std::nullopt;
  int64_t rows = type.getDimSize(rank - 2), columns = type.getDimSize(rank - 1);
  auto at = [&](int64_t row, int64_t column) {
    return reader->getDouble(row * columns + column);
  };
  double inside = at(rows - 1, 0);
  auto countInside = [&](int64_t row) {
    int64_t count = 0;
    while (count < columns && at(row, count) == inside)
      ++count;
    return count;
  };
  // A row that is neither full nor empty tells the diagonal.
  std::optional<int64_t> diagonal;
  for (int64_t row = 0; row < rows && !diagonal; ++row)
    if (int64_t count = countInside(row); count > 0 && count < columns)
      diagonal = count - row - 1;
  if (!diagonal)
    return std::nullopt;
  double outside = 0;
  for (int64_t row = 0; row < rows; ++row)
    if (int64_t count = countInside(row); count < columns)
      outside = at(row, count);
  for (int64_t row = 0; row < rows; ++row) {
    int64_t wanted = std::clamp<int64_t>(row + *diagonal + 1, 0, columns);
    for (int64_t column = 0; column < columns; ++column)
      if (at(row, column) != (column < wanted ? inside : outside))
        return std::nullopt;
  }
  TwoValued triangle = {makeUniform(rank, 0).test, inside, outside};
  triangle.test.factors[rank - 2] = rows > 1 ? -1 : 0;
  triangle.test.factors[rank - 1] = 1;
  triangle.test.offset = LinearForm(-*diagonal);
  return triangle;
}

/// A comparison of counting integers: true where `test <= 0`.
static std::optional<TwoValued> evaluateComparison(onnx::NodeOp node) {
  Value lhs = node.getInputs()[0], rhs = node.getInputs()[1];
  StringRef op = node.getOpType();
  bool isStrict = op == "Less" || op == "Greater";
  if (op == "Greater" || op == "GreaterOrEqual")
    std::swap(lhs, rhs);
  std::optional<IndexForm> a = getIndexForm(lhs), b = getIndexForm(rhs);
  if (!a || !b || !broadcastsPlainly(lhs, rhs))
    return std::nullopt;
  TwoValued result = {a->plus(*b, -1), 1, 0};
  if (isStrict)
    result.test.offset = result.test.offset.plus(LinearForm(1));
  return result;
}

/// A triangle of one value, zeros elsewhere.
static std::optional<TwoValued> evaluateTrilu(onnx::NodeOp node) {
  std::optional<TwoValued> filled = evaluate(node.getInputs()[0]);
  Value k = node.getPresentInput(1);
  std::optional<LinearForm> diagonal = k ? getIntegerForm(k) : LinearForm(0);
  if (!filled || !filled->isUniform() || !diagonal)
    return std::nullopt;
  size_t rank = filled->test.factors.size();
  TwoValued result = *filled;
  result.test.factors[rank - 2] = -1;
  result.test.factors[rank - 1] = 1;
  bool upper = getInt(node, "upper", 1);
  (upper ? result.inside : result.outside) = 0;
  // Above the k-th diagonal begins what is outside of the one before it.
  result.test.offset = LinearForm(upper ? 1 : 0).plus(*diagonal, -1);
  return result;
}

/// One of two numbers, chosen by a mask.
static std::optional<TwoValued> evaluateWhere(onnx::NodeOp node) {
  std::optional<TwoValued> condition = evaluate(node.getInputs()[0]);
  std::optional<TwoValued> kept = evaluate(node.getInputs()[1]);
  std::optional<TwoValued> other = evaluate(node.getInputs()[2]);
  if (!condition || !kept || !other || !kept->isUniform() ||
      !other->isUniform())
    return std::nullopt;
  return condition->map(
      [&](double truth) { return truth ? kept->inside : other->inside; });
}

/// Arithmetic with a number, or a comparison with one.
static std::optional<TwoValued> evaluateArithmetic(onnx::NodeOp node) {
  std::optional<TwoValued> lhs = evaluate(node.getInputs()[0]);
  std::optional<TwoValued> rhs = evaluate(node.getInputs()[1]);
  if (!lhs || !rhs || !(lhs->isUniform() || rhs->isUniform()))
    return std::nullopt;
  auto compute = [&](double a, double b) {
    StringRef op = node.getOpType();
    if (op == "Equal")
      return a == b ? 1.0 : 0.0;
    return op == "Add" ? a + b : op == "Sub" ? a - b : a * b;
  };
  if (rhs->isUniform())
    return lhs->map([&](double a) { return compute(a, rhs->inside); });
  return rhs->map([&](double b) { return compute(lhs->inside, b); });
}

/// A truth and another, of which one is the same everywhere.
static std::optional<TwoValued> evaluateLogic(onnx::NodeOp node) {
  std::optional<TwoValued> lhs = evaluate(node.getInputs()[0]);
  std::optional<TwoValued> rhs = lhs ? evaluate(node.getInputs()[1]) : lhs;
  if (!lhs || !rhs || !(lhs->isUniform() || rhs->isUniform()) ||
      !broadcastsPlainly(node.getInputs()[0], node.getInputs()[1]))
    return std::nullopt;
  if (lhs->isUniform())
    std::swap(lhs, rhs);
  // True decides Or, and false decides And.
  bool decides = (rhs->inside != 0) == (node.getOpType() == "Or");
  RankedTensorType type = getRankedType(node.getResult(0));
  if (!type)
    return std::nullopt;
  if (decides)
    return makeUniform(type.getRank(), rhs->inside != 0);
  IndexForm test = makeUniform(type.getRank(), 0).test;
  return TwoValued{test.plus(lhs->test, 1), lhs->inside, lhs->outside};
}

static std::optional<TwoValued> evaluateNode(onnx::NodeOp node) {
  StringRef op = node.getOpType();
  if (op == "Less" || op == "LessOrEqual" || op == "Greater" ||
      op == "GreaterOrEqual")
    return evaluateComparison(node);
  if (op == "Trilu")
    return evaluateTrilu(node);
  if (op == "Where")
    return evaluateWhere(node);
  if (op == "And" || op == "Or")
    return evaluateLogic(node);
  if (op == "Add" || op == "Sub" || op == "Mul" || op == "Equal")
    return evaluateArithmetic(node);
  if (op == "ConstantOfShape") {
    auto stated = dyn_cast_or_null<ElementsAttr>(node.getNodeAttr("value"));
    auto reader = onnx::ElementsReader::get(stated);
    RankedTensorType type = getRankedType(node.getResult(0));
    if (!type || (stated && !reader))
      return std::nullopt;
    return makeUniform(type.getRank(), reader ? reader->getDouble(0) : 0);
  }
  std::optional<TwoValued> input =
      node.getInputs().empty() ? std::nullopt : evaluate(node.getInputs()[0]);
  if (!input)
    return std::nullopt;
  if (op == "Not")
    return input->map([](double truth) { return truth ? 0.0 : 1.0; });
  if (op == "Cast") {
    bool toTruth =
        getElementTypeOrSelf(node.getResult(0).getType()).isInteger(1);
    return toTruth ? input->map([](double v) { return v ? 1.0 : 0.0; })
                   : *input;
  }
  RankedTensorType type = getRankedType(node.getResult(0));
  // Zeros add up to zeros.
  if (op == "CumSum")
    return input->isUniform() && input->inside == 0 ? input : std::nullopt;
  bool moves = op == "Gather" || op == "GatherND" || op == "Unsqueeze" ||
               op == "Squeeze" || op == "Reshape" || op == "Expand" ||
               op == "Transpose" || op == "Slice";
  if (type && moves && input->isUniform())
    return makeUniform(type.getRank(), input->inside);
  std::optional<IndexForm> moved = moveForm(node, input->test);
  if (!moved)
    return std::nullopt;
  return TwoValued{*moved, input->inside, input->outside};
}

/// `value` as a tensor of two values, or nothing.
static std::optional<TwoValued> evaluate(Value value) {
  value = skipIdentities(value);
  if (getConstant(value))
    return fitTriangle(value);
  // Integers that count, and come to one number.
  std::optional<IndexForm> form = getIndexForm(value);
  if (form && form->offset.terms.empty() &&
      llvm::all_of(form->factors, [](int64_t factor) { return factor == 0; }))
    return makeUniform(form->factors.size(), form->offset.constant);
  auto node = value.getDefiningOp<onnx::NodeOp>();
  if (!node || !node.getDomain().empty())
    return std::nullopt;
  return evaluateNode(node);
}

std::optional<CausalMask> ecolm::proveCausal(Value mask, MaskUse use,
                                             double lowest) {
  std::optional<TwoValued> values = evaluate(mask);
  if (!values)
    return std::nullopt;
  auto keeps = [&](double value) {
    return use == MaskUse::Keep ? value != 0 : value == 0;
  };
  auto hides = [&](double value) {
    return use == MaskUse::Add ? value <= lowest : !keeps(value);
  };
  if (keeps(values->inside) && keeps(values->outside))
    return CausalMask{true, {}};
  IndexForm test = values->test;
  if (hides(values->inside) && keeps(values->outside)) {
    IndexForm one = {SmallVector<int64_t>(test.factors.size(), 0), 1};
    test = one.plus(test, -1);
  } else if (!keeps(values->inside) || !hides(values->outside)) {
    return std::nullopt;
  }
  size_t rank = test.factors.size();
  RankedTensorType type = getRankedType(mask);
  if (rank < 2 || !type || test.factors[rank - 1] != 1)
    return std::nullopt;
  bool oneRow = type.getDimSize(rank - 2) == 1;
  if (!oneRow && test.factors[rank - 2] != -1)
    return std::nullopt;
  for (size_t dim = 0; dim + 2 < rank; ++dim)
    if (test.factors[dim] != 0)
      return std::nullopt;
  return CausalMask{false, LinearForm(0).plus(test.offset, -1)};
}

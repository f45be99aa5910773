//===- Elementwise.cpp - Rules of elementwise operators -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Infers results that have the shape of the operands, broadcast.
//
//===----------------------------------------------------------------------===//

#include "Rules.h"
#include "ecolm/Dialect/ONNX/IR/DataTypes.h"

using namespace mlir;

namespace ecolm::onnx {

LogicalResult inferUnary(NodeInference &node) {
  if (failed(node.expectInputs(1, 1)))
    return failure();
  if (node.getOp().isStandard("Identity"))
    node.setElements(0, node.getInput(0).elements);
  return node.setResult(0, node.getInput(0).elementType, node.getDims(0));
}

/// Applies `compute` to the elements of two integer tensors of rank 0 or 1.
static std::optional<Dims>
zipElements(const Dims *lhs, const Dims *rhs,
            llvm::function_ref<Dim(Dim, Dim)> compute) {
  if (!lhs || !rhs || lhs->empty() || rhs->empty() ||
      (lhs->size() != rhs->size() && lhs->size() != 1 && rhs->size() != 1))
    return std::nullopt;
  Dims result;
  for (size_t i = 0; i < std::max(lhs->size(), rhs->size()); ++i)
    result.push_back(compute((*lhs)[lhs->size() == 1 ? 0 : i],
                             (*rhs)[rhs->size() == 1 ? 0 : i]));
  return result;
}

LogicalResult inferArithmetic(NodeInference &node) {
  // The exponent of Pow has a type of its own.
  bool isPow = node.getOp().isStandard("Pow");
  if (failed(node.expectInputs(2, 2)) ||
      (!isPow && failed(node.expectSameType({0, 1}))))
    return failure();
  FailureOr<Dims> dims = node.broadcast(node.getDims(0), node.getDims(1));
  if (failed(dims))
    return failure();
  StringRef op = node.getOp().getOpType();
  auto compute = op == "Add"   ? add
                 : op == "Sub" ? subtract
                 : op == "Mul" ? multiply
                 : op == "Div" ? divide
                               : nullptr;
  if (compute)
    node.setElements(
        0, zipElements(node.getElements(0), node.getElements(1), compute));
  return node.setResult(0, node.getInput(0).elementType, *dims);
}

LogicalResult inferComparison(NodeInference &node) {
  if (failed(node.expectInputs(2, 2)) || failed(node.expectSameType({0, 1})))
    return failure();
  FailureOr<Dims> dims = node.broadcast(node.getDims(0), node.getDims(1));
  if (failed(dims))
    return failure();
  auto equal = [](Dim a, Dim b) {
    if (a.provablyEquals(b))
      return Dim(1);
    // A symbol is a size, so it is no negative number.
    bool differs = a.provablyDiffers(b) ||
                   (a.isSymbol() && b.isNumber() && b.getNumber() < 0) ||
                   (b.isSymbol() && a.isNumber() && a.getNumber() < 0);
    return differs ? Dim(0) : Dim();
  };
  if (node.getOp().isStandard("Equal"))
    node.setElements(
        0, zipElements(node.getElements(0), node.getElements(1), equal));
  Type boolean = IntegerType::get(node.getOp().getContext(), 1);
  return node.setResult(0, boolean, *dims);
}

LogicalResult inferVariadic(NodeInference &node) {
  unsigned count = node.getNumInputs();
  if (failed(node.expectInputs(std::max(count, 1u), std::max(count, 1u))))
    return failure();
  Dims dims = node.getDims(0);
  for (unsigned i = 1; i < count; ++i) {
    FailureOr<Dims> next = node.broadcast(dims, node.getDims(i));
    if (failed(next) || failed(node.expectSameType({0, i})))
      return failure();
    dims = *next;
  }
  return node.setResult(0, node.getInput(0).elementType, dims);
}

LogicalResult inferLogic(NodeInference &node) {
  unsigned count = node.getOp().isStandard("Not") ? 1 : 2;
  if (failed(node.expectInputs(count, count)))
    return failure();
  Dims dims;
  for (unsigned i = 0; i < count; ++i) {
    if (!node.getInput(i).elementType.isInteger(1))
      return node.emitError()
             << node.getOp().getOpType() << " expects booleans, found "
             << node.getInput(i).elementType;
    FailureOr<Dims> next = node.broadcast(dims, node.getDims(i));
    if (failed(next))
      return failure();
    dims = *next;
  }
  return node.setResult(0, node.getInput(0).elementType, dims);
}

LogicalResult inferBitwise(NodeInference &node) {
  unsigned count = node.getOp().isStandard("BitwiseNot") ? 1 : 2;
  if (failed(node.expectInputs(count, count)))
    return failure();
  if (!isa<IntegerType>(node.getInput(0).elementType) ||
      node.getInput(0).elementType.isInteger(1))
    return node.emitError()
           << node.getOp().getOpType() << " expects integers, found "
           << node.getInput(0).elementType;
  return count == 1 ? inferUnary(node) : inferArithmetic(node);
}

LogicalResult inferBitCast(NodeInference &node) {
  if (failed(node.expectInputs(1, 1)))
    return failure();
  int64_t to = node.getInt("to", 0);
  Type type = getElementType(to, node.getOp().getContext());
  if (!type)
    return node.emitError() << "BitCast to data type " << describeDataType(to)
                            << " is not supported";
  // A bool is a byte.
  auto widthOf = [](Type element) {
    return element.isInteger(1) ? 8 : element.getIntOrFloatBitWidth();
  };
  Type from = node.getInput(0).elementType;
  if (!from.isIntOrFloat() || widthOf(from) != widthOf(type))
    return node.emitError() << "BitCast expects types of one width, found "
                            << from << " and " << type;
  return node.setResult(0, type, node.getDims(0));
}

LogicalResult inferPredicate(NodeInference &node) {
  if (failed(node.expectInputs(1, 1)))
    return failure();
  return node.setResult(0, IntegerType::get(node.getOp().getContext(), 1),
                        node.getDims(0));
}

LogicalResult inferClip(NodeInference &node) {
  if (failed(node.expectInputs(1, 3)) || failed(node.expectSameType({0, 1, 2})))
    return failure();
  for (unsigned i = 1; i < node.getNumInputs(); ++i)
    if (node.hasInput(i) && failed(node.expectRank(i, 0, 0)))
      return failure();
  return node.setResult(0, node.getInput(0).elementType, node.getDims(0));
}

LogicalResult inferCastLike(NodeInference &node) {
  if (failed(node.expectInputs(2, 2)))
    return failure();
  return node.setResult(0, node.getInput(1).elementType, node.getDims(0));
}

LogicalResult inferWhere(NodeInference &node) {
  if (failed(node.expectInputs(3, 3)) || failed(node.expectSameType({1, 2})))
    return failure();
  if (!node.getInput(0).elementType.isInteger(1))
    return node.emitError() << "Where expects a condition of booleans, found "
                            << node.getInput(0).elementType;
  FailureOr<Dims> dims = node.broadcast(node.getDims(1), node.getDims(2));
  if (failed(dims) || failed(dims = node.broadcast(node.getDims(0), *dims)))
    return failure();
  const Dims *condition = node.getElements(0);
  const Dims *yes = node.getElements(1), *no = node.getElements(2);
  if (condition && yes && no && condition->size() == yes->size() &&
      yes->size() == no->size()) {
    Dims chosen;
    for (auto [c, y, n] : llvm::zip_equal(*condition, *yes, *no))
      chosen.push_back(c.isNumber()          ? (c.isNumber(0) ? n : y)
                       : y.provablyEquals(n) ? y
                                             : Dim());
    node.setElements(0, chosen);
  }
  return node.setResult(0, node.getInput(1).elementType, *dims);
}

LogicalResult inferCast(NodeInference &node) {
  if (failed(node.expectInputs(1, 1)))
    return failure();
  int64_t to = node.getInt("to", 0);
  Type type = getElementType(to, node.getOp().getContext());
  if (!type)
    return node.emitError() << "Cast to data type " << describeDataType(to)
                            << " is not supported; cast to float32, int64, "
                               "int32, int8 or bool";
  // Integers keep their value if the type holds every size there can be.
  if (type.isInteger(64) || type.isInteger(32))
    node.setElements(0, node.getInput(0).elements);
  return node.setResult(0, type, node.getDims(0));
}

} // namespace ecolm::onnx

//===- Matrices.cpp - Products of tensors ---------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts MatMul with numpy's batch dimensions, and Gemm.
//
//===----------------------------------------------------------------------===//

#include "ElementwiseConversion.h"
#include "LinalgConversions.h"
#include "SizeArithmetic.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;
using namespace ecolm;

/// What a failed check of a product says.
static constexpr StringLiteral kSizesDiffer =
    "the dimensions of its inputs that must agree differ";

namespace {
/// The loops of a product: batch dimensions, then rows, columns and the summed
/// dimension, as far as the operands have them.
struct ProductLoops {
  int64_t batch = 0;
  bool hasRows = true, hasColumns = true;

  int64_t rows() const { return batch; }
  int64_t columns() const { return batch + hasRows; }
  int64_t summed() const { return columns() + hasColumns; }
  int64_t count() const { return summed() + 1; }
};
} // namespace

/// The expressions of an operand whose last two dimensions are `inner` loops.
static AffineMap createOperandMap(Value operand, const ProductLoops &loops,
                                  ArrayRef<int64_t> inner,
                                  GraphRewriter &rewriter) {
  auto type = cast<RankedTensorType>(operand.getType());
  int64_t batch = type.getRank() - static_cast<int64_t>(inner.size());
  SmallVector<AffineExpr> exprs;
  for (int64_t dim = 0; dim < batch; ++dim)
    exprs.push_back(type.getDimSize(dim) == 1
                        ? rewriter.getAffineConstantExpr(0)
                        : rewriter.getAffineDimExpr(loops.batch - batch + dim));
  for (int64_t loop : inner)
    exprs.push_back(rewriter.getAffineDimExpr(loop));
  return AffineMap::get(loops.count(), 0, exprs, rewriter.getContext());
}

/// The size of batch loop `loop`, from the operand whose dimension is not one.
static OpFoldResult findBatchSize(Location loc, Value lhs, Value rhs,
                                  const ProductLoops &loops, int64_t loop,
                                  GraphRewriter &rewriter) {
  std::optional<std::pair<Value, int64_t>> found;
  for (Value operand : {lhs, rhs}) {
    auto type = cast<RankedTensorType>(operand.getType());
    int64_t dim = loop - loops.batch + type.getRank() - 2;
    if (type.getRank() < 2 || dim < 0 || type.getDimSize(dim) == 1)
      continue;
    if (found)
      createSizeCheck(rewriter, loc, found->first, found->second, operand, dim,
                      kSizesDiffer);
    else
      found = {operand, dim};
  }
  return found ? rewriter.getSize(found->first, found->second)
               : OpFoldResult(rewriter.getIndexAttr(1));
}

/// `lhs @ rhs` as numpy's matmul defines it, summed upward.
static Value createProduct(Location loc, Value lhs, Value rhs,
                           RankedTensorType type, GraphRewriter &rewriter) {
  auto lhsType = cast<RankedTensorType>(lhs.getType());
  auto rhsType = cast<RankedTensorType>(rhs.getType());
  int64_t lhsRank = lhsType.getRank(), rhsRank = rhsType.getRank();
  ProductLoops loops;
  loops.hasRows = lhsRank > 1;
  loops.hasColumns = rhsRank > 1;
  loops.batch = std::max<int64_t>({lhsRank - 2, rhsRank - 2, 0});
  createSizeCheck(rewriter, loc, lhs, lhsRank - 1, rhs,
                  std::max<int64_t>(rhsRank - 2, 0), kSizesDiffer);

  SmallVector<OpFoldResult> sizes;
  for (int64_t loop = 0; loop < loops.batch; ++loop)
    sizes.push_back(findBatchSize(loc, lhs, rhs, loops, loop, rewriter));
  SmallVector<int64_t> left = {loops.summed()}, right = {loops.summed()};
  if (loops.hasRows) {
    left.insert(left.begin(), loops.rows());
    sizes.push_back(rewriter.getSize(lhs, lhsRank - 2));
  }
  if (loops.hasColumns) {
    right.push_back(loops.columns());
    sizes.push_back(rewriter.getSize(rhs, rhsRank - 1));
  }
  ImplicitLocOpBuilder builder(loc, rewriter);
  Value zero = createNumber(builder, type.getElementType(), 0);
  Value init = createFilled(rewriter, loc, type, sizes, zero);
  SmallVector<AffineExpr> kept;
  for (int64_t loop = 0; loop < loops.summed(); ++loop)
    kept.push_back(rewriter.getAffineDimExpr(loop));
  AffineMap resultMap =
      AffineMap::get(loops.count(), 0, kept, rewriter.getContext());
  SmallVector<AffineMap> maps = {createOperandMap(lhs, loops, left, rewriter),
                                 createOperandMap(rhs, loops, right, rewriter),
                                 resultMap};
  SmallVector<utils::IteratorType> iterators(loops.count(),
                                             utils::IteratorType::parallel);
  iterators.back() = utils::IteratorType::reduction;
  auto body = [](OpBuilder &nested, Location nestedLoc, ValueRange values) {
    ImplicitLocOpBuilder inner(nestedLoc, nested);
    Value product = createByType<arith::MulFOp, arith::MulIOp>(
        inner, {values[0], values[1]});
    Value sum =
        createByType<arith::AddFOp, arith::AddIOp>(inner, {values[2], product});
    linalg::YieldOp::create(inner, sum);
  };
  return linalg::GenericOp::create(rewriter, loc, type, ValueRange{lhs, rhs},
                                   init, maps, iterators, body)
      .getResult(0);
}

static LogicalResult convertMatMul(onnx::NodeOp node, GraphRewriter &rewriter) {
  Value lhs = node.getInputs()[0], rhs = node.getInputs()[1];
  if (cast<RankedTensorType>(lhs.getType()).getRank() == 0 ||
      cast<RankedTensorType>(rhs.getType()).getRank() == 0)
    return rewriter.refuse(node, "expects inputs with a dimension");
  return rewriter.replaceNode(
      node,
      createProduct(node.getLoc(), lhs, rhs, getResultType(node), rewriter));
}

/// `matrix` transposed by a node of its own.
static Value transpose(Value matrix, GraphRewriter &rewriter) {
  auto type = cast<RankedTensorType>(matrix.getType());
  auto swapped = RankedTensorType::get({type.getDimSize(1), type.getDimSize(0)},
                                       type.getElementType());
  return rewriter.createNode(
      matrix.getLoc(), "Transpose", matrix, swapped,
      rewriter.getNamedAttr("perm", rewriter.getDenseI64ArrayAttr({1, 0})));
}

/// `value * factor`, where `factor` is a number known now.
static Value scale(Location loc, Value value, double factor,
                   GraphRewriter &rewriter) {
  if (factor == 1.0)
    return value;
  return createElementwise(
      rewriter, loc, value, cast<RankedTensorType>(value.getType()),
      [&](ImplicitLocOpBuilder &builder, ValueRange values) {
        Type type = values[0].getType();
        return createByType<arith::MulFOp, arith::MulIOp>(
            builder, {values[0], createNumber(builder, type, factor)});
      });
}

/// `alpha * A' @ B' + beta * C`.
static LogicalResult convertGemm(onnx::NodeOp node, GraphRewriter &rewriter) {
  Location loc = node.getLoc();
  RankedTensorType type = getResultType(node);
  Value lhs = node.getInputs()[0], rhs = node.getInputs()[1];
  if (getInt(node, "transA", 0))
    lhs = transpose(lhs, rewriter);
  if (getInt(node, "transB", 0))
    rhs = transpose(rhs, rewriter);
  Value result = createProduct(loc, lhs, rhs, type, rewriter);
  result = scale(loc, result, getFloat(node, "alpha", 1.0), rewriter);
  if (Value bias = node.getPresentInput(2)) {
    double beta = getFloat(node, "beta", 1.0);
    auto body = [&](ImplicitLocOpBuilder &builder, ValueRange values) {
      Value term = values[1];
      if (beta != 1.0)
        term = createByType<arith::MulFOp, arith::MulIOp>(
            builder, {term, createNumber(builder, term.getType(), beta)});
      return createByType<arith::AddFOp, arith::AddIOp>(builder,
                                                        {values[0], term});
    };
    result = createElementwise(rewriter, loc, {result, bias}, type, body);
  }
  return rewriter.replaceNode(node, result);
}

void ecolm::populateMatrixConversions(NodeConversions &conversions) {
  conversions.add("MatMul", convertMatMul);
  conversions.add("Gemm", convertGemm);
}

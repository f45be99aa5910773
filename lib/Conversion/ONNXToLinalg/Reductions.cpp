//===- Reductions.cpp - Reductions ----------------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts operators that fold axes of a tensor, element by element and
// upward.
//
//===----------------------------------------------------------------------===//

#include "ElementwiseConversion.h"
#include "LinalgConversions.h"
#include "Reshaping.h"
#include "SizeArithmetic.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include <limits>

using namespace mlir;
using namespace ecolm;

namespace {
/// What a reduction starts from and how it goes on.
enum class Reduction { Sum, Mean, Max, Min, Prod, SumSquare, L1, L2 };
} // namespace

/// The axes that `node` reduces, in increasing order; all of them if it names
/// none, unless it asks for none by `noop_with_empty_axes`.
static FailureOr<SmallVector<int64_t>> findAxes(onnx::NodeOp node,
                                                GraphRewriter &rewriter) {
  int64_t rank =
      cast<RankedTensorType>(node.getInputs()[0].getType()).getRank();
  SmallVector<int64_t> axes;
  std::optional<SmallVector<int64_t>> given = getIntsOrInput(node, "axes", 1);
  if (!given && hasIntsOrInput(node, "axes", 1))
    return rewriter.refuse(node, "expects constant axes");
  if (!given || given->empty()) {
    if (!getInt(node, "noop_with_empty_axes", 0))
      axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
    return axes;
  }
  for (int64_t axis : *given) {
    std::optional<int64_t> front = normalizeAxis(axis, rank);
    if (!front)
      return rewriter.refuse(node, "expects axes below the rank, found " +
                                       Twine(axis));
    axes.push_back(*front);
  }
  llvm::sort(axes);
  axes.erase(llvm::unique(axes), axes.end());
  return axes;
}

/// The value that leaves every other one as it is.
static Value createNeutral(ImplicitLocOpBuilder &builder, Reduction kind,
                           Type type) {
  double sign = kind == Reduction::Max ? -1 : 1;
  if (kind == Reduction::Prod)
    return createNumber(builder, type, 1);
  if (kind != Reduction::Max && kind != Reduction::Min)
    return createNumber(builder, type, 0);
  if (isa<FloatType>(type))
    return createNumber(builder, type,
                        sign * std::numeric_limits<double>::infinity());
  unsigned width = type.getIntOrFloatBitWidth();
  APInt end = kind == Reduction::Max ? APInt::getSignedMinValue(width)
                                     : APInt::getSignedMaxValue(width);
  return arith::ConstantOp::create(builder, builder.getIntegerAttr(type, end));
}

/// One step: `values` are what was gathered and the next element.
static Value createStep(ImplicitLocOpBuilder &builder, Reduction kind,
                        ValueRange values) {
  Value gathered = values[0], next = values[1];
  switch (kind) {
  case Reduction::Max:
    return createByType<arith::MaximumFOp, arith::MaxSIOp>(builder, values);
  case Reduction::Min:
    return createByType<arith::MinimumFOp, arith::MinSIOp>(builder, values);
  case Reduction::Prod:
    return createByType<arith::MulFOp, arith::MulIOp>(builder, values);
  case Reduction::L1:
    next = createByType<math::AbsFOp, math::AbsIOp>(builder, next);
    break;
  case Reduction::SumSquare:
  case Reduction::L2:
    next = createByType<arith::MulFOp, arith::MulIOp>(builder, {next, next});
    break;
  case Reduction::Sum:
  case Reduction::Mean:
    break;
  }
  return createByType<arith::AddFOp, arith::AddIOp>(builder, {gathered, next});
}

/// What is left to do with each result: divide by the count, or take the root.
static Value createFinish(GraphRewriter &rewriter, Location loc, Reduction kind,
                          Value input, ArrayRef<int64_t> axes, Value result) {
  if (kind != Reduction::Mean && kind != Reduction::L2)
    return result;
  auto type = cast<RankedTensorType>(result.getType());
  Type elementType = type.getElementType();
  Value count;
  if (kind == Reduction::Mean) {
    SizeArithmetic sizes(rewriter, loc);
    OpFoldResult product = sizes.constant(1);
    for (int64_t axis : axes)
      product = sizes.mul(product, rewriter.getSize(input, axis));
    ImplicitLocOpBuilder builder(loc, rewriter);
    count = createCast(builder, sizes.toInteger(product, rewriter.getI64Type()),
                       elementType);
  }
  auto body = [&](ImplicitLocOpBuilder &builder, ValueRange values) -> Value {
    if (kind == Reduction::L2)
      return math::SqrtOp::create(builder, values[0]);
    return createByType<arith::DivFOp, arith::DivSIOp>(builder,
                                                       {values[0], count});
  };
  return createElementwise(rewriter, loc, result, type, body);
}

template <Reduction kind>
static LogicalResult convertReduction(onnx::NodeOp node,
                                      GraphRewriter &rewriter) {
  Value input = node.getInputs()[0];
  Type elementType = cast<RankedTensorType>(input.getType()).getElementType();
  if (kind == Reduction::L2 && !isa<FloatType>(elementType))
    return rewriter.refuse(node, "expects float elements");
  FailureOr<SmallVector<int64_t>> axes = findAxes(node, rewriter);
  if (failed(axes))
    return failure();
  Location loc = node.getLoc();
  ImplicitLocOpBuilder builder(loc, rewriter);
  Value init = createNeutral(builder, kind, elementType);
  Value result =
      createReduction(rewriter, loc, input, *axes, elementType, init,
                      [](ImplicitLocOpBuilder &nested, ValueRange values) {
                        return createStep(nested, kind, values);
                      });
  result = createFinish(rewriter, loc, kind, input, *axes, result);
  if (getInt(node, "keepdims", 1))
    result = insertUnitDims(rewriter, loc, result, *axes);
  return rewriter.replaceNode(node, result);
}

void ecolm::populateReductionConversions(NodeConversions &conversions) {
  conversions.add("ReduceSum", convertReduction<Reduction::Sum>);
  conversions.add("ReduceMean", convertReduction<Reduction::Mean>);
  conversions.add("ReduceMax", convertReduction<Reduction::Max>);
  conversions.add("ReduceMin", convertReduction<Reduction::Min>);
  conversions.add("ReduceProd", convertReduction<Reduction::Prod>);
  conversions.add("ReduceSumSquare", convertReduction<Reduction::SumSquare>);
  conversions.add("ReduceL1", convertReduction<Reduction::L1>);
  conversions.add("ReduceL2", convertReduction<Reduction::L2>);
}

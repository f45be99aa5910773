//===- Quantization.cpp - Uniform quantization ----------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts QuantizeLinear, DequantizeLinear and DynamicQuantizeLinear.
//
//===----------------------------------------------------------------------===//

#include "ElementwiseConversion.h"
#include "Indexing.h"
#include "LinalgConversions.h"
#include "Reshaping.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace ecolm;

/// A parameter of blocks as one with an element for every element of the input.
static Value repeatBlocks(onnx::NodeOp node, Value parameter, int64_t axis,
                          GraphRewriter &rewriter) {
  int64_t block = std::max<int64_t>(getInt(node, "block_size", 1), 1);
  auto type = getResultType(node).clone(
      cast<RankedTensorType>(parameter.getType()).getElementType());
  SmallVector<Value> limits = createSizes(rewriter, node.getLoc(), parameter);
  return createIndexed(
      rewriter, node.getLoc(), type, rewriter.getSizes(node.getInputs()[0]),
      [&](ImplicitLocOpBuilder &builder, ValueRange at) {
        SmallVector<Value> place(at);
        Value size = arith::ConstantIndexOp::create(builder, block);
        Value zero = arith::ConstantIndexOp::create(builder, 0);
        place[axis] = arith::DivUIOp::create(builder, place[axis], size);
        for (auto [index, limit] : llvm::zip_equal(place, limits)) {
          Value one = arith::ConstantIndexOp::create(builder, 1);
          Value single = arith::CmpIOp::create(
              builder, arith::CmpIPredicate::eq, limit, one);
          index = arith::SelectOp::create(builder, single, zero, index);
        }
        return createExtract(builder, parameter, place);
      });
}

/// A scale or zero point so that it broadcasts along the node's axis: a single
/// number as it is, `[C]` as `[1, ..., C, ..., 1]`, blocks repeated.
static Value alignWithAxis(onnx::NodeOp node, Value parameter,
                           GraphRewriter &rewriter) {
  auto type = cast<RankedTensorType>(parameter.getType());
  int64_t rank = getResultType(node).getRank();
  if (type.getRank() == 0 || (type.getRank() == 1 && type.getDimSize(0) == 1) ||
      (type.getRank() == 1 && rank < 2))
    return parameter;
  int64_t axis = getInt(node, "axis", 1);
  axis = axis < 0 ? axis + rank : axis;
  if (type.getRank() > 1)
    return repeatBlocks(node, parameter, axis, rewriter);
  SmallVector<int64_t> units = llvm::to_vector(llvm::seq<int64_t>(rank));
  units.erase(units.begin() + axis);
  return insertUnitDims(rewriter, node.getLoc(),
                        rewriter.createWeightIfConstant(parameter), units);
}

/// Input, scale and, if the node has one, zero point.
static SmallVector<Value> alignOperands(onnx::NodeOp node,
                                        GraphRewriter &rewriter) {
  SmallVector<Value> operands = {node.getInputs()[0]};
  for (unsigned i : {1, 2})
    if (Value parameter = node.getPresentInput(i))
      operands.push_back(alignWithAxis(node, parameter, rewriter));
  return operands;
}

/// round_half_even(x / scale) + zero_point, held to the range of the result;
/// NaN gives 0. A scale of another type than x is cast to that of x.
static LogicalResult convertQuantizeLinear(onnx::NodeOp node,
                                           GraphRewriter &rewriter) {
  RankedTensorType type = getResultType(node);
  auto body = [&](ImplicitLocOpBuilder &builder, ValueRange values) {
    Value x = values[0];
    Type stepType = values[1].getType();
    if (isa<FloatType>(x.getType()))
      stepType = x.getType();
    Value scale = createCast(builder, values[1], stepType);
    Value code =
        arith::DivFOp::create(builder, createCast(builder, x, stepType), scale);
    code = math::RoundEvenOp::create(builder, code);
    if (values.size() == 3) {
      Value zero = createCast(builder, values[2], code.getType(),
                              isUnsignedInput(node, 2));
      code = arith::AddFOp::create(builder, code, zero);
    }
    return createCast(builder, code, type.getElementType(), false,
                      isUnsignedOutput(node));
  };
  return rewriter.replaceNode(
      node, createElementwise(rewriter, node.getLoc(),
                              alignOperands(node, rewriter), type, body));
}

/// (x - zero_point) * scale.
static LogicalResult convertDequantizeLinear(onnx::NodeOp node,
                                             GraphRewriter &rewriter) {
  RankedTensorType type = getResultType(node);
  auto body = [&](ImplicitLocOpBuilder &builder, ValueRange values) {
    Value code = createCast(builder, values[0], builder.getI32Type(),
                            isUnsignedInput(node));
    if (values.size() == 3) {
      Value zero = createCast(builder, values[2], builder.getI32Type(),
                              isUnsignedInput(node, 2));
      code = arith::SubIOp::create(builder, code, zero);
    }
    Value number = createCast(builder, code, values[1].getType());
    Value product = arith::MulFOp::create(builder, number, values[1]);
    return createCast(builder, product, type.getElementType());
  };
  return rewriter.replaceNode(
      node, createElementwise(rewriter, node.getLoc(),
                              alignOperands(node, rewriter), type, body));
}

namespace {
/// What DynamicQuantizeLinear finds of its input: all elements lie on the
/// scale.
struct Range8 {
  Value scale, zero;
};
} // namespace

/// scale = (max(x, 0) - min(x, 0)) / 255; zero = round(-min / scale) in 0..255.
static Range8 findRange(ImplicitLocOpBuilder &b, Value x,
                        GraphRewriter &rewriter) {
  auto type = cast<RankedTensorType>(x.getType());
  Value zero = createNumber(b, type.getElementType(), 0);
  Value top = createNumber(b, type.getElementType(), 255);
  SmallVector<int64_t> all =
      llvm::to_vector(llvm::seq<int64_t>(0, type.getRank()));
  auto fold = [&](bool largest) -> Value {
    Value folded = createReduction(
        rewriter, b.getLoc(), x, all, type.getElementType(), zero,
        [&](ImplicitLocOpBuilder &inner, ValueRange values) {
          return largest
                     ? arith::MaximumFOp::create(inner, values[0], values[1])
                           .getResult()
                     : arith::MinimumFOp::create(inner, values[0], values[1])
                           .getResult();
        });
    return createExtract(b, folded, {});
  };
  Value most = fold(true), least = fold(false);
  Value scale =
      arith::DivFOp::create(b, arith::SubFOp::create(b, most, least), top);
  Value offset =
      arith::DivFOp::create(b, arith::SubFOp::create(b, zero, least), scale);
  offset = arith::MinimumFOp::create(
      b, top, arith::MaximumFOp::create(b, offset, zero));
  return {scale, math::RoundEvenOp::create(b, offset)};
}

static LogicalResult convertDynamicQuantizeLinear(onnx::NodeOp node,
                                                  GraphRewriter &rewriter) {
  Location loc = node.getLoc();
  ImplicitLocOpBuilder b(loc, rewriter);
  Value x = node.getInputs()[0];
  Range8 range = findRange(b, x, rewriter);
  Type byte = b.getIntegerType(8);
  Value codes = createElementwise(
      rewriter, loc, x, getResultType(node),
      [&](ImplicitLocOpBuilder &inner, ValueRange values) {
        Value code = arith::DivFOp::create(inner, values[0], range.scale);
        code = math::RoundEvenOp::create(inner, code);
        code = arith::AddFOp::create(inner, code, range.zero);
        return createCast(inner, code, byte, false, /*toUnsigned=*/true);
      });
  auto scalar = [&](Value value) {
    return createFromScalars(rewriter, loc,
                             RankedTensorType::get({}, value.getType()), value);
  };
  SmallVector<Value> results = {
      codes, scalar(range.scale),
      scalar(createCast(b, range.zero, byte, false, /*toUnsigned=*/true))};
  return rewriter.replaceNode(node, results);
}

void ecolm::populateQuantizationConversions(NodeConversions &conversions) {
  conversions.add("QuantizeLinear", convertQuantizeLinear);
  conversions.add("DequantizeLinear", convertDequantizeLinear);
  conversions.add("DynamicQuantizeLinear", convertDynamicQuantizeLinear);
}

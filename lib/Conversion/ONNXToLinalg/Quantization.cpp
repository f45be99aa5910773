//===- Quantization.cpp - Uniform quantization ----------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts QuantizeLinear and DequantizeLinear of int8.
//
//===----------------------------------------------------------------------===//

#include "ElementwiseConversion.h"
#include "LinalgConversions.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace ecolm;

/// A scale or zero point so that it broadcasts along the node's axis: a single
/// number as it is, `[C]` as `[1, ..., C, ..., 1]`.
static Value alignWithAxis(onnx::NodeOp node, Value parameter,
                           GraphRewriter &rewriter) {
  auto type = cast<RankedTensorType>(parameter.getType());
  int64_t rank = getResultType(node).getRank();
  if (type.getRank() == 0 || type.getDimSize(0) == 1 || rank < 2)
    return parameter;
  int64_t axis = getInt(node, "axis", 1);
  SmallVector<int64_t> shape(rank, 1);
  shape[axis < 0 ? axis + rank : axis] = type.getDimSize(0);
  ReassociationIndices group(llvm::to_vector(llvm::seq<int64_t>(rank)));
  return tensor::ExpandShapeOp::create(
      rewriter, node.getLoc(),
      RankedTensorType::get(shape, type.getElementType()),
      rewriter.createWeightIfConstant(parameter),
      SmallVector<ReassociationIndices>{group});
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

/// clip(round_half_even(x / scale) + zero_point, -128, 127); NaN gives 0.
static LogicalResult convertQuantizeLinear(onnx::NodeOp node,
                                           GraphRewriter &rewriter) {
  RankedTensorType type = getResultType(node);
  auto body = [&](ImplicitLocOpBuilder &builder, ValueRange values) {
    Value code = arith::DivFOp::create(builder, values[0], values[1]);
    code = math::RoundEvenOp::create(builder, code);
    if (values.size() == 3) {
      Value zero = createCast(builder, values[2], code.getType());
      code = arith::AddFOp::create(builder, code, zero);
    }
    return createCast(builder, code, type.getElementType());
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
    Value code = createCast(builder, values[0], builder.getI32Type());
    if (values.size() == 3) {
      Value zero = createCast(builder, values[2], builder.getI32Type());
      code = arith::SubIOp::create(builder, code, zero);
    }
    Value number = createCast(builder, code, type.getElementType());
    return arith::MulFOp::create(builder, number, values[1]).getResult();
  };
  return rewriter.replaceNode(
      node, createElementwise(rewriter, node.getLoc(),
                              alignOperands(node, rewriter), type, body));
}

void ecolm::populateQuantizationConversions(NodeConversions &conversions) {
  conversions.add("QuantizeLinear", convertQuantizeLinear);
  conversions.add("DequantizeLinear", convertDequantizeLinear);
}

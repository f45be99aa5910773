//===- IntegerProducts.cpp - Products of quantized tensors ----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts MatMulInteger and QLinearMatMul.
//
//===----------------------------------------------------------------------===//

#include "ElementwiseConversion.h"
#include "LinalgConversions.h"
#include "Product.h"
#include "Reshaping.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace ecolm;

/// A parameter with one element for each row, `[M]`, as `[M, 1]`.
static Value alignWithRows(onnx::NodeOp node, Value parameter,
                           GraphRewriter &rewriter) {
  auto type = cast<RankedTensorType>(parameter.getType());
  if (type.getRank() != 1 || type.getDimSize(0) == 1)
    return parameter;
  return insertUnitDims(rewriter, node.getLoc(),
                        rewriter.createWeightIfConstant(parameter), 1);
}

/// Input `index` of `node` less its zero point at `zeroIndex`, as i32.
static Value createDifference(onnx::NodeOp node, unsigned index,
                              unsigned zeroIndex, bool byRow,
                              GraphRewriter &rewriter) {
  Value codes = node.getInputs()[index], zero = node.getPresentInput(zeroIndex);
  auto codeType = cast<RankedTensorType>(codes.getType());
  SmallVector<Value> operands = {codes};
  if (zero)
    operands.push_back(byRow ? alignWithRows(node, zero, rewriter) : zero);
  return createElementwise(
      rewriter, node.getLoc(), operands, codeType.clone(rewriter.getI32Type()),
      [&](ImplicitLocOpBuilder &builder, ValueRange values) {
        Value code = createCast(builder, values[0], builder.getI32Type(),
                                isUnsignedInput(node, index));
        if (!zero)
          return code;
        Value base = createCast(builder, values[1], builder.getI32Type(),
                                isUnsignedInput(node, zeroIndex));
        return arith::SubIOp::create(builder, code, base).getResult();
      });
}

static LogicalResult convertMatMulInteger(onnx::NodeOp node,
                                          GraphRewriter &rewriter) {
  Value lhs = createDifference(node, 0, 2, /*byRow=*/true, rewriter);
  Value rhs = createDifference(node, 1, 3, /*byRow=*/false, rewriter);
  return rewriter.replaceNode(
      node,
      createProduct(node.getLoc(), lhs, rhs, getResultType(node), rewriter));
}

/// round((a - za) @ (b - zb) * (sa sb / sy)) + zy, held to the result's range.
static LogicalResult convertQLinearMatMul(onnx::NodeOp node,
                                          GraphRewriter &rewriter) {
  Location loc = node.getLoc();
  RankedTensorType type = getResultType(node);
  Value lhs = createDifference(node, 0, 2, /*byRow=*/true, rewriter);
  Value rhs = createDifference(node, 3, 5, /*byRow=*/false, rewriter);
  Value product =
      createProduct(loc, lhs, rhs, type.clone(rewriter.getI32Type()), rewriter);
  SmallVector<Value> operands = {
      product, alignWithRows(node, node.getInputs()[1], rewriter),
      node.getInputs()[4], alignWithRows(node, node.getInputs()[6], rewriter),
      alignWithRows(node, node.getInputs()[7], rewriter)};
  auto body = [&](ImplicitLocOpBuilder &builder, ValueRange values) {
    Type wide = builder.getF32Type();
    SmallVector<Value> scales;
    for (Value scale : values.slice(1, 3))
      scales.push_back(createCast(builder, scale, wide));
    Value factor = arith::MulFOp::create(builder, scales[0], scales[1]);
    factor = arith::DivFOp::create(builder, factor, scales[2]);
    Value number = createCast(builder, values[0], wide);
    number = arith::MulFOp::create(builder, number, factor);
    number = math::RoundEvenOp::create(builder, number);
    Value zero = createCast(builder, values[4], wide, isUnsignedInput(node, 7));
    number = arith::AddFOp::create(builder, number, zero);
    return createCast(builder, number, type.getElementType(), false,
                      isUnsignedOutput(node));
  };
  return rewriter.replaceNode(
      node, createElementwise(rewriter, loc, operands, type, body));
}

void ecolm::populateIntegerProductConversions(NodeConversions &conversions) {
  conversions.add("MatMulInteger", convertMatMulInteger);
  conversions.add("QLinearMatMul", convertQLinearMatMul);
}

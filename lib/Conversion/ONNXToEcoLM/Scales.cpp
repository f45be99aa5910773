//===- Scales.cpp - Scales that are powers of two -------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts Mul and Div by constant powers of two to shifts, and scales that are
// stored as exponents to floats.
//
//===----------------------------------------------------------------------===//

#include "EcoLMConversions.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"

using namespace mlir;
using namespace ecolm;

/// True if `factor` holds one element, or one for every element of the last
/// dimension of `type`, and multiplying by it leaves `type` as it is.
static bool scalesLastDim(RankedTensorType factor, RankedTensorType type,
                          size_t numExponents) {
  if (factor.getRank() > type.getRank() || type.getRank() == 0)
    return false;
  if (numExponents == 1 && factor.getNumElements() == 1)
    return true;
  return factor.getRank() > 0 &&
         factor.getNumElements() == factor.getShape().back() &&
         factor.getShape().back() == type.getShape().back();
}

/// `Mul(x, c)` or `Div(x, c)`, where c holds powers of two, a scalar or one per
/// element of the last dimension
/// ->
/// `ecolm.shift %x by [exponents]`, which is exact where the product is.
static LogicalResult convertScale(onnx::NodeOp node, GraphRewriter &rewriter) {
  bool isDivision = node.getOpType() == "Div";
  Value input = node.getInputs()[0], factor = node.getInputs()[1];
  if (!isDivision && getConstant(input))
    std::swap(input, factor);
  auto type = dyn_cast<RankedTensorType>(input.getType());
  auto factorType = dyn_cast<RankedTensorType>(factor.getType());
  std::optional<SmallVector<int32_t>> exponents = getPowersOfTwo(factor);
  if (!exponents || exponents->empty() || getConstant(input) ||
      !scalesLastDim(factorType, type, exponents->size()))
    return failure();
  if (isDivision)
    for (int32_t &exponent : *exponents)
      exponent = -exponent;
  Value result =
      ShiftOp::create(rewriter, node.getLoc(), type, input, *exponents,
                      ShiftRounding::Floor, Arithmetic::Native);
  return rewriter.replaceNode(node, result);
}

/// Stored scales of 8 bits that are exponents become the floats that they are;
/// nothing else computes with the type.
static LogicalResult convertStoredExponents(onnx::NodeOp node,
                                            GraphRewriter &rewriter) {
  Value scale = node.getInputs()[1];
  auto type = dyn_cast<RankedTensorType>(scale.getType());
  auto reader = onnx::ElementsReader::get(getConstant(scale));
  if (!reader || !type || !isa<Float8E8M0FNUType>(type.getElementType()))
    return failure();
  SmallVector<float> values;
  for (int64_t i = 0; i < reader->size(); ++i)
    values.push_back(static_cast<float>(reader->getDouble(i)));
  auto wide = type.clone(rewriter.getF32Type());
  Value floats = onnx::InitializerOp::create(
      rewriter, scale.getLoc(), wide, getConstantName(scale),
      DenseElementsAttr::get(wide, ArrayRef(values)));
  rewriter.modifyOpInPlace(node,
                           [&] { node.getInputsMutable()[1].assign(floats); });
  return success();
}

void ecolm::populateScaleConversions(NodeConversions &conversions) {
  conversions.add("DequantizeLinear", convertStoredExponents);
  conversions.add("Mul", convertScale);
  conversions.add("Div", convertScale);
}

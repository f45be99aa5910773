//===- Quantizers.cpp - Quantizers of activations -------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts LogQuantize and QuantizeInt8.
//
//===----------------------------------------------------------------------===//

#include "EcoLMConversions.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"

using namespace mlir;
using namespace ecolm;

FailureOr<LogQuantizerAttr> ecolm::findLogQuantizer(onnx::NodeOp node,
                                                    GraphRewriter &rewriter) {
  int64_t min = getInt(node, "emin", -126), max = getInt(node, "emax", 127);
  if (min < -126 || max > 127 || min > max)
    return rewriter.refuse(node, "expects -126 <= emin <= emax <= 127, found " +
                                     Twine(min) + " and " + Twine(max));
  std::optional<Rounding> rounding =
      symbolizeRounding(getString(node, "rounding", "floor"));
  if (!rounding)
    return rewriter.refuse(node, "expects rounding to be floor, nearest_log, "
                                 "nearest or ceil");
  std::optional<Underflow> underflow =
      symbolizeUnderflow(getString(node, "underflow", "zero"));
  if (!underflow)
    return rewriter.refuse(node, "expects underflow to be zero or clamp");
  return LogQuantizerAttr::get(node.getContext(), min, max, *rounding,
                               *underflow);
}

/// `LogQuantize(x)` -> `dequantize(log_quantize(x))`: the codes are visible to
/// the optimizer and every reader still sees f32.
static LogicalResult convertLogQuantize(onnx::NodeOp node,
                                        GraphRewriter &rewriter) {
  FailureOr<LogQuantizerAttr> quantizer = findLogQuantizer(node, rewriter);
  if (failed(quantizer))
    return failure();
  auto type = getResultType(node);
  if (!type.getElementType().isF32())
    return rewriter.refuse(node, "expects f32 elements");

  // 0 quantizes to 0 under either rule for small magnitudes.
  auto potType =
      PotType::get(node.getContext(), quantizer->getMin(), quantizer->getMax(),
                   /*zero=*/true, /*terms=*/1);
  Value codes = LogQuantizeOp::create(
      rewriter, node.getLoc(), type.clone(potType), node.getInputs()[0],
      quantizer->getRounding(), quantizer->getUnderflow());
  Value result = DequantizeOp::create(rewriter, node.getLoc(), type, codes,
                                      /*scale=*/Value());
  return rewriter.replaceNode(node, result);
}

/// `QuantizeInt8(x)` -> `dequantize(quantize_int8(x))`, a scale for every row.
static LogicalResult convertQuantizeInt8(onnx::NodeOp node,
                                         GraphRewriter &rewriter) {
  RankedTensorType type = getResultType(node);
  if (!type.getElementType().isF32() || type.getRank() < 1)
    return rewriter.refuse(node, "expects f32 elements of at least rank 1");
  double epsilon = getFloat(node, "epsilon", 1e-5f);
  if (!(epsilon >= 0x1p-126 && epsilon < INFINITY))
    return rewriter.refuse(node, "expects a positive normal epsilon");
  auto rows =
      RankedTensorType::get(type.getShape().drop_back(), type.getElementType());
  auto codes = QuantizeInt8Op::create(
      rewriter, node.getLoc(), type.clone(rewriter.getI8Type()), rows,
      node.getInputs()[0], rewriter.getF32FloatAttr(epsilon));
  Value result = DequantizeOp::create(rewriter, node.getLoc(), type,
                                      codes.getCodes(), codes.getScale());
  return rewriter.replaceNode(node, result);
}

void ecolm::populateQuantizerConversions(NodeConversions &conversions) {
  conversions.addEcoLM("LogQuantize", convertLogQuantize);
  conversions.addEcoLM("QuantizeInt8", convertQuantizeInt8);
}

//===- Normalization.cpp - Norms of rows ----------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts LayerNormalization and RMSNormalization over the last axis.
//
//===----------------------------------------------------------------------===//

#include "EcoLMConversions.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"

using namespace mlir;
using namespace ecolm;

/// True if `node` normalizes the last axis of an f32 tensor and its weights at
/// `inputs` are vectors of that axis.
static bool normalizesRows(onnx::NodeOp node, ArrayRef<unsigned> inputs) {
  auto type = cast<RankedTensorType>(node.getInputs()[0].getType());
  std::optional<int64_t> axis =
      normalizeAxis(getInt(node, "axis", -1), type.getRank());
  if (!axis || *axis != type.getRank() - 1 || !type.getElementType().isF32())
    return false;
  return llvm::all_of(inputs, [&](unsigned index) {
    Value weight = node.getPresentInput(index);
    if (!weight)
      return true;
    auto weightType = cast<RankedTensorType>(weight.getType());
    return weightType.getRank() == 1 && weightType.hasStaticShape() &&
           weightType.getDimSize(0) == type.getShape().back() &&
           weightType.getElementType().isF32();
  });
}

/// The gain at input 1 of `node`, ready for an ecolm norm, or null.
static Value createGain(onnx::NodeOp node, GraphRewriter &rewriter) {
  Value gain = node.getPresentInput(1);
  return gain ? rewriter.createWeightIfConstant(gain) : Value();
}

/// Statistics are further results of LayerNormalization; only decomposition
/// makes them.
static LogicalResult convertLayerNormalization(onnx::NodeOp node,
                                               GraphRewriter &rewriter) {
  bool usesStatistics = llvm::any_of(node.getResults().drop_front(),
                                     [](Value v) { return !v.use_empty(); });
  if (usesStatistics || !normalizesRows(node, {1, 2}))
    return failure();
  Value beta = node.getPresentInput(2);
  if (beta)
    beta = rewriter.createWeightIfConstant(beta);
  Value input = node.getInputs()[0];
  Value result = LayerNormOp::create(
      rewriter, node.getLoc(), input.getType(), input,
      createGain(node, rewriter), beta,
      rewriter.getF32FloatAttr(getFloat(node, "epsilon", 1e-5)));
  return rewriter.replaceNode(node, result);
}

static LogicalResult convertRMSNormalization(onnx::NodeOp node,
                                             GraphRewriter &rewriter) {
  if (!normalizesRows(node, {1}))
    return failure();
  Value input = node.getInputs()[0];
  Value result = RmsNormOp::create(
      rewriter, node.getLoc(), input.getType(), input,
      createGain(node, rewriter),
      rewriter.getF32FloatAttr(getFloat(node, "epsilon", 1e-5)));
  return rewriter.replaceNode(node, result);
}

void ecolm::populateNormalizationConversions(NodeConversions &conversions) {
  conversions.add("LayerNormalization", convertLayerNormalization);
  conversions.add("RMSNormalization", convertRMSNormalization);
}

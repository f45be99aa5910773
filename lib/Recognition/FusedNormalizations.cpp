//===- FusedNormalizations.cpp - Norms with what comes before -------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Writes norms of com.microsoft, with residuals and embeddings, as standard
// nodes.
//
//===----------------------------------------------------------------------===//

#include "FusedNode.h"

using namespace mlir;
using namespace ecolm;

/// True if somebody reads the mean or the deviation, which only training does.
static bool usesStatistics(FusedNode &f) { return f.isUsed(1) || f.isUsed(2); }

/// `SkipLayerNormalization(x, skip, gain, beta?, bias?)`
/// -> `LayerNormalization(x + skip + bias, gain, beta)`
static LogicalResult expandSkipLayer(onnx::NodeOp node,
                                     GraphRewriter &rewriter) {
  FusedNode f(node, rewriter);
  if (usesStatistics(f))
    return f.refuse("has statistics that somebody reads");
  Value sum = f.addInput(f.make("Add", {f.input(0), f.input(1)}), 4);
  Value norm = f.make("LayerNormalization", {sum, f.input(2), f.input(3)},
                      f.attr("epsilon", getFloat(node, "epsilon", 1e-12)));
  return f.replace({norm, nullptr, nullptr, sum});
}

/// `SkipSimplifiedLayerNormalization(x, skip, gain, bias?)`
/// -> `RMSNormalization(x + skip + bias, gain)`
static LogicalResult expandSkipRMS(onnx::NodeOp node, GraphRewriter &rewriter) {
  FusedNode f(node, rewriter);
  if (usesStatistics(f))
    return f.refuse("has statistics that somebody reads");
  Value sum = f.addInput(f.make("Add", {f.input(0), f.input(1)}), 3);
  Value norm = f.make("RMSNormalization", {sum, f.input(2)},
                      f.attr("epsilon", getFloat(node, "epsilon", 1e-12)));
  return f.replace({norm, nullptr, nullptr, sum});
}

/// `SimplifiedLayerNormalization(x, gain)` -> `RMSNormalization(x, gain)`
static LogicalResult expandRMS(onnx::NodeOp node, GraphRewriter &rewriter) {
  FusedNode f(node, rewriter);
  if (usesStatistics(f))
    return f.refuse("has statistics that somebody reads");
  return f.replace(
      f.make("RMSNormalization", {f.input(0), f.input(1)},
             {f.attr("axis", getInt(node, "axis", -1)),
              f.attr("epsilon", getFloat(node, "epsilon", 1e-5))}));
}

/// `EmbedLayerNormalization(ids, segments?, words, positions, kinds?, gain,
/// beta, mask?, position ids?)` -> the rows, added and normalized. Result 1 is
/// how many tokens of a row the mask keeps.
static LogicalResult expandEmbedding(onnx::NodeOp node,
                                     GraphRewriter &rewriter) {
  FusedNode f(node, rewriter);
  Value ids = f.input(0);
  if (f.isUsed(1) && !f.input(7))
    return f.refuse("has a mask index without a mask");
  Value places = f.input(8);
  if (!places)
    places = f.range(f.size(ids, 1));
  Value sum = f.make("Add", {f.make("Gather", {f.input(2), ids}),
                             f.make("Gather", {f.input(3), places})});
  if (f.input(1) && f.input(4))
    sum = f.make("Add", {sum, f.make("Gather", {f.input(4), f.input(1)})});
  Value norm = f.make("LayerNormalization", {sum, f.input(5), f.input(6)},
                      f.attr("epsilon", getFloat(node, "epsilon", 1e-12)));
  Value kept;
  if (f.isUsed(1))
    kept = f.make("ReduceSum", {f.input(7), f.integers({1})},
                  f.attr("keepdims", int64_t(0)));
  return f.replace({norm, kept, sum});
}

void ecolm::populateFusedNormalizations(NodeConversions &conversions) {
  conversions.addMicrosoft("SkipLayerNormalization", expandSkipLayer);
  conversions.addMicrosoft("SkipSimplifiedLayerNormalization", expandSkipRMS);
  conversions.addMicrosoft("SimplifiedLayerNormalization", expandRMS);
  // onnxruntime writes this one into the standard domain as well.
  conversions.add("SimplifiedLayerNormalization", expandRMS);
  conversions.addMicrosoft("EmbedLayerNormalization", expandEmbedding);
}

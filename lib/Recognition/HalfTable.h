//===- HalfTable.h - Cosines and sines of a rotation ---------- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares how the tables of RotaryEmbedding are made of those in a graph.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RECOGNITION_HALFTABLE_H
#define ECOLM_LIB_RECOGNITION_HALFTABLE_H

#include "ecolm/Conversion/ONNXNodes/GraphRewriter.h"

namespace ecolm {

/// Makes tables `[B, T, D / 2]` of factors that broadcast to `x` [B, H, T, D].
class TableBuilder {
public:
  TableBuilder(onnx::NodeOp node, mlir::Value x, GraphRewriter &rewriter)
      : x(x), rewriter(rewriter), loc(node.getLoc()) {}

  /// The table of `factors`, one for all heads. If `repeats`, their last
  /// dimension holds every number twice, in two halves, which must be proved.
  /// Null if it is not, or if the shape does not fit.
  mlir::Value build(mlir::Value factors, bool repeats);

private:
  mlir::Value takeHalf(mlir::Value value);
  mlir::Value halveConstant(mlir::Value value);
  mlir::Value rebuild(onnx::NodeOp node, unsigned index, mlir::Value half);

  mlir::Value x;
  GraphRewriter &rewriter;
  mlir::Location loc;
};

} // namespace ecolm

#endif // ECOLM_LIB_RECOGNITION_HALFTABLE_H

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

#include "RotaryPattern.h"
#include "ecolm/Conversion/ONNXNodes/GraphRewriter.h"

namespace ecolm {

/// Makes tables `[B, T, D / 2]` of factors that broadcast to `x`, which is
/// [B, T, D], [B, H, T, D] or [B, T, H, D].
class TableBuilder {
public:
  TableBuilder(const RotaryPattern &pattern, mlir::Value x,
               GraphRewriter &rewriter)
      : pattern(pattern), x(x), rewriter(rewriter), loc(x.getLoc()) {}

  /// The dimension of x that holds the tokens: the one that the factors differ
  /// along, if there is no other.
  std::optional<int64_t> findTokens(mlir::Value factors);

  /// The table of `factors`, one for all heads, of tokens in dimension
  /// `tokens`. Null if the factors are wide and nothing shows that they repeat.
  mlir::Value build(mlir::Value factors, int64_t tokens);

private:
  mlir::Value takeHalf(mlir::Value value);
  mlir::Value takeEqualHalf(onnx::NodeOp join);
  mlir::Value halveConstant(mlir::Value value);
  mlir::Value halveProduct(onnx::NodeOp product);
  mlir::Value rebuild(onnx::NodeOp node, mlir::ValueRange inputs);
  mlir::Value makeIntegers(llvm::ArrayRef<int64_t> values);
  mlir::Value spreadOverBatch(mlir::Value table);

  const RotaryPattern &pattern;
  mlir::Value x;
  GraphRewriter &rewriter;
  mlir::Location loc;
};

} // namespace ecolm

#endif // ECOLM_LIB_RECOGNITION_HALFTABLE_H

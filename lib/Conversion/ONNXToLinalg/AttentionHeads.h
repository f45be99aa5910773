//===- AttentionHeads.h - Tensors of heads -------------------- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Reads queries, keys and values by head, whatever their form.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_CONVERSION_ONNXTOLINALG_ATTENTIONHEADS_H
#define ECOLM_CONVERSION_ONNXTOLINALG_ATTENTIONHEADS_H

#include "ecolm/Conversion/ONNXNodes/GraphRewriter.h"

namespace ecolm {

/// A tensor of heads: `[batch, heads, length, width]`, or in three dimensions
/// `[batch, length, heads * width]`.
struct HeadTensor {
  mlir::Value tensor;
  mlir::Value batch, heads, length, width;

  /// The element in batch `n`, head `h`, row `i`, column `d`.
  mlir::Value read(mlir::ImplicitLocOpBuilder &b, mlir::Value n, mlir::Value h,
                   mlir::Value i, mlir::Value d) const;
};

/// `tensor` by head; in three dimensions it has `numHeads`.
HeadTensor splitHeads(GraphRewriter &rewriter, mlir::Location loc,
                      mlir::Value tensor, int64_t numHeads);

/// `past`, if there is one, followed by `fresh`, in four dimensions.
HeadTensor appendToPast(GraphRewriter &rewriter, mlir::Location loc,
                        const HeadTensor &fresh, mlir::Value past);

} // namespace ecolm

#endif // ECOLM_CONVERSION_ONNXTOLINALG_ATTENTIONHEADS_H

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

/// Stops the program unless heads of queries, keys and values fit each other,
/// as far as that is not certain.
void checkHeads(GraphRewriter &rewriter, mlir::Location loc,
                const HeadTensor &query, const HeadTensor &key,
                const HeadTensor &value);

/// `past`, if there is one, followed by `fresh`, in four dimensions; stops the
/// program where the two do not fit.
HeadTensor appendToPast(GraphRewriter &rewriter, mlir::Location loc,
                        const HeadTensor &fresh, mlir::Value past);

/// `sum` plus the term of one key.
using AddTerm = llvm::function_ref<mlir::Value(
    mlir::ImplicitLocOpBuilder &, mlir::Value key, mlir::Value sum)>;

/// The sum over all keys, in the order of docs/Rationale/FloatOrder.md: upward
/// from zero in blocks of 16, whose sums are added upward.
mlir::Value sumOverKeys(mlir::ImplicitLocOpBuilder &builder, mlir::Value keys,
                        mlir::Type type, AddTerm addTerm);

} // namespace ecolm

#endif // ECOLM_CONVERSION_ONNXTOLINALG_ATTENTIONHEADS_H

//===- Indexing.h - Elements at computed places --------------- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Builds tensors whose elements come from, or go to, places that the run
// computes.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_CONVERSION_ONNXTOLINALG_INDEXING_H
#define ECOLM_CONVERSION_ONNXTOLINALG_INDEXING_H

#include "TensorBuilders.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"

namespace ecolm {

/// A tensor of type `type` whose dimensions have `sizes`: every element is what
/// `body` computes from its indices.
mlir::Value createIndexed(GraphRewriter &rewriter, mlir::Location loc,
                          mlir::RankedTensorType type,
                          llvm::ArrayRef<mlir::OpFoldResult> sizes,
                          ScalarBody body);

/// What one iteration makes of `carried`, given the indices of the loops.
using LoopBody = llvm::function_ref<llvm::SmallVector<mlir::Value>(
    mlir::ImplicitLocOpBuilder &, mlir::ValueRange indices,
    mlir::ValueRange carried)>;

/// Runs `body` in order over all indices below `sizes`; gives the last values.
llvm::SmallVector<mlir::Value>
createLoops(mlir::OpBuilder &builder, mlir::Location loc,
            llvm::ArrayRef<mlir::OpFoldResult> sizes, mlir::ValueRange init,
            LoopBody body);

/// The element of `tensor` at `indices`; a constant of one element is itself.
mlir::Value createExtract(mlir::ImplicitLocOpBuilder &builder,
                          mlir::Value tensor, mlir::ValueRange indices);

/// `tensor` with `element` at `indices`.
mlir::Value createInsert(mlir::ImplicitLocOpBuilder &builder,
                         mlir::Value element, mlir::Value tensor,
                         mlir::ValueRange indices);

/// `index`, counted from the end of `size` when negative, as an index that is
/// certainly inside: one outside stops the program.
mlir::Value createCheckedIndex(mlir::OpBuilder &builder, mlir::Location loc,
                               mlir::Value index, mlir::Value size);

/// The integers that `node` states by attribute `name` or input `index`: known
/// now, or read in the run. A list of unknown length stops the program unless
/// it has `expected` entries; without an expectation the node is refused.
mlir::FailureOr<llvm::SmallVector<mlir::OpFoldResult>>
readIntegers(onnx::NodeOp node, llvm::StringRef name, unsigned index,
             GraphRewriter &rewriter,
             std::optional<int64_t> expected = std::nullopt);

/// The depth of `indices`, that of input 1 of `node`; where the run has it,
/// `fallback`, and anything else stops the program.
int64_t findIndexDepth(onnx::NodeOp node, int64_t fallback,
                       GraphRewriter &rewriter);

/// What GatherElements and ScatterElements address in input 0 of a node: the
/// place `at` with dimension `axis` replaced by the element of input 1 there.
struct ElementPlaces {
  mlir::Value indices;
  int64_t axis;
  /// The size of dimension `axis`.
  mlir::Value limit;

  /// Refuses an axis that is none.
  static mlir::FailureOr<ElementPlaces> find(onnx::NodeOp node,
                                             GraphRewriter &rewriter);
  llvm::SmallVector<mlir::Value> create(mlir::ImplicitLocOpBuilder &builder,
                                        mlir::ValueRange at) const;
};

/// The sizes of `tensor` as values.
llvm::SmallVector<mlir::Value>
createSizes(GraphRewriter &rewriter, mlir::Location loc, mlir::Value tensor);

} // namespace ecolm

#endif // ECOLM_CONVERSION_ONNXTOLINALG_INDEXING_H

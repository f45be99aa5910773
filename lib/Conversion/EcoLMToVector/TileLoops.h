//===- TileLoops.h - Loops of kernels that take all rows --------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// What products with matrices in tiles share: rows of any leading dimensions,
// groups of outputs in parallel, and within a group several rows at a time, so
// that they share what was unpacked.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_CONVERSION_ECOLMTOVECTOR_TILELOOPS_H
#define ECOLM_LIB_CONVERSION_ECOLMTOVECTOR_TILELOOPS_H

#include "KernelBuilder.h"

namespace ecolm {

/// Gives all rows of `input`, as one matrix [M, K], to `body`, and its result
/// [M, N] the leading dimensions of `type`.
mlir::Value mapRowsTogether(KernelBuilder &builder, mlir::Value input,
                            mlir::RankedTensorType type,
                            llvm::function_ref<mlir::Value(mlir::Value)> body);

/// The matrix `rows` with zeros behind every row up to `length` elements.
mlir::Value padRows(KernelBuilder &builder, mlir::Value rows, int64_t length);

/// Asks for the cache line of the memref of bytes `words` that is `distance`
/// bytes behind `at`: hardware does not look beyond a page. See
/// docs/Rationale/ByteProducts.md.
void prefetchAhead(KernelBuilder &builder, mlir::Value words, mlir::Value at,
                   int64_t distance);

/// What a body computes at once: `numVectors` times `kLanes` outputs for
/// `numRows` rows.
struct TileBlock {
  int64_t numRows, numVectors;
};

/// Loops over the outputs of a matrix for all rows of an input.
struct TileLoops {
  /// Columns of the result, and how many of them stand together in memory, a
  /// multiple of `kLanes`; groups of so many run in parallel.
  int64_t outputs, outputsTogether;
  /// Each block takes rows as long as there are enough of them left; the last
  /// is for single rows.
  llvm::SmallVector<TileBlock, 3> blocks;

  /// The sums of one block: a vector for each row and, within a row, each 16
  /// outputs. `group` counts groups, `vector` 16 outputs within the group.
  using Body = llvm::function_ref<llvm::SmallVector<mlir::Value>(
      mlir::Value group, mlir::Value vector, mlir::Value row, TileBlock block)>;

  int64_t getNumGroups() const {
    return (outputs + outputsTogether - 1) / outputsTogether;
  }
  /// The matrix [M, outputs] of `element` for the rows of `input`.
  mlir::Value emit(KernelBuilder &builder, mlir::Value input,
                   mlir::Type element, Body body) const;
};

} // namespace ecolm

#endif // ECOLM_LIB_CONVERSION_ECOLMTOVECTOR_TILELOOPS_H

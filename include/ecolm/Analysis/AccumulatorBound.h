//===- AccumulatorBound.h - How large integer sums can get ------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Bounds every partial sum of an integer butterfly or matrix product, from the
// range of its input's type and the weights themselves.
//
// With |x[i]| <= r[i], whatever the order of summation,
//
//   |partial sum of output o|  <=  sum over ic of |v[o, ic]| * r[i(o, ic)]
//
// and a butterfly hands the bound of each output to the next stage. Where each
// input reaches each output by one path, as in every butterfly, the bound is
// reached: it is the L1 norm of a row of the product.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_ANALYSIS_ACCUMULATORBOUND_H
#define ECOLM_ANALYSIS_ACCUMULATORBOUND_H

#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include <optional>

namespace ecolm {

/// Bounds of the sums of one operation, in units of its i32 result.
struct AccumulatorBound {
  /// Largest magnitude of a partial sum after each stage; saturates at 2^64-1.
  llvm::SmallVector<uint64_t> stages;

  /// Largest magnitude anywhere.
  uint64_t getMaximum() const;

  /// Bits of the smallest integer, 16 or 32, that holds every partial sum, or
  /// nothing if neither does.
  std::optional<unsigned> getIntegerWidth() const;

  /// Whether every partial sum is an f32 exactly: below 2^24.
  bool isExactInFloat() const;
};

/// Bounds the sums of `factors` (one matrix, or the stages of a butterfly)
/// applied to `input`, as integers. Weights whose bytes cannot be reached count
/// as the largest of their type. Fails for f32 inputs and weights, whose sums
/// are not integers.
llvm::FailureOr<AccumulatorBound>
boundAccumulators(mlir::RankedTensorType input, mlir::ValueRange factors,
                  mlir::SymbolTableCollection &symbols);

/// The same for an `ecolm.butterfly`, `ecolm.butterfly_factor` or
/// `ecolm.matmul`.
llvm::FailureOr<AccumulatorBound>
boundAccumulators(mlir::Operation *op, mlir::SymbolTableCollection &symbols);

} // namespace ecolm

#endif // ECOLM_ANALYSIS_ACCUMULATORBOUND_H

//===- WeightStream.h - Reading packed weights ------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Reads a packed weight in the order of Support/WeightOrder.h and accumulates
// products with it.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_CONVERSION_ECOLMTOVECTOR_WEIGHTSTREAM_H
#define ECOLM_LIB_CONVERSION_ECOLMTOVECTOR_WEIGHTSTREAM_H

#include "KernelBuilder.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "ecolm/Support/WeightOrder.h"

namespace ecolm {

/// A packed weight as a kernel sees it: a memref of words, `kLanes` weights
/// being `getStep()` words, read front to back.
class WeightStream {
public:
  /// Views `bytes`, the memref<?xi8> of a weight of type `type`.
  static llvm::FailureOr<WeightStream> create(KernelBuilder &builder,
                                              mlir::RankedTensorType type,
                                              mlir::Value bytes);

  /// Words that `kLanes` weights take.
  int64_t getStep() const { return step; }
  const FactorShape &getShape() const { return shape; }

  /// The `kLanes` weights that start at word `at`: f32, or integers and codes
  /// of powers of two as i32. Not for bit planes.
  mlir::Value load(KernelBuilder &builder, mlir::Value at) const;

  /// acc + w * x for the lanes whose weights start at word `at`. `acc` and `x`
  /// are vectors of `kLanes` i32 or f32.
  mlir::Value accumulate(KernelBuilder &builder, mlir::Value acc, mlir::Value x,
                         mlir::Value at) const;

  /// The same for one lane, given as an index below `kLanes`; scalars.
  mlir::Value accumulateLane(KernelBuilder &builder, mlir::Value acc,
                             mlir::Value x, mlir::Value at,
                             mlir::Value lane) const;

private:
  mlir::Value unpackIntegers(KernelBuilder &builder, mlir::Value at) const;
  mlir::Value unpackInteger(KernelBuilder &builder, mlir::Value at,
                            mlir::Value lane) const;
  mlir::Value decodeNibble(KernelBuilder &builder, mlir::Value nibble) const;
  mlir::Value loadLane(KernelBuilder &builder, mlir::Value at,
                       mlir::Value lane) const;
  mlir::Value accumulateProduct(KernelBuilder &builder, mlir::Value acc,
                                mlir::Value x, mlir::Value w) const;
  mlir::Value multiplyPot(KernelBuilder &builder, mlir::Value code,
                          mlir::Value x) const;

  FactorShape shape;
  mlir::Type element;
  mlir::Value words;
  int64_t step = 0;
  /// Bits of an integer or code, where several share a byte.
  int64_t bits = 8;
};

/// `type` with powers of two from 2^0 on, those of `type` divided by 2^`unit`.
/// In such units products of floats need no rounding.
mlir::RankedTensorType takeUnit(mlir::RankedTensorType type, int32_t &unit);

} // namespace ecolm

#endif // ECOLM_LIB_CONVERSION_ECOLMTOVECTOR_WEIGHTSTREAM_H

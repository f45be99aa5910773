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

/// A packed weight as a kernel sees it: a memref of words, a run of as many
/// weights as the layout has lanes being `getStep()` words, read front to back.
class WeightStream {
public:
  /// Views `bytes`, the memref<?xi8> of a weight of type `type`. Only factors
  /// in chunks have other than `kLanes` lanes.
  static llvm::FailureOr<WeightStream> create(KernelBuilder &builder,
                                              mlir::RankedTensorType type,
                                              mlir::Value bytes);

  /// Words that a run takes; of factors in chunks, one of own terms.
  int64_t getStep() const { return step; }
  /// Words of the own terms and the partners' terms of one vector.
  int64_t getPairStep() const { return pairStep; }
  int64_t getLanes() const { return lanes; }
  ChunkOrder getChunks() const { return chunks; }
  const FactorShape &getShape() const { return shape; }

  /// The `kLanes` weights that start at word `at`: f32, or integers and codes
  /// of powers of two as i32. Not for bit planes.
  mlir::Value load(KernelBuilder &builder, mlir::Value at) const;

  /// w * x for the lanes whose weights start at word `at`.
  mlir::Value multiply(KernelBuilder &builder, mlir::Value x,
                       mlir::Value at) const;

  /// The ternary weights at word `at`, as masks of what to add and to subtract.
  /// Only for bit planes.
  std::pair<mlir::Value, mlir::Value> loadMasks(KernelBuilder &builder,
                                                mlir::Value at) const;
  /// The mask at word `at`.
  mlir::Value loadMask(KernelBuilder &builder, mlir::Value at) const;
  bool hasMasks() const;
  /// Whether own terms are nowhere -1, and have one mask (`planes3`).
  bool hasPositiveOwn() const { return packing == Packing::Planes3; }

  /// Whether weights of chunks are floats that floats are multiplied by.
  bool hasProducts() const { return hasPowers() || element.isF32(); }
  /// Whether weights are the floats that powers of two are.
  bool hasPowers() const { return hasHalves() || hasFloats(); }
  /// Whether own terms are 1, and not stored.
  bool hasOnes() const {
    return packing == Packing::Partners || packing == Packing::FloatPartners;
  }

  /// The sum of `own` and `partner`, vector `k` of the chunk at word `at`,
  /// times their weights. Products with powers of two need no rounding, so that
  /// `hasFMA` adds one in the same instruction; with `isPositive` their sum is
  /// then never -0. Only for such floats.
  mlir::Value addProducts(KernelBuilder &builder, mlir::Value own,
                          mlir::Value partner, mlir::Value at, int64_t k,
                          bool hasFMA, bool isPositive) const;

  /// acc + w * x for the lanes whose weights start at word `at`. `acc` and `x`
  /// are vectors of `kLanes` i32 or f32.
  mlir::Value accumulate(KernelBuilder &builder, mlir::Value acc, mlir::Value x,
                         mlir::Value at) const;

  /// The same for one lane, given as an index below `kLanes`; scalars.
  mlir::Value accumulateLane(KernelBuilder &builder, mlir::Value acc,
                             mlir::Value x, mlir::Value at,
                             mlir::Value lane) const;

private:
  /// A power of two: 0 or -1, and the magnitude of its code.
  struct SignedCode {
    mlir::Value sign, magnitude;
  };
  mlir::Value unpackIntegers(KernelBuilder &builder, mlir::Value at) const;
  mlir::Value unpackInteger(KernelBuilder &builder, mlir::Value at,
                            mlir::Value lane) const;
  SignedCode splitPot(KernelBuilder &builder, mlir::Value code) const;
  mlir::Value loadLane(KernelBuilder &builder, mlir::Value at,
                       mlir::Value lane) const;
  mlir::Value multiplyBy(KernelBuilder &builder, mlir::Value x,
                         mlir::Value w) const;
  mlir::Value multiplyPot(KernelBuilder &builder, SignedCode code,
                          mlir::Value x) const;

  bool hasHalves() const {
    return packing == Packing::Halves || packing == Packing::Partners;
  }
  bool hasFloats() const {
    return packing == Packing::Floats || packing == Packing::FloatPartners;
  }
  /// The half of vector `k` of the chunk at word `at` for its own term or its
  /// partner's, as a float.
  mlir::Value loadHalf(KernelBuilder &builder, mlir::Value at, int64_t k,
                       bool isPartner) const;

  FactorShape shape;
  mlir::Type element;
  Packing packing = Packing::Plain;
  mlir::Value words;
  int64_t step = 0, pairStep = 0, lanes = kLanes;
  ChunkOrder chunks;
  /// Bits of an integer or code, where several share a byte.
  int64_t bits = 8;
};

/// `type` with powers of two from 2^0 on, those of `type` divided by 2^`unit`.
/// In such units products of floats need no rounding.
mlir::RankedTensorType takeUnit(mlir::RankedTensorType type, int32_t &unit);

} // namespace ecolm

#endif // ECOLM_LIB_CONVERSION_ECOLMTOVECTOR_WEIGHTSTREAM_H

//===- ByteTiles.h - Codes of a tile, for products of bytes -----*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Unpacks the 64 bytes of a tile (Support/WeightOrder.h) into unsigned bytes,
// as `ecolm.dot` takes them.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_CONVERSION_ECOLMTOVECTOR_BYTETILES_H
#define ECOLM_LIB_CONVERSION_ECOLMTOVECTOR_BYTETILES_H

#include "TileCodes.h"

namespace ecolm {

/// One code of every byte of a tile: 4 neighbouring inputs of every lane.
struct BytePlane {
  /// 64 codes times 2^shift, none of them above `largest`.
  mlir::Value codes;
  int64_t shift, largest;
};

/// How the tiles of a matrix are unpacked.
class ByteTiles {
public:
  /// For a matrix of depth 4 in 16 lanes.
  explicit ByteTiles(mlir::RankedTensorType weights);

  TileOrder getOrder() const { return {4, isBase3 ? 5 : 8 / codes.bits}; }
  /// What is to be taken off a code to get its weight.
  int64_t getOffset() const { return offset; }
  /// The weights' unit as a power of two.
  int32_t getUnit() const { return codes.unit; }

  /// The planes of a tile in the order of their inputs. Codes up to
  /// `inPlace` stay where they stand in their byte, which saves shifting them.
  llvm::SmallVector<BytePlane> unpack(KernelBuilder &builder, mlir::Value bytes,
                                      int64_t inPlace = 0) const;
  /// How many sums the planes of a tile take: one, or one each where their
  /// shifts differ.
  int64_t getNumSums(int64_t inPlace) const {
    bool differ = inPlace && codes.bits < 8 && !isLookedUp;
    return differ ? getOrder().codesPerByte : 1;
  }

private:
  TileCodes codes;
  int64_t offset, largest;
  /// What turns two's complement into value + offset.
  int64_t flip = 0;
  /// Whether a nibble has to be looked up (powers of two), and whether bytes
  /// are numbers to the base 3.
  bool isLookedUp = false, isBase3 = false;
};

} // namespace ecolm

#endif // ECOLM_LIB_CONVERSION_ECOLMTOVECTOR_BYTETILES_H

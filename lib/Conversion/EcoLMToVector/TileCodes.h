//===- TileCodes.h - Codes of matrices in tiles -----------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// How the codes of a matrix of depth 4 lie in a tile, and what they stand for.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_CONVERSION_ECOLMTOVECTOR_TILECODES_H
#define ECOLM_LIB_CONVERSION_ECOLMTOVECTOR_TILECODES_H

#include "KernelBuilder.h"
#include "ecolm/Support/WeightOrder.h"
#include <array>

namespace ecolm {

/// Bytes of 16 lanes of a tile: four of every lane.
inline constexpr int64_t kTileBytes = 4 * kLanes;

/// The codes of one element type in tiles: of depth 4, or of one input of
/// floats, which take as many bytes.
struct TileCodes {
  /// Bits of a code, 2, 4 or 8; 32 for a float, which is a tile of one input.
  int64_t bits = 4;
  /// The value of every nibble, in units of 2^unit; of the two codes of 2 bits
  /// in it, that of the lower one. Not for 8 and 32 bits, which are their
  /// values.
  std::array<int32_t, 16> values = {};
  int32_t unit = 0;
  /// Whether products of floats with the values need no rounding.
  bool areProductsExact = false;

  /// The codes of `element`, a type that tiles hold.
  static TileCodes get(mlir::Type element);

  TileOrder getOrder() const {
    return bits == 32 ? TileOrder{1, 1} : TileOrder{4, 8 / bits};
  }
  /// How far up the code of input `input` of a tile is in its lane's 32 bits.
  int64_t getShift(int64_t input) const {
    return input % 4 * 8 + input / 4 * bits;
  }
};

} // namespace ecolm

#endif // ECOLM_LIB_CONVERSION_ECOLMTOVECTOR_TILECODES_H

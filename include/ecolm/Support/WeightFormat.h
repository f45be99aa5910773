//===- WeightFormat.h - What a weight's bytes mean --------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Describes a weight as it stood in the model file and as a kernel wants it.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_SUPPORT_WEIGHTFORMAT_H
#define ECOLM_SUPPORT_WEIGHTFORMAT_H

#include "ecolm/Support/WeightOrder.h"

namespace ecolm {

/// What one element of a weight is.
enum class ElementKind {
  /// -1, 0 or +1; its code is the value.
  Ternary,
  /// A signed power of two; its code is 0 or `sign * (e - min + 1)`.
  Pot,
  /// A signed integer of `integerBits` bits; its code is the value.
  Integer,
  /// A float or an integer of `elementBytes` bytes, moved but never looked at.
  Plain
};

/// How codes share bytes; the numbers are those of the `packing` words of
/// `#ecolm.packed`, where each format is explained.
enum class ByteFormat {
  Bytes,
  Codes2,
  Base3,
  Bitplanes,
  Nibbles,
  Plain,
  Halves,
  Partners,
  Planes3,
  Floats,
  FloatPartners
};

/// One weight: its elements, the bytes it comes as and the bytes it becomes.
struct WeightDescription {
  ElementKind kind = ElementKind::Plain;
  /// Powers of two: the smallest exponent.
  int32_t minExponent = 0;
  /// Powers of two: how many exponents there are, `max - min + 1`.
  int32_t numExponents = 1;
  /// Powers of two: whether 0 is a value.
  bool hasZero = true;
  /// Narrow integers: bits of one, 2 or 4.
  int32_t integerBits = 4;
  /// Plain elements: bytes of one, 1, 2, 4 or 8.
  int32_t elementBytes = 4;

  /// Factor, or matrix [N, K] as (1, N, K, 1). With `lanes = 0` only the number
  /// of elements counts, so any tensor may be written (1, n, 1, 1).
  FactorShape shape;

  /// Format of the source, which is in row-major order.
  ByteFormat sourceFormat = ByteFormat::Plain;
  /// The source is the matrix [K, N].
  bool transposed = false;

  /// Format of the destination.
  ByteFormat format = ByteFormat::Plain;
  /// Lanes of the destination's order (WeightOrder.h), or 0 for row-major.
  int32_t lanes = 0;
  /// Depth of the destination's order, for matrices in tiles.
  int32_t depth = 1;
  /// Chunks of the destination's order, for factors of 2 by 2 blocks.
  ChunkOrder chunks;

  /// Elements of the tensor, without padding.
  int64_t getNumElements() const {
    return shape.stacks * shape.a * shape.b * shape.c * shape.d;
  }
  TileOrder getTile() const {
    switch (format) {
    case ByteFormat::Codes2:
      return {depth, 4};
    case ByteFormat::Base3:
      return {depth, 5};
    case ByteFormat::Nibbles:
      return {depth, 2};
    default:
      return {depth, 1};
    }
  }
  /// Elements of the packed stream, with padding.
  int64_t getNumPackedElements() const {
    if (lanes == 0)
      return getNumElements();
    FactorShape padded = shape;
    padded.c = getTile().getPaddedInputs(shape.c);
    return padded.getNumPackedElements(lanes);
  }
};

} // namespace ecolm

#endif // ECOLM_SUPPORT_WEIGHTFORMAT_H

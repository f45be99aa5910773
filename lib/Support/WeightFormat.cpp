//===- WeightFormat.cpp - Which descriptions of weights make sense --------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Sizes of a weight's source and packed bytes, and checks of both.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Support/PotPacking.h"
#include "ecolm/Support/TernaryPacking.h"
#include "ecolm/Support/WeightPacker.h"

using namespace ecolm;
using llvm::ArrayRef;
using llvm::Error;

/// Bytes that `count` elements take in `format`.
static uint64_t getSize(ByteFormat format, int64_t count,
                        int32_t elementBytes) {
  switch (format) {
  case ByteFormat::Bytes:
  case ByteFormat::Partners: // two bytes for every second element
    return count;
  case ByteFormat::Halves:
  case ByteFormat::FloatPartners: // four bytes for every second element
    return 2 * static_cast<uint64_t>(count);
  case ByteFormat::Floats:
    return 4 * static_cast<uint64_t>(count);
  case ByteFormat::Codes2:
  case ByteFormat::Bitplanes:
    return (count + 3) / 4;
  case ByteFormat::Planes3: // three bits for every second element
    return (3 * static_cast<uint64_t>(count) + 15) / 16;
  case ByteFormat::Base3:
    return (count + 4) / 5;
  case ByteFormat::Nibbles:
    return (count + 1) / 2;
  case ByteFormat::Plain:
    return static_cast<uint64_t>(count) * elementBytes;
  }
  return 0;
}

uint64_t ecolm::getSourceSize(const WeightDescription &weight) {
  return getSize(weight.sourceFormat, weight.getNumElements(),
                 weight.elementBytes);
}

uint64_t ecolm::getPackedSize(const WeightDescription &weight) {
  return getSize(weight.format, weight.getNumPackedElements(),
                 weight.elementBytes);
}

template <typename... Ts>
static Error makeError(const char *format, const Ts &...values) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), format,
                                 values...);
}

/// Whether two weights as bf16 share 32 bits.
static bool isPaired(ByteFormat format) {
  return format == ByteFormat::Halves || format == ByteFormat::Partners;
}

/// Whether weights are f32.
static bool isFloat(ByteFormat format) {
  return format == ByteFormat::Floats || format == ByteFormat::FloatPartners;
}

/// Whether elements of the weight's kind can be written as `format`.
static bool isFormatOfKind(const WeightDescription &weight, ByteFormat format) {
  switch (weight.kind) {
  case ElementKind::Ternary:
    return format == ByteFormat::Bytes || format == ByteFormat::Codes2 ||
           format == ByteFormat::Base3 ||
           ((format == ByteFormat::Bitplanes ||
             format == ByteFormat::Planes3) &&
            weight.lanes >= 8);
  case ElementKind::Pot:
    return ((format == ByteFormat::Bytes || isPaired(format) ||
             isFloat(format)) &&
            weight.numExponents <= 127) ||
           (format == ByteFormat::Nibbles &&
            fitsNibble(weight.numExponents, weight.hasZero));
  case ElementKind::Integer:
    return format == ByteFormat::Bytes ||
           (format == ByteFormat::Codes2 && weight.integerBits == 2) ||
           (format == ByteFormat::Nibbles && weight.integerBits == 4);
  case ElementKind::Plain:
    return format == ByteFormat::Plain;
  }
  return false;
}

/// Whether the destination's format has an order of depth 4.
static bool hasTiles(const WeightDescription &weight) {
  return weight.format == ByteFormat::Codes2 ||
         weight.format == ByteFormat::Base3 ||
         weight.format == ByteFormat::Nibbles ||
         (weight.format == ByteFormat::Plain && weight.elementBytes == 1);
}

/// Fails unless the description makes sense.
static Error checkWeight(const WeightDescription &weight) {
  if (!isFormatOfKind(weight, weight.sourceFormat) ||
      weight.sourceFormat == ByteFormat::Bitplanes ||
      weight.sourceFormat == ByteFormat::Planes3 ||
      isPaired(weight.sourceFormat) || isFloat(weight.sourceFormat))
    return makeError("the source's packing does not suit its elements");
  if (!isFormatOfKind(weight, weight.format))
    return makeError("the packing does not suit the weight's elements");
  if (weight.lanes < 0 || weight.lanes > 128 ||
      (weight.lanes & (weight.lanes - 1)))
    return makeError("expected lanes to be 0 or a power of two up to 128, but "
                     "found %d",
                     weight.lanes);
  const FactorShape &shape = weight.shape;
  if (weight.depth != 1 &&
      (weight.depth != 4 || weight.lanes == 0 || shape.stacks != 1 ||
       shape.a != 1 || shape.d != 1 || !hasTiles(weight)))
    return makeError("expected depth 1, or 4 for a matrix in lanes of codes of "
                     "2 or 4 bits, of base 3 or of bytes, but found %d",
                     weight.depth);
  if (weight.chunks.isGiven() &&
      !fitsChunks(shape, weight.lanes, weight.chunks))
    return makeError("expected partners in chunks of 2 by 2 blocks, but found "
                     "other factors");
  if (isPaired(weight.format) &&
      (!weight.chunks.isGiven() || weight.chunks.vectors % 2))
    return makeError("expected chunks of pairs of vectors for weights as bf16");
  if (weight.format == ByteFormat::Planes3 && !weight.chunks.isGiven())
    return makeError("expected chunks for weights in three planes");
  if (isFloat(weight.format) && !weight.chunks.isGiven())
    return makeError("expected chunks for powers of two as floats");
  if (weight.transposed && (shape.stacks != 1 || shape.a != 1 || shape.d != 1))
    return makeError("only the source of a matrix can be transposed");
  if (weight.kind == ElementKind::Integer && weight.integerBits != 2 &&
      weight.integerBits != 4)
    return makeError("expected integers of 2 or 4 bits, but found %d",
                     weight.integerBits);
  if (weight.kind == ElementKind::Plain && weight.elementBytes != 1 &&
      weight.elementBytes != 2 && weight.elementBytes != 4 &&
      weight.elementBytes != 8)
    return makeError("expected elements of 1, 2, 4 or 8 bytes, but found %d",
                     weight.elementBytes);
  return Error::success();
}

Error ecolm::checkWeightSource(const WeightDescription &weight,
                               ArrayRef<char> source) {
  if (Error error = checkWeight(weight))
    return error;
  uint64_t expected = getSourceSize(weight);
  if (source.size() != expected)
    return makeError("expected a source of %llu bytes, but found %llu",
                     static_cast<unsigned long long>(expected),
                     static_cast<unsigned long long>(source.size()));
  if (weight.sourceFormat == ByteFormat::Base3)
    for (char byte : source)
      if (static_cast<uint8_t>(byte) > kMaxBase3Byte)
        return makeError("found byte %d, which no five ternary values have",
                         static_cast<uint8_t>(byte));
  return Error::success();
}

//===- PotPacking.cpp - Bytes of powers of two ----------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Writes and reads the nibble format of powers of two.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Support/PotPacking.h"
#include "llvm/Support/Endian.h"
#include <algorithm>
#include <cstdlib>

using namespace ecolm;
using llvm::ArrayRef;
using llvm::SmallVectorImpl;

/// Sign and magnitude of `code`.
static uint8_t encodeNibble(int8_t code, bool hasZero) {
  // Padding has code 0 in every format; without zero it becomes +2^min.
  int magnitude = std::max(std::abs(code) - (hasZero ? 0 : 1), 0);
  return (code < 0 ? 8 : 0) | magnitude;
}

void ecolm::packNibbles(ArrayRef<int8_t> codes, bool hasZero,
                        SmallVectorImpl<char> &out) {
  for (size_t i = 0; i < codes.size(); i += 2) {
    uint8_t byte = encodeNibble(codes[i], hasZero);
    if (i + 1 < codes.size())
      byte |= encodeNibble(codes[i + 1], hasZero) << 4;
    out.push_back(byte);
  }
}

int8_t ecolm::readNibble(const char *bytes, bool hasZero, int64_t index) {
  uint8_t nibble = static_cast<uint8_t>(bytes[index / 2]) >> (4 * (index & 1));
  int8_t magnitude = (nibble & 7) + (hasZero ? 0 : 1);
  return nibble & 8 ? -magnitude : magnitude;
}

/// The sign and the exponent of a bf16 have the place of those of the upper
/// half of an f32.
static constexpr int32_t kExponentBias = 127, kExponentPlace = 7;

/// The bf16 of a code.
static uint16_t toHalf(int8_t code, int32_t min) {
  int32_t field = std::abs(code) - 1 + min + kExponentBias;
  return code ? field << kExponentPlace | (code < 0) << 15 : 0;
}

/// The code of the bf16 at `bytes`.
static int8_t fromHalf(const char *bytes, int32_t min) {
  int32_t bits = llvm::support::endian::read16le(bytes);
  int32_t field = bits >> kExponentPlace & 0xFF;
  int32_t magnitude = field ? field - kExponentBias - min + 1 : 0;
  return static_cast<int8_t>(bits >> 15 ? -magnitude : magnitude);
}

static void append(uint16_t bits, llvm::SmallVectorImpl<char> &out) {
  out.push_back(static_cast<char>(bits));
  out.push_back(static_cast<char>(bits >> 8));
}

void ecolm::packHalves(ArrayRef<int8_t> codes, int32_t min, int64_t lanes,
                       llvm::SmallVectorImpl<char> &out) {
  for (; !codes.empty(); codes = codes.drop_front(2 * lanes))
    for (int64_t lane = 0; lane < lanes; ++lane) {
      append(toHalf(codes[lane], min), out);
      append(toHalf(codes[lanes + lane], min), out);
    }
}

int8_t ecolm::readHalf(const char *bytes, int32_t min, int64_t lanes,
                       int64_t index) {
  int64_t pair = index / (2 * lanes), run = index / lanes % 2;
  return fromHalf(bytes + 4 * (pair * lanes + index % lanes) + 2 * run, min);
}

// The lower half of such a float is 0.
void ecolm::packFloats(ArrayRef<int8_t> codes, int32_t min,
                       llvm::SmallVectorImpl<char> &out) {
  for (int8_t code : codes) {
    append(0, out);
    append(toHalf(code, min), out);
  }
}

int8_t ecolm::readFloat(const char *bytes, int32_t min, int64_t index) {
  return fromHalf(bytes + 4 * index + 2, min);
}

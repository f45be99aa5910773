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

void ecolm::packHalves(ArrayRef<int8_t> codes, int32_t min, int64_t lanes,
                       llvm::SmallVectorImpl<char> &out) {
  auto append = [&](int8_t code) {
    int32_t field = std::abs(code) - 1 + min + kExponentBias;
    int32_t bits = code ? field << kExponentPlace | (code < 0) << 15 : 0;
    out.push_back(static_cast<char>(bits));
    out.push_back(static_cast<char>(bits >> 8));
  };
  for (; !codes.empty(); codes = codes.drop_front(2 * lanes))
    for (int64_t lane = 0; lane < lanes; ++lane) {
      append(codes[lane]);
      append(codes[lanes + lane]);
    }
}

int8_t ecolm::readHalf(const char *bytes, int32_t min, int64_t lanes,
                       int64_t index) {
  int64_t pair = index / (2 * lanes), run = index / lanes % 2;
  const char *half = bytes + 4 * (pair * lanes + index % lanes) + 2 * run;
  int32_t bits = static_cast<uint8_t>(half[0]) | static_cast<uint8_t>(half[1])
                                                     << 8;
  int32_t field = bits >> kExponentPlace & 0xFF;
  int32_t magnitude = field ? field - kExponentBias - min + 1 : 0;
  return static_cast<int8_t>(bits >> 15 ? -magnitude : magnitude);
}

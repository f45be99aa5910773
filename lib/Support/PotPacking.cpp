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

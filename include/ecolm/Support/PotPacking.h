//===- PotPacking.h - Bytes of powers of two --------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Writes and reads the nibble format of powers of two.
//
// The code of `s * 2^e` is `s * (e - min + 1)`, that of zero is 0. A nibble
// holds sign and magnitude, so that a kernel splits it with one mask:
//
//   bit      3      2 1 0
//            sign   |code|          formats with zero: up to 7 exponents
//            sign   |code| - 1      formats without zero: up to 8 exponents
//
// Two nibbles share a byte, the first one low. A format without zero pads with
// `+2^min`, which no kernel stores; a last half byte that nobody uses is 0.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_SUPPORT_POTPACKING_H
#define ECOLM_SUPPORT_POTPACKING_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>

namespace ecolm {

/// Whether a format has at most the 16 codes that a nibble holds.
inline bool fitsNibble(int32_t numExponents, bool hasZero) {
  return numExponents <= (hasZero ? 7 : 8);
}

/// Appends `codes` as nibbles.
void packNibbles(llvm::ArrayRef<int8_t> codes, bool hasZero,
                 llvm::SmallVectorImpl<char> &out);

/// Appends codes of powers of two from 2^`min` on as bf16, two runs of `lanes`
/// codes side by side:
///
///     codes   a0 a1 a2 ... b0 b1 b2 ...
///     halves  a0 b0 a1 b1 a2 b2 ...
void packHalves(llvm::ArrayRef<int8_t> codes, int32_t min, int64_t lanes,
                llvm::SmallVectorImpl<char> &out);

/// Code `index` of the codes that were packed so.
int8_t readHalf(const char *bytes, int32_t min, int64_t lanes, int64_t index);

/// Appends codes of powers of two from 2^`min` on as f32.
void packFloats(llvm::ArrayRef<int8_t> codes, int32_t min,
                llvm::SmallVectorImpl<char> &out);

/// Code `index` of the codes that were packed so.
int8_t readFloat(const char *bytes, int32_t min, int64_t index);

/// Code `index` of a stream of nibbles.
int8_t readNibble(const char *bytes, bool hasZero, int64_t index);

} // namespace ecolm

#endif // ECOLM_SUPPORT_POTPACKING_H

//===- TernaryPacking.h - Bytes of ternary weights --------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Writes and reads the byte formats of values in {-1, 0, +1}.
//
//   codes2      bit  7 6   5 4   3 2   1 0        code = value + 1
//                    w3+1  w2+1  w1+1  w0+1
//
//   base3       byte = (w0+1) + 3*(w1+1) + 9*(w2+1) + 27*(w3+1) + 81*(w4+1)
//
//   bitplanes   for each run of L lanes (here L = 16), lowest bit first:
//               |  is +1, L/8 bytes  |  is -1, L/8 bytes  |
//
//   planes3     runs of own and partners' terms in turn, the own ones never -1:
//               |  own is +1  |  partner's is +1  |  partner's is -1  |
//
// Places of the last byte that no value uses are zero bits (zero digits).
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_SUPPORT_TERNARYPACKING_H
#define ECOLM_SUPPORT_TERNARYPACKING_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>

namespace ecolm {

/// What the readers below give for bits that no ternary value has.
inline constexpr int8_t kInvalidTernary = 2;

/// Largest byte of `base3`, five digits 2.
inline constexpr uint8_t kMaxBase3Byte = 242;

/// Appends `values` as `codes2`.
void packCodes2(llvm::ArrayRef<int8_t> values,
                llvm::SmallVectorImpl<char> &out);

/// Appends `values` as `base3`.
void packBase3(llvm::ArrayRef<int8_t> values, llvm::SmallVectorImpl<char> &out);

/// Appends `values`, a multiple of `lanes`, as `bitplanes`.
void packBitplanes(llvm::ArrayRef<int8_t> values, int64_t lanes,
                   llvm::SmallVectorImpl<char> &out);

/// Appends `values`, a multiple of two runs of `lanes`, as `planes3`.
void packPlanes3(llvm::ArrayRef<int8_t> values, int64_t lanes,
                 llvm::SmallVectorImpl<char> &out);

/// Value `index` of a `codes2` stream.
inline int8_t readCodes2(const char *bytes, int64_t index) {
  return ((static_cast<uint8_t>(bytes[index >> 2]) >> (2 * (index & 3))) & 3) -
         1;
}

/// Value `index` of a `base3` stream whose bytes are at most kMaxBase3Byte.
int8_t readBase3(const char *bytes, int64_t index);

/// Value `index` of a `bitplanes` stream of `lanes`.
int8_t readBitplanes(const char *bytes, int64_t lanes, int64_t index);

/// Value `index` of a `planes3` stream of `lanes`.
int8_t readPlanes3(const char *bytes, int64_t lanes, int64_t index);

} // namespace ecolm

#endif // ECOLM_SUPPORT_TERNARYPACKING_H

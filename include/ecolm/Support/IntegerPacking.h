//===- IntegerPacking.h - Bytes of narrow integers --------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Writes and reads integers of 2 and 4 bits, two's complement, lowest bits
// first: the formats of ONNX's INT2 and INT4.
//
//   4 bits      bit  7..4  3..0         2 bits      bit  7 6  5 4  3 2  1 0
//                     w1    w0                            w3   w2   w1   w0
//
// Places of the last byte that no integer uses are zero.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_SUPPORT_INTEGERPACKING_H
#define ECOLM_SUPPORT_INTEGERPACKING_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>

namespace ecolm {

/// Appends `values` as integers of `bits` bits, 2 or 4.
void packIntegers(llvm::ArrayRef<int8_t> values, int32_t bits,
                  llvm::SmallVectorImpl<char> &out);

/// Integer `index` of a stream of integers of `bits` bits, 2 or 4.
int8_t readPackedInteger(const char *bytes, int32_t bits, int64_t index);

} // namespace ecolm

#endif // ECOLM_SUPPORT_INTEGERPACKING_H

//===- ByteProducts.h - How CPUs sum products of bytes ----------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Names the instructions that `ecolm.dot` can become.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_TARGET_CPU_BYTEPRODUCTS_H
#define ECOLM_TARGET_CPU_BYTEPRODUCTS_H

#include "llvm/ADT/StringRef.h"

namespace ecolm {

/// How a machine sums products of bytes.
enum class ByteProducts {
  /// Not in vectors: kernels for it multiply words.
  None,
  /// In vectors of wider integers.
  Widened,
  /// SMULL, SDOT (Armv8.4's dot product) or USDOT (i8mm) on 128 bits.
  NEON,
  SDOT,
  USDOT,
  /// VPMADDUBSW on 256 bits.
  AVX2,
  /// VPDPBUSD on 512 bits.
  VNNI
};

/// The word for `products` on command lines and in reports.
inline llvm::StringRef stringifyByteProducts(ByteProducts products) {
  constexpr llvm::StringLiteral kWords[] = {"none",  "widened", "neon", "sdot",
                                            "usdot", "avx2",    "vnni"};
  return kWords[static_cast<int>(products)];
}

/// The largest code that `products` of single terms, summed in 32 bits, take; 0
/// where several terms are summed in 16 bits.
inline int64_t getLargestInPlace(ByteProducts products) {
  switch (products) {
  case ByteProducts::SDOT:
    return 127;
  case ByteProducts::USDOT:
  case ByteProducts::VNNI:
    return 255;
  default:
    return 0;
  }
}

} // namespace ecolm

#endif // ECOLM_TARGET_CPU_BYTEPRODUCTS_H

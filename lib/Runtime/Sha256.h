//===- Sha256.h - SHA-256 ------------------------------------ -*- C++ -*--===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// The hash of FIPS 180-4, by which a program recognizes its own weights.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_SHA256_H
#define ECOLM_LIB_RUNTIME_SHA256_H

#include <stddef.h>
#include <stdint.h>

namespace ecolm {
namespace runtime {

/// A hash in the making.
class Sha256 {
public:
  void update(const void *bytes, size_t size);

  /// Writes the hash of everything seen. No `update` may follow.
  void finish(uint8_t hash[32]);

private:
  void absorb(const uint8_t *block);

  uint32_t state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                       0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  uint64_t length = 0;
  uint8_t pending[64];
};

/// The hash of one piece of memory.
void sha256(const void *bytes, size_t size, uint8_t hash[32]);

/// Writes 64 hexadecimal digits and a zero byte.
void formatSha256(const uint8_t hash[32], char digits[65]);

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_SHA256_H

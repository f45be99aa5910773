//===- Sha256.cpp - SHA-256 -----------------------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// FIPS 180-4, section 6.2, as written there.
//
//===----------------------------------------------------------------------===//

#include "Sha256.h"

#include <string.h>

namespace ecolm {
namespace runtime {

static constexpr uint32_t roundConstants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotateRight(uint32_t value, int by) {
  return value >> by | value << (32 - by);
}

/// Reads the weight section with the gaps in it, which AddressSanitizer
/// forbids.
__attribute__((no_sanitize_address)) void Sha256::absorb(const uint8_t *block) {
  uint32_t schedule[64];
  for (int t = 0; t < 16; ++t)
    schedule[t] = static_cast<uint32_t>(block[4 * t]) << 24 |
                  static_cast<uint32_t>(block[4 * t + 1]) << 16 |
                  static_cast<uint32_t>(block[4 * t + 2]) << 8 |
                  static_cast<uint32_t>(block[4 * t + 3]);
  for (int t = 16; t < 64; ++t) {
    uint32_t x = schedule[t - 15], y = schedule[t - 2];
    schedule[t] = schedule[t - 16] + schedule[t - 7] +
                  (rotateRight(x, 7) ^ rotateRight(x, 18) ^ x >> 3) +
                  (rotateRight(y, 17) ^ rotateRight(y, 19) ^ y >> 10);
  }

  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
  for (int t = 0; t < 64; ++t) {
    uint32_t first =
        h + (rotateRight(e, 6) ^ rotateRight(e, 11) ^ rotateRight(e, 25)) +
        ((e & f) ^ (~e & g)) + roundConstants[t] + schedule[t];
    uint32_t second =
        (rotateRight(a, 2) ^ rotateRight(a, 13) ^ rotateRight(a, 22)) +
        ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + first;
    d = c;
    c = b;
    b = a;
    a = first + second;
  }
  const uint32_t added[8] = {a, b, c, d, e, f, g, h};
  for (int i = 0; i < 8; ++i)
    state[i] += added[i];
}

void Sha256::update(const void *bytes, size_t size) {
  const uint8_t *next = static_cast<const uint8_t *>(bytes);
  size_t waiting = length % 64;
  length += size;
  if (waiting != 0) {
    size_t taken = size < 64 - waiting ? size : 64 - waiting;
    memcpy(pending + waiting, next, taken);
    next += taken;
    size -= taken;
    if (waiting + taken < 64)
      return;
    absorb(pending);
  }
  for (; size >= 64; next += 64, size -= 64)
    absorb(next);
  if (size != 0)
    memcpy(pending, next, size);
}

void Sha256::finish(uint8_t hash[32]) {
  // One bit, then zeros, then the length in bits, to a multiple of 64 bytes.
  static constexpr uint8_t padding[64] = {0x80};
  uint64_t bits = length * 8;
  size_t waiting = length % 64;
  update(padding, waiting < 56 ? 56 - waiting : 120 - waiting);
  uint8_t tail[8];
  for (int i = 0; i < 8; ++i)
    tail[i] = static_cast<uint8_t>(bits >> (56 - 8 * i));
  update(tail, sizeof tail);
  for (int i = 0; i < 32; ++i)
    hash[i] = static_cast<uint8_t>(state[i / 4] >> (24 - 8 * (i % 4)));
}

void sha256(const void *bytes, size_t size, uint8_t hash[32]) {
  Sha256 hasher;
  hasher.update(bytes, size);
  hasher.finish(hash);
}

void formatSha256(const uint8_t hash[32], char digits[65]) {
  for (int i = 0; i < 32; ++i) {
    digits[2 * i] = "0123456789abcdef"[hash[i] >> 4];
    digits[2 * i + 1] = "0123456789abcdef"[hash[i] & 15];
  }
  digits[64] = '\0';
}

} // namespace runtime
} // namespace ecolm

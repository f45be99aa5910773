//===- butterfly_probe.cpp - A butterfly of floats by hand ----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// A butterfly of learned f32 coefficients as one writes it by hand for AVX2:
// y = a x0 + b x1 for every output, 2n coefficients a stage, two stages (radix
// 4) in each pass over the vector, in place. Strides increase; the first three,
// below a register, are one pass with shuffles.
//
//     butterfly_probe n        prints seconds for one vector
//
//===----------------------------------------------------------------------===//

#include "time_calls.h"
#include <immintrin.h>
#include <vector>

/// own * a + other * b for 8 outputs; `c` holds a, then b.
static __m256 combine(__m256 own, __m256 other, const float *c) {
  __m256 product = _mm256_mul_ps(own, _mm256_load_ps(c));
  return _mm256_add_ps(product, _mm256_mul_ps(other, _mm256_load_ps(c + 8)));
}

/// Strides 1, 2 and 4.
static void passInRegisters(float *x, const float *c, int64_t n) {
  for (int64_t i = 0; i < n; i += 8) {
    __m256 v = _mm256_load_ps(x + i);
    v = combine(v, _mm256_permute_ps(v, 0xB1), c + 2 * i);
    v = combine(v, _mm256_permute_ps(v, 0x4E), c + 2 * n + 2 * i);
    v = combine(v, _mm256_permute2f128_ps(v, v, 1), c + 4 * n + 2 * i);
    _mm256_store_ps(x + i, v);
  }
}

/// Stride d.
static void passOfTwo(float *x, const float *c, int64_t n, int64_t d) {
  for (int64_t block = 0; block < n; block += 2 * d)
    for (int64_t i = block; i < block + d; i += 8) {
      __m256 v = _mm256_load_ps(x + i), w = _mm256_load_ps(x + i + d);
      _mm256_store_ps(x + i, combine(v, w, c + 2 * i));
      _mm256_store_ps(x + i + d, combine(w, v, c + 2 * (i + d)));
    }
}

/// Strides d and 2d.
static void passOfFour(float *x, const float *c, int64_t n, int64_t d) {
  const float *e = c + 2 * n;
  for (int64_t block = 0; block < n; block += 4 * d)
    for (int64_t i = block; i < block + d; i += 8) {
      __m256 v[4], w[4];
      for (int k = 0; k < 4; ++k)
        v[k] = _mm256_load_ps(x + i + k * d);
      for (int k = 0; k < 4; ++k)
        w[k] = combine(v[k], v[k ^ 1], c + 2 * (i + k * d));
      for (int k = 0; k < 4; ++k)
        _mm256_store_ps(x + i + k * d,
                        combine(w[k], w[k ^ 2], e + 2 * (i + k * d)));
    }
}

int main(int, char **arguments) {
  int64_t n = std::atoll(arguments[1]), stages = 0;
  while ((int64_t(1) << stages) < n)
    ++stages;
  auto *x = reinterpret_cast<float *>(allocate(4 * n));
  auto *c = reinterpret_cast<float *>(allocate(8 * n * stages));
  // Sums of halves keep their size: no denormals, no infinities.
  std::fill(x, x + n, 1.0F);
  std::fill(c, c + 2 * n * stages, 0.5F);
  printMedian(1, [&] {
    passInRegisters(x, c, n);
    int64_t stage = 3;
    for (; stage + 1 < stages; stage += 2)
      passOfFour(x, c + 2 * n * stage, n, int64_t(1) << stage);
    if (stage < stages)
      passOfTwo(x, c + 2 * n * stage, n, int64_t(1) << stage);
  });
  return 0;
}

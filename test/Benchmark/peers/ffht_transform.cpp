//===- ffht_transform.cpp - FFHT's transform of floats --------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Times the fast Hadamard transform of FFHT, a butterfly without coefficients,
// in place, after it has transformed one vector as its definition says.
//
//     ffht_transform n        prints seconds for one vector
//
//===----------------------------------------------------------------------===//

#include "../time_calls.h"
#include "fht.h"

int main(int, char **arguments) {
  int64_t n = std::strtoll(arguments[1], nullptr, 10);
  int stages = 0;
  while ((int64_t(1) << stages) < n)
    ++stages;
  auto *x = reinterpret_cast<float *>(allocate(4 * n));
  // One at a place: the column of the matrix there, of signs.
  int64_t place = n / 3;
  x[place] = 1.0F;
  fht_float(x, stages);
  for (int64_t i = 0; i < n; ++i)
    if (x[i] != (__builtin_parityll(i & place) ? -1.0F : 1.0F)) {
      std::fprintf(stderr, "expected another value at %lld\n",
                   static_cast<long long>(i));
      return 1;
    }
  // Zeros stay zeros: no denormals, no infinities.
  std::fill(x, x + n, 0.0F);
  printMedian(1, [&] { fht_float(x, stages); });
  return 0;
}

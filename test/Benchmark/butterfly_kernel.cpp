//===- butterfly_kernel.cpp - Times the kernel of one butterfly -----------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Linked with an object of ecolm-compile that holds one butterfly, calls the
// function that the compiler made of it. BYTES is the size of an input element;
// the function takes a row if ROWS is 1, two rows otherwise.
//
//     butterfly_kernel n        prints seconds for one row
//
//===----------------------------------------------------------------------===//

#include "time_calls.h"
#include <vector>

extern "C" {
#if ROWS == 1
void ecolm_linear_0(void *, void *, int64_t offset, int64_t size,
                    int64_t stride, void *, void *, int64_t offsetOut,
                    int64_t sizeOut, int64_t strideOut);
#else
void ecolm_linear_0(void *, void *, int64_t offset, int64_t rows, int64_t size,
                    int64_t rowStride, int64_t stride, void *, void *,
                    int64_t offsetOut, int64_t rowsOut, int64_t sizeOut,
                    int64_t rowStrideOut, int64_t strideOut);
#endif

/// What large butterflies would take their scratch from is the stack here.
void ecolm_parallel_for(void (*body)(void *, int64_t, int64_t), void *captures,
                        int64_t count, int64_t) {
  body(captures, 0, count);
}
}

int main(int, char **arguments) {
  int64_t n = std::atoll(arguments[1]);
  char *in = allocate(n * ROWS * BYTES);
  char *out = allocate(n * ROWS * 4);
  for (int64_t i = 0; i < n * ROWS; ++i) {
    if (BYTES == 1)
      in[i] = static_cast<char>(i * 37);
    else
      reinterpret_cast<float *>(in)[i] = static_cast<float>(i % 17) - 8.0F;
  }
  printMedian(ROWS, [&] {
#if ROWS == 1
    ecolm_linear_0(in, in, 0, n, 1, out, out, 0, n, 1);
#else
    for (int64_t row = 0; row < ROWS; row += 2)
      ecolm_linear_0(in, in, row * n, 2, n, n, 1, out, out, row * n, 2, n, n,
                     1);
#endif
  });
  return 0;
}

//===- products.h - What the drivers of peers multiply ----------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// The work that ternary_matmul.py and pot_matmul.py ask of a peer, the values
// that all drivers give it, and the check that a peer multiplied them.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_TEST_BENCHMARK_PEERS_PRODUCTS_H
#define ECOLM_TEST_BENCHMARK_PEERS_PRODUCTS_H

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

/// Passes of which a driver prints the median.
constexpr int kPasses = 7;

/// Matrices that share an input, as in ternary_matmul.py.
constexpr int64_t kReaders = 32;

/// `count` matrices of n outputs and k inputs.
struct Shape {
  int64_t n, k, count;
};

/// What to multiply, and with how many threads.
struct Work {
  std::vector<Shape> shapes;
  int64_t rows;
  int threads;
};

/// Reads `N K rows count threads`, or `SHAPES rows threads` with shapes as
/// 2304x768x12+768x768x12.
inline Work readWork(int count, char **arguments) {
  auto number = [&](int i) { return std::strtoll(arguments[i], nullptr, 10); };
  if (count == 5)
    return {{{number(0), number(1), number(3)}},
            number(2),
            static_cast<int>(number(4))};
  if (count != 3) {
    std::fprintf(stderr, "expected N K rows count threads\n");
    std::exit(2);
  }
  Work work = {{}, number(1), static_cast<int>(number(2))};
  char *at = arguments[0];
  do {
    Shape shape;
    shape.n = std::strtoll(at, &at, 10);
    shape.k = std::strtoll(at + 1, &at, 10);
    shape.count = std::strtoll(at + 1, &at, 10);
    work.shapes.push_back(shape);
  } while (*at++ == '+');
  return work;
}

/// Bits that look random and are the same in every run.
class Bits {
public:
  uint32_t next() {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return static_cast<uint32_t>(state >> 33);
  }

private:
  uint64_t state = 1;
};

/// n x k weights of -1, 0 and 1.
inline std::vector<float> ternaryMatrix(int64_t n, int64_t k) {
  Bits bits;
  std::vector<float> matrix(n * k);
  for (float &weight : matrix)
    weight = static_cast<float>(bits.next() % 3) - 1.0F;
  return matrix;
}

/// Rows of k values, nearly normal: sums of four bytes.
inline std::vector<float> inputRows(int64_t rows, int64_t k) {
  Bits bits;
  std::vector<float> input(rows * k);
  for (float &value : input) {
    uint32_t word = bits.next() ^ (bits.next() << 16);
    int sum = 0;
    for (int shift = 0; shift < 32; shift += 8)
      sum += static_cast<int>(word >> shift & 255);
    value = static_cast<float>(sum - 510) / 148.0F;
  }
  return input;
}

/// Ends the program unless `output`, rows of n, is `input` times `matrix`, of n
/// rows of k: from the root of the mean square of some outputs, that of their
/// differences may be a share of `bound`. Outputs that were not computed, or
/// are another's, differ by more than all of it.
inline void checkProduct(const std::vector<float> &matrix,
                         const std::vector<float> &input, const float *output,
                         int64_t n, int64_t k, int64_t rows, double bound) {
  double squares = 0, errors = 0;
  for (int64_t row = 0; row < rows; row += 1 + rows / 3)
    for (int64_t i = 0; i < 32; ++i) {
      int64_t out = i * (n - 1) / 31;
      double sum = 0;
      for (int64_t j = 0; j < k; ++j)
        sum += static_cast<double>(matrix[out * k + j]) * input[row * k + j];
      double error = output[row * n + out] - sum;
      squares += sum * sum;
      errors += error * error;
    }
  if (errors <= bound * bound * squares)
    return;
  std::fprintf(stderr, "expected products of %lldx%lld, but found others\n",
               static_cast<long long>(n), static_cast<long long>(k));
  std::exit(1);
}

#endif // ECOLM_TEST_BENCHMARK_PEERS_PRODUCTS_H

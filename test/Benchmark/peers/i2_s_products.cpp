//===- i2_s_products.cpp - Products of bitnet.cpp's I2_S kernels ----------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Calls bitnet.cpp's kernels for int8 rows and ternary matrices of 2 bits. Rows
// are quantized once for each input; threads share the rows of a matrix and
// meet after every product. Every kernel for the number of rows is tried, with
// both layouts of weights, and the fastest counts.
//
//     i2_s_products N K rows count threads    prints seconds for one pass
//
// build.py compiles the file of kernels twice, because it is configured by
// macros: the second time for weights in parallel, under other names.
//
//===----------------------------------------------------------------------===//

#include "../time_calls.h"
#include "products.h"
#include <algorithm>
#include <atomic>
#include <functional>
#include <immintrin.h>
#include <thread>

/// What bitnet.cpp defines: n weights a row, results, rows of x and of y with
/// their strides, and how many rows of x, or of y where those are several.
using Kernel = void(int n, float *s, size_t bs, const void *vx, size_t bx,
                    const void *vy, size_t by, int nrc);
using Quantize = size_t(const float *, void *, int64_t, int64_t, const float *);
Kernel ggml_vec_dot_i2_i8_s_1x1, ggml_vec_dot_i2_i8_s_1xN,
    ggml_vec_dot_i2_i8_s_Nx1, weights_ggml_vec_dot_i2_i8_s_1x4_32W;
Quantize quantize_i2_s, weights_quantize_i2_s;

namespace {
/// Rows of int8, each with its scale and the sum of its values.
struct Rows {
  std::vector<int8_t> values;
  std::vector<float> scales;
  std::vector<int> sums;
};

/// Meeting point of all threads, which wait without sleeping as long as they
/// all have a processor.
class Barrier {
public:
  explicit Barrier(int threads) : threads(threads) {}
  void wait() {
    int now = round.load();
    if (arrived.fetch_add(1) + 1 == threads) {
      arrived.store(0);
      round.store(now + 1);
      return;
    }
    for (int64_t tries = 0; round.load() == now; ++tries)
      if (tries % 4096 == 4095)
        std::this_thread::yield();
      else
        _mm_pause();
  }

private:
  int threads;
  std::atomic<int> arrived{0}, round{0};
};

/// The rows [begin, end) of a matrix times all rows of an input, as sums of
/// codes 0, 1, 2.
struct Method {
  std::function<void(const char *matrix, const Rows &input, float *output,
                     int64_t begin, int64_t end)>
      multiply;
  Quantize *quantize;
};

/// What a pass needs.
struct Pass {
  Shape shape;
  int64_t rows;
  int threads;
  size_t stride; // Between matrices.
  char *matrices;
  float *outputs;
  std::vector<std::vector<float>> inputs;
};

/// The part of `size` things that thread `i` takes, in fours.
int64_t startOf(int64_t size, int i, int threads) {
  return i == threads ? size : size / 4 * i / threads * 4;
}

/// Quantizes the row `row` of `input`.
void quantizeRow(const float *input, Rows &rows, int64_t row, int64_t k) {
  const float *x = input + row * k;
  int8_t *values = rows.values.data() + row * k;
  float largest = 1e-5F;
  for (int64_t i = 0; i < k; ++i)
    largest = std::max(largest, std::fabs(x[i]));
  float scale = 127.0F / largest;
  int sum = 0;
  for (int64_t i = 0; i < k; ++i) {
    values[i] = static_cast<int8_t>(std::nearbyint(x[i] * scale));
    sum += values[i];
  }
  rows.scales[row] = largest / 127.0F;
  rows.sums[row] = sum;
}

/// The products of thread `id`.
void runThread(const Pass &pass, const Method &method, Rows &rows,
               Barrier &barrier, int id) {
  auto [n, k, count] = pass.shape;
  int64_t begin = startOf(n, id, pass.threads);
  int64_t end = startOf(n, id + 1, pass.threads);
  for (int64_t i = 0; i < count; ++i) {
    if (i % kReaders == 0) {
      const std::vector<float> &input = pass.inputs[i / kReaders];
      for (int64_t row = id; row < pass.rows; row += pass.threads)
        quantizeRow(input.data(), rows, row, k);
      barrier.wait();
    }
    float *output = pass.outputs + i * n * pass.rows;
    method.multiply(pass.matrices + i * pass.stride, rows, output, begin, end);
    for (int64_t row = 0; row < pass.rows; ++row) {
      auto sum = static_cast<float>(rows.sums[row]);
      for (int64_t out = begin; out < end; ++out)
        output[row * n + out] =
            (output[row * n + out] - sum) * rows.scales[row];
    }
    barrier.wait();
  }
}

/// Median seconds of a pass with `method`; ends the program if its products are
/// wrong.
double secondsOf(Pass &pass, const Method &method,
                 const std::vector<float> &matrix) {
  auto [n, k, count] = pass.shape;
  for (int64_t i = 0; i < count; ++i) {
    char *at = pass.matrices + i * pass.stride;
    if (i == 0)
      method.quantize(matrix.data(), at, n, k, nullptr);
    else
      std::memcpy(at, pass.matrices, pass.stride);
  }
  Rows rows = {std::vector<int8_t>(pass.rows * k),
               std::vector<float>(pass.rows), std::vector<int>(pass.rows)};
  Barrier barrier(pass.threads);
  std::atomic<bool> more = true;
  std::vector<std::thread> workers;
  for (int id = 1; id < pass.threads; ++id)
    workers.emplace_back([&, id] {
      for (barrier.wait(); more; barrier.wait())
        runThread(pass, method, rows, barrier, id);
    });
  double seconds = medianSeconds(
      [&] {
        barrier.wait();
        runThread(pass, method, rows, barrier, 0);
      },
      kPasses);
  more = false;
  barrier.wait();
  for (std::thread &worker : workers)
    worker.join();
  for (int64_t i = 0; i < count; ++i)
    checkProduct(matrix, pass.inputs[0], pass.outputs + i * n * pass.rows, n, k,
                 pass.rows, 0.02);
  return seconds;
}

/// Rows of the matrix one after the other; each call of `kernel` takes `step`.
Method overMatrix(int64_t k, Kernel *kernel, int64_t step, Quantize *quantize) {
  auto multiply = [=](const char *matrix, const Rows &input, float *output,
                      int64_t begin, int64_t end) {
    for (int64_t out = begin; out < end; out += step)
      kernel(static_cast<int>(k), output + out, 0, matrix + out * k / 4, k,
             input.values.data(), 0, static_cast<int>(step));
  };
  return {multiply, quantize};
}

/// Several rows of the input for each of the matrix, in tiles of 4 rows of the
/// matrix and `tile` of the input, as bitnet.cpp's configuration has them.
Method overTiles(const Pass &pass, int64_t tile) {
  auto [n, k, unused] = pass.shape;
  auto multiply = [n = n, k = k, rows = pass.rows,
                   tile](const char *matrix, const Rows &input, float *output,
                         int64_t begin, int64_t end) {
    for (int64_t from = begin; from < end; from += 4)
      for (int64_t row = 0; row < rows; row += tile)
        for (int64_t out = from; out < std::min(from + 4, end); ++out)
          ggml_vec_dot_i2_i8_s_Nx1(
              static_cast<int>(k), output + row * n + out, n,
              matrix + out * k / 4, k, input.values.data() + row * k, k,
              static_cast<int>(std::min(tile, rows - row)));
  };
  return {multiply, quantize_i2_s};
}
} // namespace

int main(int argc, char **arguments) {
  Work work = readWork(argc - 1, arguments + 1);
  Shape shape = work.shapes[0];
  auto [n, k, count] = shape;
  if (n % 4 || k % 128 || (work.rows > 1 && work.rows % 4)) {
    std::fprintf(stderr, "expected fours of outputs and of rows\n");
    return 2;
  }
  // The scale of a matrix lies behind it.
  size_t stride = n * k / 4 + 64;
  int64_t outputs = n * work.rows * count;
  Pass pass = {shape,
               work.rows,
               work.threads,
               stride,
               allocate(static_cast<int64_t>(stride) * count),
               reinterpret_cast<float *>(allocate(4 * outputs)),
               {}};
  pass.inputs.assign((count + kReaders - 1) / kReaders,
                     inputRows(work.rows, k));
  std::vector<Method> methods;
  if (work.rows == 1)
    methods = {overMatrix(k, ggml_vec_dot_i2_i8_s_1x1, 1, quantize_i2_s),
               overMatrix(k, ggml_vec_dot_i2_i8_s_1xN, 4, quantize_i2_s),
               overMatrix(k, weights_ggml_vec_dot_i2_i8_s_1x4_32W, 4,
                          weights_quantize_i2_s)};
  else
    methods = {overTiles(pass, 32), overTiles(pass, 128)};
  std::vector<float> matrix = ternaryMatrix(n, k);
  double best = 1e9;
  for (const Method &method : methods)
    best = std::min(best, secondsOf(pass, method, matrix));
  std::printf("%.6g\n", best);
  return 0;
}

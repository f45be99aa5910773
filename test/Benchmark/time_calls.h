//===- time_calls.h - Seconds of one call -----------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Times something short: the median of many rounds of many calls.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_TEST_BENCHMARK_TIMECALLS_H
#define ECOLM_TEST_BENCHMARK_TIMECALLS_H

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

/// Zeroed memory, aligned to a cache line.
inline char *allocate(int64_t bytes) {
  bytes = (bytes + 63) / 64 * 64;
  char *memory = static_cast<char *>(std::aligned_alloc(64, bytes));
  std::memset(memory, 0, bytes);
  return memory;
}

/// Prints the median seconds of `call`, divided by `pieces`.
template <typename Call>
void printMedian(int pieces, Call call) {
  constexpr int kRounds = 51;
  constexpr double kRoundSeconds = 2e-4;
  auto seconds = [&](int64_t repetitions) {
    auto start = std::chrono::steady_clock::now();
    for (int64_t i = 0; i < repetitions; ++i)
      call();
    std::chrono::duration<double> took =
        std::chrono::steady_clock::now() - start;
    return took.count();
  };
  int64_t repetitions = 1;
  while (seconds(repetitions) < kRoundSeconds)
    repetitions *= 2;
  double rounds[kRounds];
  for (double &round : rounds)
    round = seconds(repetitions) / static_cast<double>(repetitions * pieces);
  std::sort(rounds, rounds + kRounds);
  std::printf("%.4g\n", rounds[kRounds / 2]);
}

#endif // ECOLM_TEST_BENCHMARK_TIMECALLS_H

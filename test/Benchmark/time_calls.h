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
#include <vector>

/// Zeroed memory, aligned to a cache line.
inline char *allocate(int64_t bytes) {
  bytes = (bytes + 63) / 64 * 64;
  char *memory = static_cast<char *>(std::aligned_alloc(64, bytes));
  std::memset(memory, 0, bytes);
  return memory;
}

/// The median seconds of `call` over `rounds`. A round has as many calls as
/// take its time, at least one.
template <typename Call>
double medianSeconds(Call call, int rounds) {
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
  std::vector<double> times(rounds);
  for (double &time : times)
    time = seconds(repetitions) / static_cast<double>(repetitions);
  std::sort(times.begin(), times.end());
  return times[rounds / 2];
}

/// Prints the median seconds of `call`, divided by `pieces`.
template <typename Call>
void printMedian(int pieces, Call call) {
  std::printf("%.4g\n", medianSeconds(call, 51) / pieces);
}

#endif // ECOLM_TEST_BENCHMARK_TIMECALLS_H

//===- read_bandwidth.cpp - How fast memory can be read -------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Sums a gibibyte with the given number of threads and prints the best of five
// rounds, in bytes for a second: the limit of every product with weights that
// no cache holds.
//
//===----------------------------------------------------------------------===//

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

int main(int argc, char **argv) {
  size_t threads = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1;
  std::vector<uint64_t> memory(size_t(1) << 27, 1);
  std::vector<uint64_t> sums(threads * 8);
  double best = 0;
  for (int round = 0; round < 5; ++round) {
    auto start = std::chrono::steady_clock::now();
    std::vector<std::thread> workers;
    for (size_t i = 0; i < threads; ++i)
      workers.emplace_back([&, i] {
        size_t share = memory.size() / threads;
        uint64_t sum = 0;
        for (size_t at = i * share; at < (i + 1) * share; ++at)
          sum += memory[at];
        sums[8 * i] = sum;
      });
    for (std::thread &worker : workers)
      worker.join();
    std::chrono::duration<double> took =
        std::chrono::steady_clock::now() - start;
    double rate = static_cast<double>(memory.size() * 8) / took.count();
    best = rate > best ? rate : best;
  }
  uint64_t total = 0;
  for (uint64_t sum : sums)
    total += sum;
  std::printf("%.0f %llu\n", best, static_cast<unsigned long long>(total));
}

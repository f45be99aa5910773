//===- Sampler.cpp - Chooses the next token -------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Every sum runs in one fixed order, in double precision, without libm.
//
//===----------------------------------------------------------------------===//

#include "Sampler.h"

#include <algorithm>
#include <string.h>

namespace ecolm {
namespace runtime {

uint64_t RandomNumbers::next() {
  uint64_t z = state += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

double RandomNumbers::nextUnit() {
  return static_cast<double>(next() >> 11) * 0x1p-53;
}

double exponential(double x) {
  // Below this the result is no normal number, and no token comes of it.
  if (!(x > -708.0))
    return 0.0;
  // x = k ln 2 + r with |r| <= ln 2 / 2; then e^x = 2^k e^r.
  int64_t k = static_cast<int64_t>(x * 1.4426950408889634 - 0.5);
  double n = static_cast<double>(k);
  double r =
      (x - n * 6.93147180369123816490e-01) - n * 1.90821492927058770002e-10;
  // Taylor's series; the next term is below 2^-57 of the sum.
  double sum = 1.0;
  for (int i = 14; i >= 1; --i)
    sum = 1.0 + sum * r / static_cast<double>(i);
  uint64_t bits = static_cast<uint64_t>(1023 + k) << 52;
  double power;
  memcpy(&power, &bits, sizeof power);
  return sum * power;
}

Sampler::Sampler(const SamplingOptions &options, int64_t vocabularySize)
    : options(options), size(vocabularySize), random(options.seed) {
  weights.resizeUninitialized(static_cast<size_t>(size));
  ranked.resizeUninitialized(static_cast<size_t>(size));
}

double Sampler::weight(float logit, double largest) const {
  return exponential((static_cast<double>(logit) - largest) /
                     options.temperature);
}

int64_t Sampler::sample(const float *logits) {
  constexpr float infinity = __builtin_inff();
  int64_t best = -1;
  for (int64_t i = 0; i < size; ++i) {
    // NaN fails every comparison, so this asks for a number below infinity.
    if (!(logits[i] < infinity))
      return -1;
    if (logits[i] > -infinity && (best < 0 || logits[i] > logits[best]))
      best = i;
  }
  if (best < 0 || options.temperature == 0.0 || options.topK == 1)
    return best;
  double largest = static_cast<double>(logits[best]);
  bool all = (options.topK <= 0 || options.topK >= size) && options.topP >= 1.0;
  return all ? sampleAll(logits, largest) : sampleBest(logits, largest);
}

int64_t Sampler::sampleAll(const float *logits, double largest) {
  double total = 0.0;
  for (int64_t i = 0; i < size; ++i)
    total += weights[i] = weight(logits[i], largest);
  double point = random.nextUnit() * total, passed = 0.0;
  int64_t last = 0;
  for (int64_t i = 0; i < size; ++i) {
    passed += weights[i];
    if (point < passed)
      return i;
    // Where rounding makes `point` equal to the total.
    if (weights[i] > 0.0)
      last = i;
  }
  return last;
}

int64_t Sampler::sampleBest(const float *logits, double largest) {
  auto ranksBelow = [logits](int64_t a, int64_t b) {
    return logits[a] < logits[b] || (logits[a] == logits[b] && a > b);
  };
  int64_t *heap = ranked.begin(), *heapEnd = ranked.end();
  double total = 0.0;
  for (int64_t i = 0; i < size; ++i) {
    ranked[i] = i;
    total += weights[i] = weight(logits[i], largest);
  }
  std::make_heap(heap, heapEnd, ranksBelow);

  // The tokens come off the heap from the most likely on, and gather at the
  // end of the array, the first one last.
  int64_t limit = options.topK > 0 && options.topK < size ? options.topK : size;
  int64_t taken = 0;
  auto take = [&]() {
    std::pop_heap(heap, heapEnd--, ranksBelow);
    ++taken;
    return weights[*heapEnd];
  };
  double kept = 0.0;
  if (limit < size) {
    // Top-p is a part of what top-k leaves, so that comes first.
    total = 0.0;
    while (taken < limit)
      total += take();
    double wanted = options.topP * total;
    int64_t within = 0;
    while (within < taken && (within == 0 || kept < wanted))
      kept += weights[ranked[size - ++within]];
    taken = within;
  } else {
    double wanted = options.topP * total;
    while (taken < size && (taken == 0 || kept < wanted))
      kept += take();
  }

  double point = random.nextUnit() * kept, passed = 0.0;
  for (int64_t i = 1; i < taken; ++i) {
    passed += weights[ranked[size - i]];
    if (point < passed)
      return ranked[size - i];
  }
  return ranked[size - taken];
}

} // namespace runtime
} // namespace ecolm

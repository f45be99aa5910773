//===- Sampler.h - Chooses the next token -------------------- -*- C++ -*--===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Temperature, top-k and top-p sampling with the same result on every machine.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_SAMPLER_H
#define ECOLM_LIB_RUNTIME_SAMPLER_H

#include "Array.h"
#include "Errors.h"

#include <stdint.h>

namespace ecolm {
namespace runtime {

/// SplitMix64: one 64-bit state, and the same numbers everywhere.
class RandomNumbers {
public:
  explicit RandomNumbers(uint64_t seed) : state(seed) {}

  uint64_t next();

  /// Uniform in [0, 1), a multiple of 2^-53.
  double nextUnit();

private:
  uint64_t state;
};

/// e^x for x <= 0, by additions and multiplications only, because the C
/// library's exp differs in the last bit between processors.
double exponential(double x);

/// How tokens are chosen.
struct SamplingOptions {
  /// 0 takes the most likely token.
  double temperature = 0.8;
  /// Only the k most likely tokens; 0 takes all.
  int64_t topK = 0;
  /// Of those, the fewest whose probabilities reach p.
  double topP = 1.0;
  uint64_t seed = 0;
};

/// Draws tokens from logits. Equal logits rank by token id.
class Sampler {
public:
  /// Allocates all that `sample` needs.
  Sampler(const SamplingOptions &options, int64_t vocabularySize);

  /// Returns the chosen token, or -1 when the logits hold NaN or infinity, or
  /// -inf everywhere.
  int64_t sample(const float *logits);

private:
  int64_t sampleAll(const float *logits, double largest);
  int64_t sampleBest(const float *logits, double largest);
  /// The weight of a token relative to the most likely one.
  double weight(float logit, double largest) const;

  SamplingOptions options;
  int64_t size;
  RandomNumbers random;
  Array<double> weights;
  Array<int64_t> ranked;
};

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_SAMPLER_H

//===- SamplerTest.cpp - Sampling against its definition ------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Random numbers against published ones, e^x against libm, and frequencies
// against softmax.
//
//===----------------------------------------------------------------------===//

#include "Sampler.h"
#include "gtest/gtest.h"

#include <cmath>
#include <limits>
#include <map>
#include <vector>

using namespace ecolm::runtime;

namespace {

SamplingOptions options(double temperature, int64_t topK = 0, double topP = 1,
                        uint64_t seed = 0) {
  SamplingOptions result;
  result.temperature = temperature;
  result.topK = topK;
  result.topP = topP;
  result.seed = seed;
  return result;
}

/// How often each token comes in `draws` draws.
std::map<int64_t, int> frequencies(const std::vector<float> &logits,
                                   const SamplingOptions &how, int draws) {
  Sampler sampler(how, static_cast<int64_t>(logits.size()));
  std::map<int64_t, int> counts;
  for (int i = 0; i < draws; ++i)
    ++counts[sampler.sample(logits.data())];
  return counts;
}

TEST(RandomNumbers, SplitMix64) {
  // Vigna's splitmix64.c with seed 1234567.
  RandomNumbers random(1234567);
  EXPECT_EQ(random.next(), 6457827717110365317u);
  EXPECT_EQ(random.next(), 3203168211198807973u);
  EXPECT_EQ(random.next(), 9817491932198370423u);
  for (int i = 0; i < 1000; ++i) {
    double unit = random.nextUnit();
    EXPECT_TRUE(unit >= 0.0 && unit < 1.0);
  }
}

TEST(Exponential, WithinTwoUlpOfLibm) {
  EXPECT_EQ(exponential(0.0), 1.0);
  EXPECT_EQ(exponential(-1e300), 0.0);
  EXPECT_EQ(exponential(-std::numeric_limits<double>::infinity()), 0.0);
  for (double x = 0.0; x > -700.0; x -= 0.00137) {
    double expected = std::exp(x);
    EXPECT_NEAR(exponential(x), expected,
                2 * expected * std::numeric_limits<double>::epsilon())
        << x;
  }
}

TEST(Sampler, GreedyTakesTheFirstOfTheLargest) {
  std::vector<float> logits = {1, 5, 2, 5, -3};
  EXPECT_EQ(frequencies(logits, options(0), 10),
            (std::map<int64_t, int>{{1, 10}}));
  EXPECT_EQ(frequencies(logits, options(1, 1), 10),
            (std::map<int64_t, int>{{1, 10}}));
}

TEST(Sampler, FrequenciesFollowSoftmax) {
  std::vector<float> logits = {0.5f, -1.0f, 2.0f, 1.0f, 0.0f};
  for (double temperature : {0.5, 1.0, 2.0}) {
    double total = 0;
    for (float logit : logits)
      total += std::exp(logit / temperature);
    constexpr int draws = 200000;
    auto counts = frequencies(logits, options(temperature), draws);
    for (size_t i = 0; i < logits.size(); ++i) {
      double p = std::exp(logits[i] / temperature) / total;
      // Five standard deviations of a binomial.
      EXPECT_NEAR(counts[static_cast<int64_t>(i)], p * draws,
                  5 * std::sqrt(p * (1 - p) * draws))
          << "token " << i << " at " << temperature;
    }
  }
}

TEST(Sampler, TopKKeepsTheKMostLikely) {
  std::vector<float> logits = {0, 3, 1, 3, 2, 2};
  constexpr int draws = 100000;
  auto counts = frequencies(logits, options(1, 3), draws);
  // Of the equal tokens 4 and 5 the first is kept.
  ASSERT_EQ(counts.size(), 3u);
  double total = 2 * std::exp(3) + std::exp(2);
  EXPECT_NEAR(counts[1], draws * std::exp(3) / total, 1000);
  EXPECT_NEAR(counts[3], draws * std::exp(3) / total, 1000);
  EXPECT_NEAR(counts[4], draws * std::exp(2) / total, 1000);
}

TEST(Sampler, TopPKeepsTheFewestThatReachP) {
  // Probabilities 0.5, 0.25, 0.125, 0.125.
  const float half = static_cast<float>(std::log(2.0));
  std::vector<float> logits = {0, 2 * half, half, 0};
  EXPECT_EQ(frequencies(logits, options(1, 0, 0.4), 1000).size(), 1u);
  EXPECT_EQ(frequencies(logits, options(1, 0, 0.7), 1000).size(), 2u);
  EXPECT_EQ(frequencies(logits, options(1, 0, 0.8), 1000).size(), 3u);
  EXPECT_EQ(frequencies(logits, options(1, 0, 0.99), 1000).size(), 4u);
  // p = 0 still leaves one.
  EXPECT_EQ(frequencies(logits, options(1, 0, 0), 1000).size(), 1u);
  // p counts within what k leaves: of 2/3 and 1/3, the first alone reaches 0.6.
  EXPECT_EQ(frequencies(logits, options(1, 2, 0.6), 1000).size(), 1u);
  EXPECT_EQ(frequencies(logits, options(1, 2, 0.7), 1000).size(), 2u);
}

TEST(Sampler, SeedsDecide) {
  std::vector<float> logits(50, 0.0f);
  auto sequence = [&](uint64_t seed) {
    Sampler sampler(options(1, 0, 0.9, seed), 50);
    std::vector<int64_t> ids;
    for (int i = 0; i < 20; ++i)
      ids.push_back(sampler.sample(logits.data()));
    return ids;
  };
  EXPECT_EQ(sequence(7), sequence(7));
  EXPECT_NE(sequence(7), sequence(8));
}

TEST(Sampler, RefusesWhatIsNoDistribution) {
  const float inf = std::numeric_limits<float>::infinity();
  for (double temperature : {0.0, 1.0}) {
    Sampler sampler(options(temperature), 3);
    for (std::vector<float> logits : {std::vector<float>{0, NAN, 1},
                                      {NAN, 0, 0},
                                      {0, inf, 0},
                                      {-inf, -inf, -inf}})
      EXPECT_EQ(sampler.sample(logits.data()), -1);
    // Some tokens may be impossible.
    std::vector<float> logits = {-inf, 2, -inf};
    for (int i = 0; i < 100; ++i)
      EXPECT_EQ(sampler.sample(logits.data()), 1);
  }
}

} // namespace

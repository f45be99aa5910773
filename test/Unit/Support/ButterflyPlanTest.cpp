//===- ButterflyPlanTest.cpp - Tests of the division in passes ------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Holds every plan against what it promises: partners within chunks.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Support/ButterflyPlan.h"
#include "gtest/gtest.h"
#include <algorithm>
#include <random>

using namespace ecolm;

namespace {

std::vector<FactorShape> makeChain(int64_t size,
                                   const std::vector<int64_t> &strides) {
  std::vector<FactorShape> chain;
  for (int64_t d : strides)
    chain.push_back({1, size / 2 / d, 2, 2, d});
  return chain;
}

TEST(ButterflyPlanTest, TakesStridesInOrder) {
  auto plan = planButterfly(
      makeChain(4096, {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048}), 32,
      8);
  ASSERT_TRUE(plan);
  EXPECT_EQ((*plan)[0], (ChunkOrder{2, 32}));
  EXPECT_EQ((*plan)[5], (ChunkOrder{2, 32}));
  EXPECT_EQ((*plan)[6], (ChunkOrder{8, 64}));
  EXPECT_EQ((*plan)[9], (ChunkOrder{8, 512}));
  EXPECT_EQ((*plan)[11], (ChunkOrder{8, 512}));
}

TEST(ButterflyPlanTest, EveryOrderHasItsPartners) {
  std::mt19937 random(1);
  for (int round = 0; round < 500; ++round) {
    int64_t lanes = round % 2 ? 16 : 32;
    int64_t size = 2 * lanes << random() % 8;
    std::vector<int64_t> strides;
    for (int i = 0; i < 12; ++i)
      strides.push_back((size / 2) >> random() % 5);
    auto chain = makeChain(size, strides);
    auto plan = planButterfly(chain, lanes, 2 << random() % 3);
    ASSERT_TRUE(plan);
    ASSERT_EQ(plan->size(), chain.size());
    for (size_t i = 0; i < chain.size(); ++i)
      ASSERT_TRUE(fitsChunks(chain[i], lanes, (*plan)[i]));
  }
}

TEST(ButterflyPlanTest, RefusesOtherFactors) {
  EXPECT_FALSE(planButterfly({}, 16, 8));
  EXPECT_FALSE(planButterfly(makeChain(16, {1, 8}), 16, 8));
  EXPECT_FALSE(planButterfly(makeChain(96, {1, 16}), 16, 8));
  EXPECT_FALSE(planButterfly({{1, 16, 4, 4, 1}}, 16, 8));
  EXPECT_FALSE(planButterfly({{2, 32, 2, 2, 1}}, 16, 8));
  EXPECT_FALSE(planButterfly({{1, 32, 2, 2, 1}, {1, 16, 2, 2, 1}}, 16, 8));
}

} // namespace

//===- TernaryQuantizerTest.cpp - Rules, ties and scales ------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Checks codes and scales on values whose statistics are exact by hand.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Support/TernaryQuantizer.h"
#include "gtest/gtest.h"
#include <cmath>
#include <vector>

using namespace ecolm;
using Codes = std::vector<int>;

namespace {

/// The codes of `values`; the scale goes to `scale`.
Codes quantize(std::vector<float> values, TernaryRecipe recipe,
               float *scale = nullptr) {
  std::vector<int8_t> codes(values.size());
  float found = ternarize(values, recipe, codes);
  if (scale)
    *scale = found;
  return Codes(codes.begin(), codes.end());
}

// Thresholds are strict: a value that equals one is 0.
TEST(TernaryQuantizerTest, Given) {
  EXPECT_EQ(quantize({0.5f, -0.5f, std::nextafter(0.5f, 1.0f), -0.75f, 0.0f},
                     {TernaryThreshold::Given, TernaryScaling::One, 0.5f}),
            (Codes{0, 0, 1, -1, 0}));
}

// Mean 0, deviation of the population 2 (of a sample it would be 2.31): the
// threshold is 1.
TEST(TernaryQuantizerTest, HalfStd) {
  EXPECT_EQ(quantize({2, -2, 2, -2}, {TernaryThreshold::HalfStd}),
            (Codes{1, -1, 1, -1}));
  EXPECT_EQ(quantize({3, -3, 1.0f, -1.0f, 0, 0, 0, 4, -4, 0, 0, 0, 0},
                     {TernaryThreshold::HalfStd}),
            (Codes{1, -1, 0, 0, 0, 0, 0, 1, -1, 0, 0, 0, 0}));
}

// mean|x| is 10, the threshold 7.
TEST(TernaryQuantizerTest, Twn) {
  float scale;
  EXPECT_EQ(quantize({20, -16, 4, 0},
                     {TernaryThreshold::Twn, TernaryScaling::AbsMeanAbove},
                     &scale),
            (Codes{1, -1, 0, 0}));
  EXPECT_EQ(scale, 18.0f);
}

// mean|x| is 2: quotients 0.5 and -0.5 are ties and go to even, that is 0.
TEST(TernaryQuantizerTest, AbsMean) {
  float scale;
  EXPECT_EQ(quantize({1, -1, 1.5f, -4.5f},
                     {TernaryThreshold::AbsMean, TernaryScaling::AbsMean},
                     &scale),
            (Codes{0, 0, 1, -1}));
  EXPECT_EQ(scale, 2.0f);
}

TEST(TernaryQuantizerTest, NothingAbove) {
  float scale;
  EXPECT_EQ(quantize({0, 0, NAN},
                     {TernaryThreshold::Given, TernaryScaling::AbsMeanAbove, 1},
                     &scale),
            (Codes{0, 0, 0}));
  EXPECT_EQ(scale, 1.0f);
  // The mean is at least 1e-5, so zeros divide.
  EXPECT_EQ(quantize({0, 0}, {TernaryThreshold::AbsMean}), (Codes{0, 0}));
  EXPECT_EQ(quantize({NAN}, {TernaryThreshold::AbsMean}), (Codes{0}));
  EXPECT_EQ(quantize({}, {TernaryThreshold::HalfStd}), (Codes{}));
}

} // namespace

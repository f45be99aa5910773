//===- TernaryQuantizer.cpp - Ternary codes for floats --------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Computes thresholds, codes and scales of ternary weights.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Support/TernaryQuantizer.h"
#include <algorithm>
#include <cmath>

using namespace ecolm;
using llvm::ArrayRef;
using llvm::MutableArrayRef;

/// The smallest mean that BitNet divides by.
static constexpr float kSmallestMean = 1e-5f;

/// mean|x| of `values`, 0 for none.
static float getAbsMean(ArrayRef<float> values) {
  double sum = 0;
  for (float value : values)
    sum += std::fabs(value);
  return values.empty() ? 0.0f : static_cast<float>(sum / values.size());
}

/// The standard deviation of the population `values`, 0 for none.
static float getDeviation(ArrayRef<float> values) {
  if (values.empty())
    return 0;
  double sum = 0, squares = 0;
  for (float value : values)
    sum += value;
  double mean = sum / values.size();
  for (float value : values)
    squares += (value - mean) * (value - mean);
  return static_cast<float>(std::sqrt(squares / values.size()));
}

/// The threshold of every rule that compares with one.
static float getThreshold(ArrayRef<float> values, const TernaryRecipe &recipe) {
  switch (recipe.rule) {
  case TernaryThreshold::HalfStd:
    return 0.5f * getDeviation(values);
  case TernaryThreshold::Twn:
    return 0.7f * getAbsMean(values);
  default:
    return recipe.threshold;
  }
}

float ecolm::ternarize(ArrayRef<float> values, const TernaryRecipe &recipe,
                       MutableArrayRef<int8_t> codes) {
  if (recipe.rule == TernaryThreshold::AbsMean) {
    float mean = std::max(getAbsMean(values), kSmallestMean);
    // nearbyint rounds half to even: a quotient of exactly 0.5 becomes 0. The
    // order of the comparison makes NaN 0 too.
    std::transform(values.begin(), values.end(), codes.begin(), [&](float x) {
      float rounded = std::nearbyint(x / mean);
      return int8_t((rounded >= 1.0f) - (rounded <= -1.0f));
    });
  } else {
    float threshold = getThreshold(values, recipe);
    std::transform(values.begin(), values.end(), codes.begin(), [&](float x) {
      return int8_t((x > threshold) - (x < -threshold));
    });
  }

  if (recipe.scaling == TernaryScaling::One)
    return 1;
  if (recipe.scaling == TernaryScaling::AbsMean)
    return getAbsMean(values);
  double sum = 0;
  int64_t count = 0;
  for (size_t i = 0, e = values.size(); i < e; ++i)
    if (codes[i] != 0) {
      sum += std::fabs(values[i]);
      ++count;
    }
  return count ? static_cast<float>(sum / count) : 1.0f;
}

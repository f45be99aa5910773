//===- TernaryQuantizer.h - Ternary codes for floats ------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Rounds floats that share a threshold and a scale to -1, 0 and +1.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_SUPPORT_TERNARYQUANTIZER_H
#define ECOLM_SUPPORT_TERNARYQUANTIZER_H

#include "llvm/ADT/ArrayRef.h"
#include <cstdint>

namespace ecolm {

/// Where the threshold comes from; the numbers are those of the dialect's
/// `ternary_rule` words, where each is defined.
enum class TernaryThreshold { Given = 0, HalfStd = 1, Twn = 2, AbsMean = 3 };

/// Which scale goes with the codes; the numbers are those of the dialect's
/// `ternary_scale` words, where each is defined.
enum class TernaryScaling { One = 0, AbsMean = 1, AbsMeanAbove = 2 };

/// How to ternarize.
struct TernaryRecipe {
  TernaryThreshold rule = TernaryThreshold::AbsMean;
  TernaryScaling scaling = TernaryScaling::One;
  /// The threshold of the rule `Given`.
  float threshold = 0;
};

/// Ternarizes `values` into as many `codes` and gives their scale. Means and
/// deviations are sums in f64 in order, rounded to f32 once.
float ternarize(llvm::ArrayRef<float> values, const TernaryRecipe &recipe,
                llvm::MutableArrayRef<int8_t> codes);

} // namespace ecolm

#endif // ECOLM_SUPPORT_TERNARYQUANTIZER_H

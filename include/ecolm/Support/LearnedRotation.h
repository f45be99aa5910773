//===- LearnedRotation.h - Rotations that ease quantization -----*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Butterflies of Givens rotations, and angles with which a quantized matrix
// loses least.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_SUPPORT_LEARNEDROTATION_H
#define ECOLM_SUPPORT_LEARNEDROTATION_H

#include "ecolm/Support/MatrixQuantizer.h"

namespace ecolm {

/// A rotation R of rows in stages of stride s = 1, 2, 4 ... below n, the
/// largest power of two that divides their length. Each turns all pairs (i, i +
/// s):
///
///     x_i, x_j  ->  cos x_i - sin x_j, sin x_i + cos x_j
class GivensButterfly {
public:
  /// The identity on rows of `columns` elements.
  explicit GivensButterfly(int64_t columns);

  int64_t getNumStages() const { return numStages; }
  int64_t getNumAngles() const { return cosines.size(); }
  /// Sets the angles, of the first stage first, in the order of i.
  void setAngles(llvm::ArrayRef<double> angles);

  /// Replaces every row x of `rows` by R x.
  void rotate(llvm::MutableArrayRef<float> rows) const;
  /// The factor (columns / 2s, 2, 2, s) of a stage, row-major.
  std::vector<float> getFactor(int64_t stage) const;

  /// Replaces `row` by what `stage` makes of it, or undoes it.
  void turn(int64_t stage, llvm::MutableArrayRef<double> row,
            bool isUndone) const;

private:
  int64_t columns, numStages;
  /// Of all stages, a pair after the other.
  std::vector<double> cosines, sines;
};

/// The rotation R, starting at the identity, with which quantizing the rows R w
/// of the matrix `values` changes the sums over `inputs` least: the sum of
/// squares of (q(R w) - R w) . R x, over w, x and as many inputs that are
/// uncorrelated and alike; without inputs, over these alone. (ButterflyQuant,
/// arXiv 2509.09679.)
GivensButterfly learnRotation(llvm::ArrayRef<float> values, int64_t columns,
                              const QuantizationRecipe &recipe,
                              const InputRows *inputs = nullptr);

} // namespace ecolm

#endif // ECOLM_SUPPORT_LEARNEDROTATION_H

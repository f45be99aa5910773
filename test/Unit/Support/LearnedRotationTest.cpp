//===- LearnedRotationTest.cpp - Learned rotations ------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Holds rotations against their factors, and learned ones against none.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Support/LearnedRotation.h"
#include "gtest/gtest.h"
#include <cmath>
#include <random>

using namespace ecolm;
using Floats = std::vector<float>;

namespace {

Floats draw(size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  Floats values(count);
  for (float &value : values)
    value = normal(random);
  return values;
}

/// `row` times the factor (a, 2, 2, s) of `values`, by its definition.
Floats applyFactor(const Floats &row, const Floats &values, int64_t s) {
  Floats result(row.size());
  for (size_t i = 0; i < row.size(); ++i) {
    int64_t ia = i / (2 * s), ib = i / s % 2, id = i % s;
    for (int64_t ic = 0; ic < 2; ++ic)
      result[i] += values[((ia * 2 + ib) * 2 + ic) * s + id] *
                   row[(ia * 2 + ic) * s + id];
  }
  return result;
}

TEST(LearnedRotationTest, RotationIsItsFactors) {
  for (int64_t columns : {2, 8, 24, 7}) {
    GivensButterfly rotation(columns);
    Floats angles = draw(rotation.getNumAngles(), 1);
    rotation.setAngles(std::vector<double>(angles.begin(), angles.end()));
    Floats rows = draw(2 * columns, 2), rotated = rows;
    rotation.rotate(rotated);
    double before = 0, after = 0;
    for (int row : {0, 1}) {
      Floats x(rows.begin() + row * columns,
               rows.begin() + (row + 1) * columns);
      for (int64_t stage = 0; stage < rotation.getNumStages(); ++stage)
        x = applyFactor(x, rotation.getFactor(stage), int64_t(1) << stage);
      for (int64_t i = 0; i < columns; ++i) {
        EXPECT_NEAR(rotated[row * columns + i], x[i], 1e-5);
        before += std::pow(rows[row * columns + i], 2);
        after += std::pow(x[i], 2);
      }
    }
    EXPECT_NEAR(after, before, 1e-4 * before);
  }
}

/// The error of the sums over `inputs` when `rotation` is there, quantized and
/// undone.
double getError(const Floats &w, const Floats &x, int64_t columns,
                const QuantizationRecipe &recipe,
                const GivensButterfly &rotation) {
  Floats rows = w, inputs = x;
  rotation.rotate(rows);
  rotation.rotate(inputs);
  Floats codes =
      dequantizeMatrix(quantizeMatrix(rows, columns, recipe), columns, recipe);
  double error = 0;
  for (size_t r = 0; r < rows.size(); r += columns)
    for (size_t i = 0; i < inputs.size(); i += columns) {
      double sum = 0;
      for (int64_t k = 0; k < columns; ++k)
        sum += (codes[r + k] - rows[r + k]) * inputs[i + k];
      error += sum * sum;
    }
  return error;
}

TEST(LearnedRotationTest, LearnedOnesLoseLess) {
  for (int64_t columns : {32, 48}) {
    Floats w = draw(24 * columns, 3);
    InputRows inputs{draw(64 * columns, 4), columns};
    // Few directions carry most of the inputs.
    for (size_t i = 0; i < inputs.values.size(); ++i)
      inputs.values[i] = inputs.values[i] * 0.2f +
                         inputs.values[i - i % columns] * std::sin(i % columns);
    QuantizationRecipe recipe = llvm::cantFail(parseRecipe("int2:group=row"));
    double none =
        getError(w, inputs.values, columns, recipe, GivensButterfly(columns));
    GivensButterfly learned = learnRotation(w, columns, recipe, &inputs);
    EXPECT_LT(getError(w, inputs.values, columns, recipe, learned), 0.8 * none);
    InputRows white{draw(256 * columns, 5), columns};
    GivensButterfly blind = learnRotation(w, columns, recipe);
    EXPECT_LT(getError(w, white.values, columns, recipe, blind),
              0.95 * getError(w, white.values, columns, recipe,
                              GivensButterfly(columns)));
  }
}

TEST(LearnedRotationTest, NothingToLearn) {
  QuantizationRecipe recipe = llvm::cantFail(parseRecipe("int4"));
  EXPECT_EQ(learnRotation(draw(21, 6), 7, recipe).getNumStages(), 0);
  Floats zeros(64), rotated = zeros;
  learnRotation(zeros, 16, recipe).rotate(rotated);
  EXPECT_EQ(rotated, zeros);
}

} // namespace

//===- LearnedRotation.cpp - Rotations that ease quantization -------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Takes turns: quantizes what is rotated, then rotates towards the codes, by
// Adam on the angles.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Support/LearnedRotation.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

using namespace ecolm;
using llvm::ArrayRef;
using llvm::MutableArrayRef;

/// How often the rotated matrix is quantized, and steps with the codes of each.
static constexpr int kRounds = 40, kStepsOfRound = 5;
/// Radians that an angle moves in the first steps; they end at none.
static constexpr double kRate = 0.02;
/// Rows that are learned from, at most: enough for all angles.
static constexpr int64_t kMostRows = 1024;

//===----------------------------------------------------------------------===//
// Butterflies
//===----------------------------------------------------------------------===//

GivensButterfly::GivensButterfly(int64_t columns)
    : columns(columns), numStages(llvm::countr_zero(uint64_t(columns))),
      cosines(numStages * (columns / 2), 1), sines(cosines.size(), 0) {}

void GivensButterfly::setAngles(ArrayRef<double> angles) {
  for (auto [i, angle] : llvm::enumerate(angles)) {
    cosines[i] = std::cos(angle);
    sines[i] = std::sin(angle);
  }
}

void GivensButterfly::turn(int64_t stage, MutableArrayRef<double> row,
                           bool isUndone) const {
  int64_t stride = int64_t(1) << stage, pair = stage * (columns / 2);
  double sign = isUndone ? -1 : 1;
  for (int64_t block = 0; block < columns; block += 2 * stride)
    for (int64_t i = block; i < block + stride; ++i, ++pair) {
      double a = row[i], b = row[i + stride];
      row[i] = cosines[pair] * a - sign * sines[pair] * b;
      row[i + stride] = sign * sines[pair] * a + cosines[pair] * b;
    }
}

void GivensButterfly::rotate(MutableArrayRef<float> rows) const {
  std::vector<double> row(columns);
  for (; !rows.empty(); rows = rows.drop_front(columns)) {
    std::copy_n(rows.begin(), columns, row.begin());
    for (int64_t stage = 0; stage < numStages; ++stage)
      turn(stage, row, /*isUndone=*/false);
    llvm::copy(row, rows.begin());
  }
}

std::vector<float> GivensButterfly::getFactor(int64_t stage) const {
  int64_t stride = int64_t(1) << stage, pair = stage * (columns / 2);
  std::vector<float> values;
  for (int64_t block = 0; block < columns; block += 2 * stride) {
    ArrayRef<double> c = ArrayRef(cosines).slice(pair, stride);
    ArrayRef<double> s = ArrayRef(sines).slice(pair, stride);
    llvm::append_range(values, c);
    for (double sine : s)
      values.push_back(-sine);
    llvm::append_range(values, s);
    llvm::append_range(values, c);
    pair += stride;
  }
  return values;
}

//===----------------------------------------------------------------------===//
// Learning
//===----------------------------------------------------------------------===//

namespace {

class RotationLearner {
public:
  RotationLearner(std::vector<float> values, int64_t columns,
                  const QuantizationRecipe &recipe, const InputRows *inputs)
      : values(std::move(values)), columns(columns), recipe(recipe),
        inputs(inputs), rotation(columns), angles(rotation.getNumAngles()),
        mean(angles.size()), square(angles.size()) {
    if (inputs)
      moments.emplace(*inputs, 0, columns);
    for (int64_t i = 0; moments && i < columns; ++i)
      spread += moments->getImportance(i) / columns;
  }

  GivensButterfly run();

private:
  std::vector<float> quantize() const;
  double measure(ArrayRef<float> codes, std::vector<double> *gradient) const;
  void step(ArrayRef<double> gradient, int number);

  std::vector<float> values;
  int64_t columns;
  const QuantizationRecipe &recipe;
  const InputRows *inputs;
  std::optional<InputMoments> moments;
  /// The mean square of all inputs.
  double spread = 0;
  GivensButterfly rotation;
  /// The angles, and Adam's means of their gradients and of the squares.
  std::vector<double> angles, mean, square;
};

} // namespace

/// The sum of d' M d, d = R' q - w, over rows q of `codes` and w of the matrix,
/// for the moments M of the inputs, to which as many of uncorrelated ones are
/// added: without, a few directions would decide, and less be gained in them
/// too, because codes are found for each weight alone. The gradient at an angle
/// that gives y_i and y_j on the way from q to d is g_i y_j - g_j y_i, where g,
/// 2 M d at the end, goes the way back.
double RotationLearner::measure(ArrayRef<float> codes,
                                std::vector<double> *gradient) const {
  double error = 0;
  std::vector<double> y(columns), d(columns), g(columns);
  for (size_t begin = 0; begin < values.size(); begin += columns) {
    std::copy_n(codes.begin() + begin, columns, y.begin());
    for (int64_t stage = rotation.getNumStages(); stage-- > 0;)
      rotation.turn(stage, y, /*isUndone=*/true);
    for (int64_t i = 0; i < columns; ++i)
      d[i] = y[i] - values[begin + i];
    g = d;
    if (moments) {
      g = moments->multiply(d);
      for (int64_t i = 0; i < columns; ++i)
        g[i] += spread * d[i];
    }
    for (int64_t i = 0; i < columns; ++i)
      error += d[i] * g[i];
    if (!gradient)
      continue;
    auto sum = gradient->begin();
    for (int64_t stage = 0; stage < rotation.getNumStages(); ++stage) {
      int64_t stride = int64_t(1) << stage;
      for (int64_t block = 0; block < columns; block += 2 * stride)
        for (int64_t i = block; i < block + stride; ++i)
          *sum++ += 2 * (g[i] * y[i + stride] - g[i + stride] * y[i]);
      rotation.turn(stage, y, /*isUndone=*/false);
      rotation.turn(stage, g, /*isUndone=*/false);
    }
  }
  return error;
}

/// Step `number` of Adam, along half a cosine.
void RotationLearner::step(ArrayRef<double> gradient, int number) {
  constexpr double kMean = 0.9, kSquare = 0.999, kLeast = 1e-30;
  double part = static_cast<double>(number) / (kRounds * kStepsOfRound);
  double rate = kRate * 0.5 * (1 + std::cos(M_PI * part));
  for (size_t i = 0; i < angles.size(); ++i) {
    mean[i] = kMean * mean[i] + (1 - kMean) * gradient[i];
    square[i] = kSquare * square[i] + (1 - kSquare) * gradient[i] * gradient[i];
    double m = mean[i] / (1 - std::pow(kMean, number + 1));
    double v = square[i] / (1 - std::pow(kSquare, number + 1));
    angles[i] -= rate * m / std::sqrt(v + kLeast);
  }
  rotation.setAngles(angles);
}

/// What the codes of the rotated matrix stand for, found as they will be.
std::vector<float> RotationLearner::quantize() const {
  std::vector<float> rows = values;
  rotation.rotate(rows);
  InputRows rotated;
  if (inputs) {
    rotated = *inputs;
    rotation.rotate(rotated.values);
  }
  return dequantizeMatrix(
      quantizeMatrix(rows, columns, recipe, inputs ? &rotated : nullptr),
      columns, recipe);
}

/// The rotation that was best when its codes were new.
GivensButterfly RotationLearner::run() {
  GivensButterfly best = rotation;
  double least = INFINITY;
  for (int round = 0; round <= kRounds; ++round) {
    std::vector<float> codes = quantize();
    if (double error = measure(codes, nullptr); error < least) {
      least = error;
      best = rotation;
    }
    for (int i = 0; i < kStepsOfRound && round < kRounds; ++i) {
      std::vector<double> gradient(angles.size());
      measure(codes, &gradient);
      step(gradient, round * kStepsOfRound + i);
    }
  }
  return best;
}

GivensButterfly ecolm::learnRotation(ArrayRef<float> values, int64_t columns,
                                     const QuantizationRecipe &recipe,
                                     const InputRows *inputs) {
  int64_t rows = values.size() / columns;
  int64_t every = llvm::divideCeil(rows, kMostRows);
  std::vector<float> chosen;
  for (int64_t row = 0; row < rows; row += every)
    llvm::append_range(chosen, values.slice(row * columns, columns));
  return RotationLearner(std::move(chosen), columns, recipe, inputs).run();
}

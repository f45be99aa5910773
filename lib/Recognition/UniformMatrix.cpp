//===- UniformMatrix.cpp - Matrices of equally spaced values --------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Searches the values of a matrix for a scale that makes all of them whole.
//
//===----------------------------------------------------------------------===//

#include "LowBitMatrix.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include <cmath>

using namespace ecolm;
using llvm::ArrayRef;

/// Elements that a scale must stand for before it is evidence of a format.
static constexpr int64_t kMinUnit = 16;
static constexpr int64_t kGroupSizes[] = {256, 128, 64, 32};

namespace {

/// The scale and zero point of a unit.
struct Step {
  float scale = 1;
  int8_t zero = 0;
};

} // namespace

/// The distinct values of a unit in order, or nothing if there are more than
/// `most`.
static std::optional<llvm::SmallVector<float>> collect(ArrayRef<float> values,
                                                       size_t most) {
  llvm::SmallVector<float> levels;
  for (float value : values) {
    auto *place = llvm::lower_bound(levels, value);
    if (place != levels.end() && *place == value)
      continue;
    if (levels.size() == most || !std::isfinite(value))
      return std::nullopt;
    levels.insert(place, value);
  }
  return levels;
}

/// The step that makes `levels`, in order, whole numbers from `-zero` to
/// `2^bits - 1 - zero` times it, each rounded once; nothing if there is none.
static std::optional<Step> findStep(ArrayRef<float> levels, unsigned bits) {
  if (levels.size() < 2)
    return levels.size() == 1 && levels[0] == 0 ? std::optional<Step>(Step())
                                                : std::nullopt;
  double gap = INFINITY;
  for (size_t i = 1; i < levels.size(); ++i)
    gap = std::min(gap, double(levels[i]) - levels[i - 1]);
  // The least gap may be a few steps.
  for (int part = 1; part < 1 << bits; ++part) {
    double step = gap / part;
    double largest = std::fabs(levels.front()) > std::fabs(levels.back())
                         ? levels.front()
                         : levels.back();
    double count = std::nearbyint(largest / step);
    if (count == 0 || std::fabs(count) >= 1 << bits)
      continue;
    // The largest level determines the scale best, up to its own rounding.
    float scale = static_cast<float>(largest / count);
    for (float tried : {scale, std::nextafter(scale, 0.0f),
                        std::nextafter(scale, 2 * scale)}) {
      bool isWhole = llvm::all_of(levels, [&](float level) {
        return static_cast<float>(std::nearbyint(double(level) / tried)) *
                   tried ==
               level;
      });
      double low =
          std::min(0.0, std::nearbyint(double(levels.front()) / tried));
      double high = std::nearbyint(double(levels.back()) / tried);
      if (isWhole && high - low < 1 << bits)
        return Step{tried, static_cast<int8_t>(-low)};
    }
  }
  return std::nullopt;
}

/// `values` in units of `length`.
static std::optional<UniformMatrix> findUnits(ArrayRef<float> values,
                                              int64_t length, unsigned bits) {
  UniformMatrix matrix;
  matrix.bits = bits;
  for (size_t begin = 0; begin < values.size(); begin += length) {
    ArrayRef<float> unit = values.slice(begin, length);
    auto levels = collect(unit, size_t(1) << bits);
    std::optional<Step> step =
        levels ? findStep(*levels, bits) : std::optional<Step>();
    if (!step)
      return std::nullopt;
    matrix.scales.push_back(step->scale);
    matrix.zeros.push_back(step->zero);
    for (float value : unit)
      matrix.codes.push_back(static_cast<int8_t>(
          std::nearbyint(double(value) / step->scale) + step->zero));
  }
  return matrix;
}

std::optional<UniformMatrix> ecolm::findUniformMatrix(ArrayRef<float> values,
                                                      int64_t rows,
                                                      int64_t columns,
                                                      unsigned bits) {
  // All matrices of zeros are alike, which is no evidence.
  if (columns < kMinUnit ||
      llvm::all_of(values, [](float value) { return value == 0; }))
    return std::nullopt;
  if (auto matrix = findUnits(values, values.size(), bits))
    return matrix;
  llvm::SmallVector<int64_t> lengths = {columns};
  llvm::append_range(lengths, kGroupSizes);
  for (int64_t length : lengths)
    if (columns % length == 0 && columns >= length)
      if (auto matrix = findUnits(values, length, bits)) {
        matrix->numGroups = columns / length;
        return matrix;
      }
  return std::nullopt;
}

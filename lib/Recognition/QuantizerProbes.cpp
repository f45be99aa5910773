//===- QuantizerProbes.cpp - Quantizers known by what they do -------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Compares functions with quantizers, near every threshold and between.
//
//===----------------------------------------------------------------------===//

#include "QuantizerProbes.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>
#include <random>

using namespace ecolm;
using llvm::ArrayRef;

/// `value` moved by `count` units in the last place; `value` is positive.
static float moveByUlps(float value, int count) {
  return llvm::bit_cast<float>(llvm::bit_cast<uint32_t>(value) + count);
}

//===----------------------------------------------------------------------===//
// Logarithmic
//===----------------------------------------------------------------------===//

/// Units in the last place by which the threshold near 2^exponent may be off:
/// the absolute error of a logarithm grows with its magnitude.
static int getThresholdUlps(int exponent) { return 8 + std::abs(exponent); }
static constexpr float kSqrt2 = 1.41421356f;

/// The exponent of `power` if it is a power of two but for 2^-20 of it.
static std::optional<int> getPower(float power) {
  int exponent;
  float mantissa = std::frexp(power, &exponent);
  if (!(power > 0) || !std::isfinite(power))
    return std::nullopt;
  if (mantissa > 0.75f)
    return 1 - mantissa < 0x1p-20f ? std::optional<int>(exponent)
                                   : std::nullopt;
  return mantissa - 0.5f < 0x1p-21f ? std::optional<int>(exponent - 1)
                                    : std::nullopt;
}

/// The range that `function` has just above each power of two.
static std::optional<PowerRange> probeRange(ElementFunction function) {
  std::vector<float> probes;
  for (int k = -126; k <= 126; ++k)
    probes.push_back(std::ldexp(1.0625f, k));
  auto values = function(probes);
  if (!values)
    return std::nullopt;
  std::optional<int> least, most;
  bool hasZero = false;
  for (float value : *values) {
    if (value == 0) {
      // Zeros come before the smallest power.
      if (least)
        return std::nullopt;
      hasZero = true;
      continue;
    }
    std::optional<int> power = getPower(value);
    if (!power || (most && *power < *most))
      return std::nullopt;
    least = least ? least : power;
    most = power;
  }
  if (!least || *least >= *most)
    return std::nullopt;
  PowerRange range;
  range.clampsUnderflow = !hasZero && *least > -126;
  range.min = std::max(*least, -126);
  range.max = *most >= 126 ? 127 : *most;
  return range;
}

/// The rounding that `function` does between two powers inside `range`.
static std::optional<PowerRounding> probeRounding(ElementFunction function,
                                                  PowerRange range) {
  int middle = range.min + (range.max - range.min) / 2;
  auto values = function({std::ldexp(1.2f, middle), std::ldexp(1.45f, middle),
                          std::ldexp(1.6f, middle)});
  if (!values)
    return std::nullopt;
  unsigned up = 0;
  for (float value : *values)
    up = 2 * up + (value > std::ldexp(1.5f, middle));
  switch (up) {
  case 0:
    return PowerRounding::Floor;
  case 1:
    return PowerRounding::Nearest;
  case 3:
    return PowerRounding::NearestLog;
  case 7:
    return PowerRounding::Ceil;
  default:
    return std::nullopt;
  }
}

/// Numbers around every place where a log quantizer may change its value, and
/// between them, of both signs.
static std::vector<float> makeLogProbes(PowerRange range) {
  std::vector<float> probes = {0.0f};
  std::mt19937 random(1);
  std::uniform_real_distribution<float> mantissa(1.0f, 2.0f);
  int first = std::max(range.min - 3, -125),
      last = std::min(range.max + 2, 125);
  for (int k = first; k <= last; ++k) {
    for (float threshold : {1.0f, kSqrt2, 1.5f})
      for (int ulps : {-256, -64, -8, -4, -2, -1, 0, 1, 2, 4, 8, 64, 256})
        probes.push_back(moveByUlps(std::ldexp(threshold, k), ulps));
    for (int i = 0; i < 16; ++i)
      probes.push_back(std::ldexp(mantissa(random), k));
  }
  size_t count = probes.size();
  for (size_t i = 1; i < count; ++i)
    probes.push_back(-probes[i]);
  return probes;
}

ProbeFinding<LogQuantizer> ecolm::probeLogQuantizer(ElementFunction function) {
  ProbeFinding<LogQuantizer> finding;
  std::optional<PowerRange> range = probeRange(function);
  if (!range)
    return finding;
  std::optional<PowerRounding> rounding = probeRounding(function, *range);
  if (!rounding)
    return finding;
  std::vector<float> probes = makeLogProbes(*range);
  auto values = function(probes);
  if (!values)
    return finding;
  finding.numProbes = probes.size();
  for (size_t i = 0; i < probes.size(); ++i) {
    float probe = probes[i], value = (*values)[i];
    auto isQuantized = [&](float x) {
      float expected = toFloat(quantizeToPower(x, *rounding, *range));
      return std::fabs(value - expected) <= std::fabs(expected) * 0x1p-20f;
    };
    if (isQuantized(probe))
      continue;
    float magnitude = std::fabs(probe);
    int ulps = magnitude > 0 ? getThresholdUlps(std::ilogb(magnitude)) : 0;
    bool isNear =
        magnitude > 0 &&
        (isQuantized(std::copysign(moveByUlps(magnitude, ulps), probe)) ||
         isQuantized(std::copysign(moveByUlps(magnitude, -ulps), probe)));
    if (!isNear) {
      finding.almost =
          llvm::formatv(
              "rounds to powers of two from 2^{0} to 2^{1}, but gives "
              "{2:E4} at {3:E4}, where the quantizer gives {4:E4}",
              range->min, range->max, value, probe,
              toFloat(quantizeToPower(probe, *rounding, *range)))
              .str();
      return finding;
    }
    ++finding.numFlips;
  }
  finding.parameters = LogQuantizer{*range, *rounding};
  return finding;
}

//===----------------------------------------------------------------------===//
// Int8 per row
//===----------------------------------------------------------------------===//

static constexpr int64_t kRows = 64;

/// Rows of every magnitude, a row of zeros, and rows of ties.
static std::vector<float> makeRowProbes(int64_t columns) {
  std::vector<float> probes;
  std::mt19937 random(2);
  std::normal_distribution<float> normal;
  for (int64_t row = 0; row < kRows; ++row) {
    // Magnitudes from 2^-24, below any epsilon, to 2^15; row 0 is of zeros.
    float size = row == 0 ? 0.0f : std::ldexp(1.0f, row % 40 - 24);
    bool isTies = row >= kRows - 8;
    for (int64_t column = 0; column < columns; ++column)
      probes.push_back(
          !isTies       ? size * normal(random)
          : column == 0 ? 127 * size
                        : size * (static_cast<float>(random() % 253) / 2 - 63));
  }
  return probes;
}

/// How a row of `values` differs from `quantizer` on `row`: the number of codes
/// next to a tie that differ, or nothing if it is something else.
static std::optional<int64_t> compareRow(ArrayRef<float> row,
                                         ArrayRef<float> values,
                                         Int8Quantizer quantizer) {
  float most = quantizer.epsilon;
  for (float x : row)
    most = std::max(most, std::fabs(x));
  float scale = 127.0f / most;
  int64_t numFlips = 0;
  for (size_t i = 0; i < row.size(); ++i) {
    float x = row[i], value = values[i];
    float scaled = x * scale;
    float code = std::clamp(std::nearbyint(scaled), -128.0f, 127.0f);
    float expected = code / scale;
    if (std::fabs(value - expected) <= std::fabs(expected) * 0x1p-20f)
      continue;
    bool isTie = std::fabs(std::fabs(scaled - code) - 0.5f) < 0x1p-10f;
    bool isStep = std::fabs(std::fabs(value - expected) * scale - 1) < 0x1p-10f;
    if (!isTie || !isStep)
      return std::nullopt;
    ++numFlips;
  }
  return numFlips;
}

ProbeFinding<Int8Quantizer>
ecolm::probeInt8Quantizer(RowFunction function, int64_t columns,
                          ArrayRef<float> candidates) {
  ProbeFinding<Int8Quantizer> finding;
  std::vector<float> probes = makeRowProbes(columns);
  auto values = function(probes, kRows, columns);
  if (!values || values->size() != probes.size())
    return finding;
  finding.numProbes = probes.size();
  for (float epsilon : candidates) {
    Int8Quantizer quantizer{epsilon};
    int64_t numFlips = 0, numRows = 0;
    for (int64_t row = 0; row < kRows; ++row) {
      auto flips = compareRow(ArrayRef(probes).slice(row * columns, columns),
                              ArrayRef(*values).slice(row * columns, columns),
                              quantizer);
      numRows += flips.has_value();
      numFlips += flips.value_or(0);
    }
    // A few ties in a thousand may flip; more are another rounding.
    if (numRows == kRows && numFlips * 50 <= finding.numProbes) {
      finding.numFlips = numFlips;
      finding.parameters = quantizer;
      finding.almost.clear();
      return finding;
    }
    if (numRows > kRows / 2)
      finding.almost =
          llvm::formatv("quantizes most rows to int8 with the scale max|x| / "
                        "127, but not {0} of {1} rows tried",
                        kRows - numRows, kRows)
              .str();
  }
  return finding;
}

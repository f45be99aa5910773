//===- LowBitMatrix.cpp - Matrices that have few values -------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Searches the values of a matrix for scales and exponents.
//
//===----------------------------------------------------------------------===//

#include "LowBitMatrix.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace ecolm;
using llvm::ArrayRef;

/// Rounding noise of `x + (q(x) - x)` relative to q(x), a few units in the last
/// place.
static constexpr double kMaxNoise = 0x1p-21;
/// Exponents that a power-of-two format may have.
static constexpr int64_t kMaxExponents = 31;
/// Elements that a scale must stand for before it is evidence of a format.
static constexpr int64_t kMinUnit = 8, kMinElements = 32;
static constexpr int64_t kGroupSizes[] = {256, 128, 64, 32};

namespace {

/// What the elements of a unit have in common: every one that is not 0 is
/// `scale * 2^e`, with 1 <= scale < 2.
struct Unit {
  double scale = 1;
  int emin = 0, emax = 0;
  bool isZero = true;
};

} // namespace

/// The exponent e for which `magnitude` is nearest to `scale * 2^e`.
static int getExponent(double magnitude, double scale) {
  int exponent;
  double mantissa = std::frexp(magnitude / scale, &exponent);
  // frexp gives [0.5, 1): a ratio just below a power of two belongs to it.
  return mantissa > 0.75 ? exponent : exponent - 1;
}

/// The scale and the exponents of a unit, or nothing if its elements have none
/// within `tolerance`.
static std::optional<Unit> findUnit(ArrayRef<float> values, double tolerance) {
  Unit unit;
  double first = 0, sum = 0;
  int64_t count = 0;
  for (float value : values) {
    double magnitude = std::fabs(static_cast<double>(value));
    if (magnitude == 0)
      continue;
    if (!std::isfinite(magnitude) || magnitude < 0x1p-126)
      return std::nullopt;
    if (first == 0)
      first = magnitude;
    int exponent = getExponent(magnitude, first);
    double scaled = std::ldexp(magnitude, -exponent);
    // Neighbours of neighbours: each is checked against the mean below.
    if (std::fabs(scaled - first) > 2 * tolerance * first)
      return std::nullopt;
    sum += scaled;
    ++count;
    unit.emin = unit.isZero ? exponent : std::min(unit.emin, exponent);
    unit.emax = unit.isZero ? exponent : std::max(unit.emax, exponent);
    unit.isZero = false;
  }
  if (unit.isZero)
    return unit;
  int shift;
  double common = tolerance == 0 ? first : static_cast<float>(sum / count);
  unit.scale = 2 * std::frexp(common, &shift);
  unit.emin += shift - 1;
  unit.emax += shift - 1;
  if (unit.emax - unit.emin >= kMaxExponents)
    return std::nullopt;
  return unit;
}

/// The units of `values`, each of `length` elements, or nothing if one has no
/// format.
static std::optional<std::vector<Unit>>
findUnits(ArrayRef<float> values, int64_t length, double tolerance) {
  std::vector<Unit> units;
  for (size_t begin = 0; begin < values.size(); begin += length) {
    std::optional<Unit> unit = findUnit(values.slice(begin, length), tolerance);
    if (!unit)
      return std::nullopt;
    units.push_back(*unit);
  }
  return units;
}

static bool haveOneExponent(ArrayRef<Unit> units) {
  return llvm::all_of(units,
                      [](const Unit &unit) { return unit.emin == unit.emax; });
}

/// Writes `values` in terms of `units` of `length` elements; nothing if an
/// element is farther from its code than `tolerance`, or the exponents of the
/// units do not fit one range.
static std::optional<LowBitMatrix> encode(ArrayRef<float> values,
                                          std::vector<Unit> units,
                                          int64_t length, double tolerance) {
  LowBitMatrix matrix;
  bool isAny = false;
  bool isPlain =
      !haveOneExponent(units) && llvm::all_of(units, [](const Unit &unit) {
        return unit.isZero || unit.scale == 1;
      });
  for (Unit &unit : units) {
    if (unit.isZero)
      continue;
    // The largest magnitude of a unit is its scale, but a scale that is a power
    // of two in every unit goes into the exponents.
    if (!isPlain) {
      unit.scale = std::ldexp(unit.scale, unit.emax);
      unit.emin -= unit.emax;
      unit.emax = 0;
    }
    matrix.emin = isAny ? std::min<int64_t>(matrix.emin, unit.emin) : unit.emin;
    matrix.emax = isAny ? std::max<int64_t>(matrix.emax, unit.emax) : unit.emax;
    isAny = true;
  }
  if (!isAny || matrix.emax - matrix.emin >= kMaxExponents ||
      matrix.emin < -126 || matrix.emax > 127)
    return std::nullopt;
  matrix.codes.reserve(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const Unit &unit = units[i / length];
    double magnitude = std::fabs(static_cast<double>(values[i]));
    if (magnitude == 0) {
      matrix.codes.push_back(0);
      continue;
    }
    int exponent = getExponent(magnitude, unit.scale);
    double distance =
        std::fabs(magnitude / std::ldexp(unit.scale, exponent) - 1);
    if (distance > tolerance)
      return std::nullopt;
    matrix.noise = std::max(matrix.noise, distance);
    int code = static_cast<int>(exponent - matrix.emin + 1);
    matrix.codes.push_back(values[i] < 0 ? -code : code);
  }
  for (const Unit &unit : units)
    matrix.scales.push_back(static_cast<float>(unit.scale));
  return matrix;
}

/// The format of `values` with units of `length`.
static std::optional<LowBitMatrix> findFormat(ArrayRef<float> values,
                                              int64_t length, bool isTernary,
                                              double tolerance) {
  auto units = findUnits(values, length, tolerance);
  if (!units || haveOneExponent(*units) != isTernary)
    return std::nullopt;
  return encode(values, std::move(*units), length, tolerance);
}

/// Why a matrix whose large elements are alike is not ternary, or nothing.
static std::string explainNearMiss(ArrayRef<float> values) {
  double most = 0, least = INFINITY, positive = 0, negative = 0;
  for (float value : values)
    most = std::max(most, std::fabs(static_cast<double>(value)));
  int64_t numLarge = 0, numPositive = 0;
  for (float value : values) {
    double magnitude = std::fabs(static_cast<double>(value));
    if (!(magnitude < most / 16 || magnitude > most / 2))
      return "";
    if (magnitude <= most / 2)
      continue;
    least = std::min(least, magnitude);
    ++numLarge;
    numPositive += value > 0;
    (value > 0 ? positive : negative) =
        std::max(value > 0 ? positive : negative, magnitude);
  }
  if (most == 0 || !std::isfinite(most) || numLarge < kMinElements / 2)
    return "";
  bool isTwoScaled = numPositive > 0 && numPositive < numLarge &&
                     llvm::all_of(
                         values,
                         [&](float value) {
                           return value == 0 ||
                                  value == static_cast<float>(positive) ||
                                  value == -static_cast<float>(negative);
                         });
  if (isTwoScaled)
    return llvm::formatv("has the values {0}, 0 and -{1}: ternary, but with a "
                         "scale for each sign",
                         positive, negative)
        .str();
  if (least < most * 0.75)
    return "";
  return llvm::formatv("looks ternary, but its large elements lie between {0} "
                       "and {1} in magnitude, or its small ones are not 0; "
                       "--quantize=ternary rounds them",
                       least, most)
      .str();
}

LowBitFinding ecolm::findLowBitMatrix(ArrayRef<float> values, int64_t rows,
                                      int64_t columns) {
  LowBitFinding finding;
  if (static_cast<int64_t>(values.size()) < kMinElements)
    return finding;
  // Nothing below has a format if the first few elements have none.
  int64_t probe = std::min<int64_t>(columns, kGroupSizes[3]);
  bool isHopeless = !findUnit(values.take_front(probe), kMaxNoise);
  auto find = [&](int64_t length, bool isTernary) {
    for (double tolerance : {0.0, kMaxNoise})
      if (!finding.matrix)
        finding.matrix = findFormat(values, length, isTernary, tolerance);
    return finding.matrix.has_value();
  };
  if (isHopeless) {
    finding.almost = explainNearMiss(values);
    return finding;
  }
  for (bool isTernary : {true, false}) {
    if (find(values.size(), isTernary))
      return finding;
    if (columns >= kMinUnit && find(columns, isTernary))
      return finding;
  }
  for (bool isTernary : {true, false})
    for (int64_t length : kGroupSizes)
      if (columns % length == 0 && columns > length &&
          find(length, isTernary)) {
        finding.matrix->numGroups = columns / length;
        return finding;
      }
  finding.almost = explainNearMiss(values);
  return finding;
}

//===- TwoTermMatrix.cpp - Matrices of sums of two powers of two ----------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Searches the values of a matrix for a scale that makes each of them a sum or
// difference of two powers of two.
//
//===----------------------------------------------------------------------===//

#include "LowBitMatrix.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/bit.h"
#include <cmath>
#include <map>

using namespace ecolm;
using llvm::ArrayRef;

/// Exponents of a term, 1 - kExponents to 0.
static constexpr int kExponents = 8;
/// Magnitudes that such a matrix may have, and elements that it must have.
static constexpr size_t kMaxMagnitudes = 64, kMinElements = 256;
/// Rounding of the product of scale and terms, relative to it.
static constexpr double kRounding = 0x1p-23;

namespace {

/// A magnitude as two terms: 0, or `sign * (e - emin + 1)`.
struct Terms {
  int8_t first = 0, second = 0;
};

} // namespace

/// Every sum of at most two terms that is positive, with the terms.
static const std::map<double, Terms> &getSums() {
  static const std::map<double, Terms> sums = [] {
    std::map<double, Terms> all;
    for (int8_t a = 1; a <= kExponents; ++a) {
      double first = std::ldexp(1.0, a - kExponents);
      // One term where one will do.
      all[first] = {a, 0};
      for (int8_t b = 1; b < a; ++b) {
        double second = std::ldexp(1.0, b - kExponents);
        all.try_emplace(first + second, Terms{a, b});
        all.try_emplace(first - second, Terms{a, static_cast<int8_t>(-b)});
      }
    }
    for (int8_t a = 1; a <= kExponents; ++a)
      all.try_emplace(std::ldexp(2.0, a - kExponents), Terms{a, a});
    return all;
  }();
  return sums;
}

/// The terms of `magnitude / scale`, or nothing.
static std::optional<Terms> findTerms(double magnitude, double scale) {
  double wanted = magnitude / scale;
  auto next = getSums().lower_bound(wanted * (1 - kRounding));
  if (next == getSums().end() ||
      std::fabs(next->first - wanted) > kRounding * wanted)
    return std::nullopt;
  return next->second;
}

/// The distinct magnitudes of `values`, or nothing if there are too many.
static std::optional<std::vector<float>> collect(ArrayRef<float> values) {
  llvm::DenseMap<uint32_t, char> seen;
  std::vector<float> magnitudes;
  for (float value : values) {
    float magnitude = std::fabs(value);
    if (!std::isfinite(magnitude))
      return std::nullopt;
    if (magnitude == 0 ||
        !seen.try_emplace(llvm::bit_cast<uint32_t>(magnitude), 0).second)
      continue;
    if (magnitudes.size() == kMaxMagnitudes)
      return std::nullopt;
    magnitudes.push_back(magnitude);
  }
  return magnitudes;
}

std::optional<TwoTermMatrix> ecolm::findTwoTermMatrix(ArrayRef<float> values) {
  if (values.size() < kMinElements)
    return std::nullopt;
  std::optional<std::vector<float>> magnitudes = collect(values);
  if (!magnitudes || magnitudes->size() < 3)
    return std::nullopt;
  double most = *llvm::max_element(*magnitudes);
  // The largest magnitude is one of the sums; the largest sums first, so that
  // exponents stay in range.
  for (auto &[sum, terms] : llvm::reverse(getSums())) {
    if (sum < 0.5)
      break;
    float scale = static_cast<float>(most / sum);
    llvm::DenseMap<uint32_t, Terms> found;
    bool isWhole = llvm::all_of(*magnitudes, [&](float magnitude) {
      std::optional<Terms> own = findTerms(magnitude, scale);
      if (own)
        found[llvm::bit_cast<uint32_t>(magnitude)] = *own;
      return own.has_value();
    });
    if (!isWhole)
      continue;
    TwoTermMatrix matrix;
    matrix.scale = scale;
    matrix.emin = 1 - kExponents;
    for (float value : values) {
      Terms own = found.lookup(llvm::bit_cast<uint32_t>(std::fabs(value)));
      int sign = value < 0 ? -1 : 1;
      matrix.codes[0].push_back(sign * own.first);
      matrix.codes[1].push_back(sign * own.second);
    }
    return matrix;
  }
  return std::nullopt;
}

//===- PowerOfTwo.cpp - Exact arithmetic with powers of two ---------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Decides every rounding on integers, so that no float operation can err.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Support/PowerOfTwo.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <cmath>

using namespace ecolm;

namespace {

/// A positive magnitude as `mantissa * 2^(exponent - 23)`, where
/// 2^23 <= mantissa < 2^24.
struct Normalized {
  uint64_t mantissa;
  int32_t exponent;
};

} // namespace

static constexpr uint32_t kMantissaBits = 23;
static constexpr uint64_t kOne = uint64_t(1) << kMantissaBits;
static constexpr int32_t kBias = 127;

/// Splits the bits of a finite magnitude other than zero.
static Normalized normalize(uint32_t magnitudeBits) {
  int32_t field = magnitudeBits >> kMantissaBits;
  uint64_t mantissa = magnitudeBits & (kOne - 1);
  if (field != 0)
    return {mantissa | kOne, field - kBias};
  // A subnormal counts in units of 2^-149 and has no leading one of its own.
  int32_t missing = kMantissaBits - llvm::Log2_64(mantissa);
  return {mantissa << missing, 1 - kBias - missing};
}

/// Whether `rounding` takes the mantissa up to the next power of two.
static bool roundsUp(uint64_t mantissa, PowerRounding rounding) {
  switch (rounding) {
  case PowerRounding::Floor:
    return false;
  case PowerRounding::NearestLog:
    // Squares of 24 bits fit 64: exact.
    return mantissa * mantissa >= 2 * kOne * kOne;
  case PowerRounding::Nearest:
    return mantissa >= kOne + kOne / 2;
  case PowerRounding::Ceil:
    return mantissa > kOne;
  }
  llvm_unreachable("covered switch");
}

SignedPower ecolm::quantizeToPower(float value, PowerRounding rounding,
                                   PowerRange range) {
  if (std::isnan(value) || value == 0.0f)
    return {};
  uint32_t bits = llvm::bit_cast<uint32_t>(value);
  int32_t sign = bits >> 31 ? -1 : 1;
  if (std::isinf(value))
    return {sign, range.max};
  auto [mantissa, exponent] = normalize(bits & 0x7FFFFFFF);
  if (exponent < range.min)
    return range.clampsUnderflow ? SignedPower{sign, range.min} : SignedPower{};
  exponent += roundsUp(mantissa, rounding);
  return {sign, std::min(exponent, range.max)};
}

float ecolm::toFloat(SignedPower power) {
  // Many weights are tried with many scales: the exponent is the number.
  if (power.sign != 0 && power.exponent > -kBias)
    return llvm::bit_cast<float>((power.sign < 0 ? 1u << 31 : 0) |
                                 static_cast<uint32_t>(power.exponent + kBias)
                                     << kMantissaBits);
  return std::ldexp(static_cast<float>(power.sign), power.exponent);
}

std::optional<int32_t> ecolm::getExactLog2(float value) {
  if (!(value > 0.0f) || std::isinf(value))
    return std::nullopt;
  auto [mantissa, exponent] = normalize(llvm::bit_cast<uint32_t>(value));
  if (mantissa != kOne)
    return std::nullopt;
  return exponent;
}

float ecolm::scaleByPower(float value, int32_t exponent) {
  return std::ldexp(value, exponent);
}

//===- PowerOfTwo.h - Exact arithmetic with powers of two -------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Rounds floats to signed powers of two by looking at their bits, never through
// a logarithm, which is wrong next to many powers of two.
//
//   f32     31    30 ... 23   22 ... 0
//          sign   exponent    mantissa      value = 1.mantissa *
//          2^(exponent-127)
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_SUPPORT_POWEROFTWO_H
#define ECOLM_SUPPORT_POWEROFTWO_H

#include <cstdint>
#include <optional>

namespace ecolm {

/// How a magnitude m * 2^k with 1 <= m < 2 becomes a power of two; the numbers
/// are those of the dialect's `rounding` words.
enum class PowerRounding {
  /// 2^k.
  Floor = 0,
  /// 2^(k+1) if m * m >= 2, else 2^k.
  NearestLog = 1,
  /// 2^(k+1) if m >= 1.5, else 2^k.
  Nearest = 2,
  /// 2^(k+1) if m > 1, else 2^k.
  Ceil = 3
};

/// The number `sign * 2^exponent`, or 0 where `sign` is 0.
struct SignedPower {
  int32_t sign = 0;
  int32_t exponent = 0;

  bool operator==(const SignedPower &other) const {
    return sign == other.sign && (sign == 0 || exponent == other.exponent);
  }
};

/// The powers of two that a quantizer may give.
struct PowerRange {
  int32_t min = 0;
  int32_t max = 0;
  /// Whether a magnitude in (0, 2^min) becomes 2^min instead of 0.
  bool clampsUnderflow = false;
};

/// The signed power of two for `value`: its magnitude rounded, at most
/// 2^range.max. Zero and NaN give 0, infinities +-2^range.max, and a subnormal
/// is rounded as the number it is.
SignedPower quantizeToPower(float value, PowerRounding rounding,
                            PowerRange range);

/// The value of `power`, exact for exponents in [-149, 127].
float toFloat(SignedPower power);

/// `e` with `value == 2^e`, if there is one; subnormal powers included.
std::optional<int32_t> getExactLog2(float value);

/// `value * 2^exponent`, correctly rounded to nearest even, for any exponent.
float scaleByPower(float value, int32_t exponent);

} // namespace ecolm

#endif // ECOLM_SUPPORT_POWEROFTWO_H

//===- PowerOfTwoTest.cpp - Powers of two against exact arithmetic --------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Compares the quantizer with comparisons in extended precision, around every
// power of two and on random bit patterns.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Support/PowerOfTwo.h"
#include "gtest/gtest.h"
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

using namespace ecolm;

namespace {

constexpr PowerRounding kRoundings[] = {
    PowerRounding::Floor, PowerRounding::NearestLog, PowerRounding::Nearest,
    PowerRounding::Ceil};
constexpr PowerRange kWide = {-126, 127, false};

/// The power of two for `value` by trying every exponent: the oracle. All
/// comparisons are exact: doubles hold squares of f32 magnitudes above 2^-400.
SignedPower searchPower(float value, PowerRounding rounding, PowerRange range) {
  double magnitude = std::fabs(static_cast<double>(value));
  if (std::isnan(value) || magnitude == 0)
    return {};
  int sign = value < 0 ? -1 : 1;
  if (magnitude < std::ldexp(1.0, range.min))
    return range.clampsUnderflow ? SignedPower{sign, range.min} : SignedPower{};
  for (int e = range.min; e < range.max; ++e) {
    double low = std::ldexp(1.0, e), high = std::ldexp(1.0, e + 1);
    if (magnitude > high)
      continue;
    if (magnitude == low || magnitude == high)
      return {sign, magnitude == low ? e : e + 1};
    bool up = false;
    if (rounding == PowerRounding::NearestLog)
      up = magnitude * magnitude >= low * high;
    else if (rounding == PowerRounding::Nearest)
      up = magnitude - low >= high - magnitude;
    else
      up = rounding == PowerRounding::Ceil;
    return {sign, up ? e + 1 : e};
  }
  return {sign, range.max};
}

void expectAgreement(float value, PowerRange range) {
  for (PowerRounding rounding : kRoundings) {
    SignedPower found = quantizeToPower(value, rounding, range);
    SignedPower expected = searchPower(value, rounding, range);
    EXPECT_EQ(found, expected)
        << "value " << value << " rounding " << static_cast<int>(rounding)
        << ": found " << found.sign << " * 2^" << found.exponent
        << ", expected " << expected.sign << " * 2^" << expected.exponent;
  }
}

TEST(PowerOfTwoTest, NeighboursOfEveryPower) {
  for (int e = -149; e <= 127; ++e)
    for (float mantissa : {1.0f, 1.5f, std::sqrt(2.0f)}) {
      float at = std::ldexp(mantissa, e);
      for (float value :
           {std::nextafter(at, 0.0f), at, std::nextafter(at, INFINITY), -at})
        expectAgreement(value, kWide);
    }
}

TEST(PowerOfTwoTest, RandomBits) {
  std::mt19937 random(7);
  for (int i = 0; i < 20000; ++i) {
    uint32_t bits = random();
    float value;
    std::memcpy(&value, &bits, sizeof(value));
    expectAgreement(value, kWide);
    expectAgreement(value, {-6, 1, false});
    expectAgreement(std::fmod(value, 4.0f), {-6, 1, i % 2 == 0});
  }
}

TEST(PowerOfTwoTest, Underflow) {
  PowerRange zero = {-6, 1, false}, clamp = {-6, 1, true};
  float below = std::nextafter(std::ldexp(1.0f, -6), 0.0f);
  // Whatever the rounding: even `ceil` does not lift a magnitude over the edge.
  for (PowerRounding rounding : kRoundings) {
    EXPECT_EQ(quantizeToPower(-below, rounding, zero), SignedPower());
    EXPECT_EQ(quantizeToPower(-below, rounding, clamp), (SignedPower{-1, -6}));
    EXPECT_EQ(quantizeToPower(0.0f, rounding, clamp), SignedPower());
    EXPECT_EQ(quantizeToPower(-0.0f, rounding, clamp), SignedPower());
  }
}

TEST(PowerOfTwoTest, SpecialValues) {
  float infinity = std::numeric_limits<float>::infinity();
  float nan = std::numeric_limits<float>::quiet_NaN();
  float subnormal = std::numeric_limits<float>::denorm_min();
  for (PowerRounding rounding : kRoundings) {
    EXPECT_EQ(quantizeToPower(infinity, rounding, kWide),
              (SignedPower{1, 127}));
    EXPECT_EQ(quantizeToPower(-infinity, rounding, {-6, 1, false}),
              (SignedPower{-1, 1}));
    EXPECT_EQ(quantizeToPower(nan, rounding, kWide), SignedPower());
    EXPECT_EQ(quantizeToPower(subnormal, rounding, {-149, 0, false}),
              (SignedPower{1, -149}));
  }
  EXPECT_EQ(
      quantizeToPower(3 * subnormal, PowerRounding::Nearest, {-149, 0, false}),
      (SignedPower{1, -147}));
}

// floor(log2f(x)), the obvious spelling, is what this function must not be.
TEST(PowerOfTwoTest, LogarithmsErr) {
  int wrong = 0;
  for (int e = -126; e <= 127; ++e) {
    float below = std::nextafter(std::ldexp(1.0f, e), 0.0f);
    wrong += std::floor(std::log2(below)) !=
             quantizeToPower(below, PowerRounding::Floor, {-149, 127, false})
                 .exponent;
  }
  EXPECT_GT(wrong, 100);
}

TEST(PowerOfTwoTest, ToFloat) {
  EXPECT_EQ(toFloat({}), 0.0f);
  EXPECT_EQ(toFloat({-1, -6}), -0.015625f);
  EXPECT_EQ(toFloat({1, 127}), std::ldexp(1.0f, 127));
}

TEST(PowerOfTwoTest, ExactLog2) {
  for (int e = -149; e <= 127; ++e) {
    float power = std::ldexp(1.0f, e);
    EXPECT_EQ(getExactLog2(power), e);
    EXPECT_EQ(getExactLog2(-power), std::nullopt);
    if (e > -149) {
      EXPECT_EQ(getExactLog2(std::nextafter(power, INFINITY)), std::nullopt);
    }
  }
  EXPECT_EQ(getExactLog2(0.0f), std::nullopt);
  EXPECT_EQ(getExactLog2(INFINITY), std::nullopt);
  EXPECT_EQ(getExactLog2(NAN), std::nullopt);
}

TEST(PowerOfTwoTest, ScaleByPowerRoundsOnce) {
  EXPECT_EQ(scaleByPower(3.0f, -7), 0.0234375f);
  // 1.5 * 2^-149 lies half way between one and two units: to even, two.
  EXPECT_EQ(scaleByPower(1.5f, -149), std::ldexp(1.0f, -148));
  EXPECT_EQ(scaleByPower(-1.0f, 200), -INFINITY);
  EXPECT_EQ(scaleByPower(std::ldexp(1.0f, -149), 252), std::ldexp(1.0f, 103));
}

} // namespace

//===- MatrixQuantizerTest.cpp - Quantized matrices -----------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Compares codes with an exhaustive search over the values of the format.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Support/MatrixQuantizer.h"
#include "gtest/gtest.h"
#include <cmath>
#include <random>

using namespace ecolm;
using Floats = std::vector<float>;

namespace {

QuantizationRecipe read(llvm::StringRef text) {
  return llvm::cantFail(parseRecipe(text));
}

Floats draw(size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  Floats values(count);
  for (float &value : values)
    value = normal(random);
  return values;
}

double getError(const Floats &a, const Floats &b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i)
    sum += std::pow(double(a[i]) - b[i], 2);
  return sum;
}

/// Quantizes and gives the floats back.
Floats roundTrip(const Floats &values, int64_t columns,
                 llvm::StringRef recipe) {
  QuantizationRecipe parsed = read(recipe);
  return dequantizeMatrix(quantizeMatrix(values, columns, parsed), columns,
                          parsed);
}

/// Whether each of `actual` is as near to `values` as any number of `format`.
void expectNearest(const Floats &values, const Floats &actual,
                   const Floats &format) {
  for (size_t i = 0; i < values.size(); ++i) {
    float least = INFINITY;
    for (float number : format)
      least = std::min(least, std::fabs(values[i] - number));
    EXPECT_LE(std::fabs(values[i] - actual[i]), least + 1e-6f) << values[i];
  }
}

TEST(MatrixQuantizerTest, NearestPowersOfTwo) {
  Floats values = draw(500, 1);
  float largest = 0;
  for (float value : values)
    largest = std::max(largest, std::fabs(value));
  for (bool zero : {true, false}) {
    Floats format;
    if (zero)
      format.push_back(0);
    for (int e = 0; e < (zero ? 7 : 8); ++e)
      for (float sign : {-1.0f, 1.0f})
        format.push_back(sign * std::ldexp(largest, -e));
    expectNearest(values,
                  roundTrip(values, 50,
                            zero ? "pot4:group=tensor,scale=max"
                                 : "pot4:group=tensor,scale=max,zero=no"),
                  format);
  }
}

TEST(MatrixQuantizerTest, NearestIntegers) {
  Floats values = draw(500, 2);
  auto [low, high] = std::minmax_element(values.begin(), values.end());
  float largest = std::max(-*low, *high);
  Floats symmetric, shifted;
  for (int code = -8; code < 8; ++code) {
    symmetric.push_back(code * (largest / 7));
    shifted.push_back(*low + (code + 8) * ((*high - *low) / 15));
  }
  expectNearest(
      values,
      roundTrip(values, 50, "int4:group=tensor,scale=max,zero_point=no"),
      symmetric);
  expectNearest(values, roundTrip(values, 50, "int4:group=tensor,scale=max"),
                shifted);
}

/// Every choice that can only help does.
TEST(MatrixQuantizerTest, FinerIsNearer) {
  Floats values = draw(64 * 96, 3);
  auto errorOf = [&](llvm::StringRef recipe) {
    return getError(values, roundTrip(values, 96, recipe));
  };
  for (auto [coarse, fine] :
       {std::pair("pot4:group=row,scale=max", "pot4:group=row"),
        std::pair("pot4:group=row", "pot4:group=32"),
        std::pair("pot4:group=32", "pot4:group=32,terms=2"),
        std::pair("int4:group=tensor", "int4:group=row"),
        std::pair("int4:group=row", "int4:group=32"),
        std::pair("int2:group=32,zero_point=no", "int2:group=32"),
        std::pair("int2", "int4"), std::pair("int4:group=row", "int8")})
    EXPECT_LT(errorOf(fine), errorOf(coarse)) << coarse << " -> " << fine;
}

/// A short last group has a scale of its own; what a group holds does not
/// depend on the others.
TEST(MatrixQuantizerTest, GroupsAreApart) {
  Floats values = draw(3 * 10, 4);
  QuantizationRecipe recipe = read("pot4:group=4");
  QuantizedValues all = quantizeMatrix(values, 10, recipe);
  ASSERT_EQ(all.scales.size(), 9u);
  Floats last(values.begin() + 18, values.begin() + 20);
  QuantizedValues alone = quantizeMatrix(last, 2, recipe);
  EXPECT_EQ(alone.scales[0], all.scales[5]);
  EXPECT_EQ(alone.codes[0][0], all.codes[0][18]);
  EXPECT_EQ(alone.codes[0][1], all.codes[0][19]);
}

TEST(MatrixQuantizerTest, ZerosStayZero) {
  Floats zeros(64);
  for (const char *recipe : {"ternary", "pot4", "int4", "int8", "pot4:terms=2"})
    EXPECT_EQ(roundTrip(zeros, 32, recipe), zeros) << recipe;
}

/// The rotation is undone by the same butterfly on the input.
TEST(MatrixQuantizerTest, RotationKeepsProducts) {
  for (int64_t columns : {8, 24, 7}) {
    Floats rows = draw(2 * columns, 5), x = draw(columns, 6);
    auto product = [&](const Floats &w, const Floats &v) {
      Floats y(2);
      for (int64_t i = 0; i < 2 * columns; ++i)
        y[i / columns] += w[i] * v[i % columns];
      return y;
    };
    Floats expected = product(rows, x);
    int64_t n = columns & -columns;
    Floats rotated = x;
    for (int64_t i = 0; i < columns; ++i) {
      rotated[i] = 0;
      // Entry (i, j) of the Hadamard matrix is the parity of i & j.
      for (int64_t j = 0; j < n; ++j)
        rotated[i] +=
            (__builtin_parityll(i % n & j) ? -1 : 1) * x[i / n * n + j];
    }
    rotateRows(rows, columns);
    Floats actual = product(rows, rotated);
    for (int row : {0, 1})
      EXPECT_NEAR(actual[row], expected[row], 1e-5);
  }
}

} // namespace

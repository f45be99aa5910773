//===- RankOne.cpp - The best approximation of rank 1 ---------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Crosses of rows and columns, and power iteration.
//
//===----------------------------------------------------------------------===//

#include "RankOne.h"
#include <algorithm>
#include <cmath>

using namespace ecolm;

/// Steps of the power iteration. The second singular value is small, or there
/// is no split to find: each step gains that ratio squared.
static constexpr int kMaxSteps = 20;

/// The largest difference between `block` and the product of `split`.
static double measureError(const Matrix &block, const RankOne &split) {
  double error = 0;
  for (int64_t i = 0; i < block.numRows; ++i)
    for (int64_t j = 0; j < block.numColumns; ++j)
      error =
          std::max(error, std::fabs(block.at(i, j) - split.u[i] * split.v[j]));
  return error;
}

/// The column and the row of the largest element, divided by it.
static RankOne crossLargest(const Matrix &block, int64_t largest) {
  int64_t row = largest / block.numColumns, column = largest % block.numColumns;
  RankOne split;
  for (int64_t i = 0; i < block.numRows; ++i)
    split.u.push_back(block.at(i, column));
  for (int64_t j = 0; j < block.numColumns; ++j)
    split.v.push_back(block.at(row, j) / block.values[largest]);
  return split;
}

static double dot(const std::vector<double> &x, const std::vector<double> &y) {
  double sum = 0;
  for (size_t i = 0; i < x.size(); ++i)
    sum += x[i] * y[i];
  return sum;
}

/// Brings `split` nearer to the first singular vectors, as long as it helps.
static void iterate(const Matrix &block, RankOne &split, double limit) {
  for (int step = 0; step < kMaxSteps; ++step) {
    double norm = dot(split.v, split.v);
    for (int64_t i = 0; i < block.numRows; ++i) {
      split.u[i] = 0;
      for (int64_t j = 0; j < block.numColumns; ++j)
        split.u[i] += block.at(i, j) * split.v[j] / norm;
    }
    norm = dot(split.u, split.u);
    for (int64_t j = 0; j < block.numColumns; ++j) {
      split.v[j] = 0;
      for (int64_t i = 0; i < block.numRows; ++i)
        split.v[j] += block.at(i, j) * split.u[i] / norm;
    }
    if (measureError(block, split) <= limit)
      return;
  }
}

std::optional<RankOne> ecolm::splitRankOne(const Matrix &block, double limit) {
  auto smaller = [](double x, double y) { return std::fabs(x) < std::fabs(y); };
  int64_t largest =
      std::max_element(block.values.begin(), block.values.end(), smaller) -
      block.values.begin();
  if (block.values[largest] == 0)
    return RankOne{std::vector<double>(block.numRows, 0.0),
                   std::vector<double>(block.numColumns, 0.0)};
  RankOne split = crossLargest(block, largest);
  // What a cross misses by much more, no other vectors reach.
  double error = measureError(block, split);
  if (!(error <= 4 * limit))
    return std::nullopt;
  if (error == 0)
    return split;
  iterate(block, split, 0);
  if (!(measureError(block, split) <= limit))
    return std::nullopt;
  // Halves of the singular value keep weights of one size in all factors.
  double balance =
      std::sqrt(std::sqrt(dot(split.u, split.u) / dot(split.v, split.v)));
  for (double &value : split.u)
    value /= balance;
  for (double &value : split.v)
    value *= balance;
  return split;
}

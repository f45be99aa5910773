//===- RankOne.h - The best approximation of rank 1 ----------- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Splits a small matrix into a column times a row.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RECOGNITION_RANKONE_H
#define ECOLM_LIB_RECOGNITION_RANKONE_H

#include <cstdint>
#include <optional>
#include <vector>

namespace ecolm {

/// A matrix of doubles, row-major.
struct Matrix {
  int64_t numRows, numColumns;
  std::vector<double> values;

  Matrix(int64_t rows, int64_t columns)
      : numRows(rows), numColumns(columns), values(rows * columns, 0.0) {}
  double &at(int64_t row, int64_t column) {
    return values[row * numColumns + column];
  }
  double at(int64_t row, int64_t column) const {
    return values[row * numColumns + column];
  }
};

/// `u v^T`.
struct RankOne {
  std::vector<double> u, v;
};

/// The split of `block` if no element differs by more than `limit`. An exact
/// one, which keeps integers, is preferred to the nearest one, which is the
/// first pair of singular vectors.
std::optional<RankOne> splitRankOne(const Matrix &block, double limit);

} // namespace ecolm

#endif // ECOLM_LIB_RECOGNITION_RANKONE_H

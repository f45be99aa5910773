//===- LowBitMatrix.h - Matrices that have few values --------- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Finds the number format of a matrix of floats by its values.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_RECOGNITION_LOWBITMATRIX_H
#define ECOLM_RECOGNITION_LOWBITMATRIX_H

#include "llvm/ADT/ArrayRef.h"
#include <optional>
#include <string>
#include <vector>

namespace ecolm {

/// A matrix (rows, columns) as `code * scale`, where a code stands for 0 or
/// `sign * 2^e` and a unit (the whole matrix, a row, or a group of columns of a
/// row) shares a scale.
struct LowBitMatrix {
  /// 0, or `sign * (e - emin + 1)`, row-major. A matrix is ternary if emin and
  /// emax are 0: its codes are its values.
  std::vector<int8_t> codes;
  /// One scale; one for every row; or one for every group, row by row.
  std::vector<float> scales;
  /// Groups in a row, if scales are per group, else 0.
  int64_t numGroups = 0;
  int64_t emin = 0, emax = 0;
  /// The largest distance between an element and what stands for it, relative
  /// to the element. It is 0 but for the rounding noise of `x + (q(x) - x)`.
  double noise = 0;

  bool isTernary() const { return emin == 0 && emax == 0; }
};

/// A matrix (rows, columns) as the sum of two matrices of powers of two with
/// one scale: `(value(codes[0]) + value(codes[1])) * scale`, codes as above.
struct TwoTermMatrix {
  std::vector<int8_t> codes[2];
  float scale = 1;
  int64_t emin = 0, emax = 0;
};

/// Searches (rows, columns) `values` for two terms with at most 8 exponents, as
/// n-hot and additive powers of two have. An element is the rounded product of
/// scale and terms.
std::optional<TwoTermMatrix> findTwoTermMatrix(llvm::ArrayRef<float> values);

/// A matrix (rows, columns) as `(code - zero) * scale`, where a unit shares
/// scale and zero point, as DequantizeLinear has it.
struct UniformMatrix {
  /// From 0 to 2^bits - 1, row-major.
  std::vector<int8_t> codes;
  unsigned bits = 2;
  /// One of each for every unit, row by row.
  std::vector<float> scales;
  std::vector<int8_t> zeros;
  /// Units in a row; 0 if one holds the whole matrix.
  int64_t numGroups = 0;
};

/// Searches (rows, columns) `values` for 2-bit or 4-bit integers with a scale
/// and a zero point per matrix, row, or group of 256, 128, 64 or 32 columns. An
/// element is the rounded product.
std::optional<UniformMatrix> findUniformMatrix(llvm::ArrayRef<float> values,
                                               int64_t rows, int64_t columns,
                                               unsigned bits);

/// What a search among the values of a matrix found.
struct LowBitFinding {
  std::optional<LowBitMatrix> matrix;
  /// Why a matrix that looks like one is none, or empty.
  std::string almost;
};

/// Searches (rows, columns) `values` for a format: ternary, or powers of two
/// with at most 31 exponents; per matrix, per row, or per group of 256, 128, 64
/// or 32 columns. Elements equal what stands for them; or all differ from it by
/// at most 2^-21 of it, which is what a straight-through estimator leaves.
LowBitFinding findLowBitMatrix(llvm::ArrayRef<float> values, int64_t rows,
                               int64_t columns);

} // namespace ecolm

#endif // ECOLM_RECOGNITION_LOWBITMATRIX_H

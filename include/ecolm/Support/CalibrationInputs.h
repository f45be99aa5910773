//===- CalibrationInputs.h - Inputs of products that were seen --*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Rows that a model's matrices were multiplied with, for quantizers to weigh
// errors by.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_SUPPORT_CALIBRATIONINPUTS_H
#define ECOLM_SUPPORT_CALIBRATIONINPUTS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include <vector>

namespace ecolm {

/// Rows of inputs, row-major.
struct InputRows {
  std::vector<float> values;
  int64_t columns = 0;
};

/// The inputs of matrices, by the name of the matrix.
class CalibrationInputs {
public:
  /// Reads an archive of numpy (.npz) with an array f32 [rows, K] for each
  /// matrix. Fails, naming the array, for another type or rank, no rows, or a
  /// number that is not finite.
  static llvm::Expected<CalibrationInputs> read(llvm::StringRef path);

  /// Null for a matrix that the archive does not name.
  const InputRows *find(llvm::StringRef name) const {
    auto found = rows.find(name);
    return found == rows.end() ? nullptr : &found->second;
  }

private:
  llvm::StringMap<InputRows> rows;
};

/// What a quantizer wants to know of the inputs that meet `count` neighbouring
/// columns of a matrix.
class InputMoments {
public:
  /// Sums over rows, of columns [first, first + count).
  InputMoments(const InputRows &inputs, int64_t first, int64_t count);

  /// Number of columns.
  size_t size() const { return importance.size(); }

  /// Mean square of the input of a column.
  double getImportance(int64_t column) const { return importance[column]; }

  /// Sum over inputs x of (a . x) (b . x), divided by their number. Above
  /// kLargestGram columns products of different inputs are left out.
  double getProduct(llvm::ArrayRef<float> a, llvm::ArrayRef<float> b) const;

  /// Mean over inputs x of (a . x) x, with the same left out.
  std::vector<double> multiply(llvm::ArrayRef<double> a) const;

private:
  static constexpr int64_t kLargestGram = 512;

  std::vector<double> importance;
  /// The matrix of means of x x^T, or empty.
  std::vector<double> gram;
};

} // namespace ecolm

#endif // ECOLM_SUPPORT_CALIBRATIONINPUTS_H

//===- ButterflyFactorization.cpp - A matrix as a butterfly ---------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Splits matrices into factors by parts of rank 1.
//
//===----------------------------------------------------------------------===//

#include "ButterflyFactorization.h"
#include "FactorLayers.h"
#include "RankOne.h"
#include <cmath>

using namespace mlir;
using namespace ecolm;

/// Inputs and outputs of a matrix that is factored, at most: it is read whole.
static constexpr int64_t kMaxSize = 4096;
/// What a part may lack of rank 1, relative to the matrix that is split.
/// Factors have other sizes than their product, whose error decides in the end.
static constexpr double kPartError = 1.0 / 16;

//===----------------------------------------------------------------------===//
// Permutations
//===----------------------------------------------------------------------===//

std::optional<FactorChain> ecolm::factorPermutation(const DenseMatrix &matrix) {
  if (matrix.numOutputs != matrix.numInputs || matrix.numInputs < 2)
    return std::nullopt;
  FactorChain chain;
  std::vector<bool> isTaken(matrix.numInputs);
  bool isScaled = false;
  for (int64_t row = 0; row < matrix.numOutputs; ++row) {
    int64_t only = -1;
    for (int64_t column = 0; column < matrix.numInputs; ++column) {
      if (matrix.get(row, column) == 0)
        continue;
      if (only >= 0)
        return std::nullopt;
      only = column;
    }
    if (only < 0 || isTaken[only])
      return std::nullopt;
    isTaken[only] = true;
    chain.permutation.push_back(only);
    chain.scale.push_back(matrix.get(row, only));
    isScaled |= chain.scale.back() != 1;
  }
  if (!isScaled)
    chain.scale.clear();
  return chain;
}

//===----------------------------------------------------------------------===//
// Hierarchical factorization
//===----------------------------------------------------------------------===//

namespace {

/// Whether groups are of neighbours, or of elements that lie a stride apart.
struct Grouping {
  bool stridedRows, stridedColumns;
};

/// Element `i` of group `group`, of `count` groups of `size`.
int64_t place(bool strided, int64_t group, int64_t count, int64_t size,
              int64_t i) {
  return strided ? i * count + group : group * size + i;
}

class Factorizer {
public:
  Factorizer(LinearRegion &region, Grouping grouping)
      : region(region), grouping(grouping) {}

  /// The outputs of `matrix` times `inputs`, or nothing if it is no butterfly.
  std::optional<std::vector<LinearTerm>> apply(const Matrix &matrix,
                                               ArrayRef<LinearTerm> inputs);

private:
  std::optional<std::vector<LinearTerm>>
  applyDense(const Matrix &matrix, ArrayRef<LinearTerm> inputs);
  std::optional<std::vector<LinearTerm>>
  applySplit(const Matrix &matrix, ArrayRef<LinearTerm> inputs, int64_t size);
  bool split(const Matrix &matrix, std::vector<Matrix> &first,
             std::vector<Matrix> &second);

  LinearRegion &region;
  Grouping grouping;
};

} // namespace

/// The largest divisor of `n` that is at most its root; 1 for a prime.
static int64_t findGroupSize(int64_t n) {
  int64_t size = 1;
  for (int64_t i = 2; i * i <= n; ++i)
    if (n % i == 0)
      size = i;
  return size;
}

std::optional<std::vector<LinearTerm>>
Factorizer::applyDense(const Matrix &matrix, ArrayRef<LinearTerm> inputs) {
  std::vector<LinearTerm> outputs;
  for (int64_t i = 0; i < matrix.numRows; ++i) {
    SmallVector<LinearTerm> summands;
    for (auto [j, input] : llvm::enumerate(inputs))
      summands.push_back({input.variable, static_cast<float>(matrix.at(i, j))});
    std::optional<LinearTerm> sum = region.sum(summands);
    if (!sum)
      return std::nullopt;
    outputs.push_back(*sum);
  }
  return outputs;
}

/// Splits every part of `matrix` into a row of `first` and a column of
/// `second`.
bool Factorizer::split(const Matrix &matrix, std::vector<Matrix> &first,
                       std::vector<Matrix> &second) {
  int64_t count = first.size(), size = second.size();
  double largest = 0;
  for (double value : matrix.values)
    largest = std::max(largest, std::fabs(value));
  for (int64_t g = 0; g < count; ++g)
    for (int64_t h = 0; h < size; ++h) {
      Matrix part(count, size);
      for (int64_t i = 0; i < count; ++i)
        for (int64_t j = 0; j < size; ++j)
          part.at(i, j) =
              matrix.at(place(grouping.stridedRows, h, size, count, i),
                        place(grouping.stridedColumns, g, count, size, j));
      std::optional<RankOne> split = splitRankOne(part, kPartError * largest);
      if (!split)
        return false;
      for (int64_t i = 0; i < count; ++i)
        second[h].at(i, g) = split->u[i];
      for (int64_t j = 0; j < size; ++j)
        first[g].at(h, j) = split->v[j];
    }
  return true;
}

std::optional<std::vector<LinearTerm>>
Factorizer::applySplit(const Matrix &matrix, ArrayRef<LinearTerm> inputs,
                       int64_t size) {
  int64_t count = matrix.numRows / size;
  std::vector<Matrix> first(count, Matrix(size, size)),
      second(size, Matrix(count, count));
  if (!split(matrix, first, second))
    return std::nullopt;
  std::vector<std::vector<LinearTerm>> between(size);
  for (int64_t g = 0; g < count; ++g) {
    SmallVector<LinearTerm> group;
    for (int64_t j = 0; j < size; ++j)
      group.push_back(
          inputs[place(grouping.stridedColumns, g, count, size, j)]);
    auto sums = apply(first[g], group);
    if (!sums)
      return std::nullopt;
    for (int64_t h = 0; h < size; ++h)
      between[h].push_back((*sums)[h]);
  }
  std::vector<LinearTerm> outputs(matrix.numRows);
  for (int64_t h = 0; h < size; ++h) {
    auto sums = apply(second[h], between[h]);
    if (!sums)
      return std::nullopt;
    for (int64_t i = 0; i < count; ++i)
      outputs[place(grouping.stridedRows, h, size, count, i)] = (*sums)[i];
  }
  return outputs;
}

std::optional<std::vector<LinearTerm>>
Factorizer::apply(const Matrix &matrix, ArrayRef<LinearTerm> inputs) {
  int64_t size = findGroupSize(matrix.numRows);
  return size == 1 ? applyDense(matrix, inputs)
                   : applySplit(matrix, inputs, size);
}

//===----------------------------------------------------------------------===//
// Matrices
//===----------------------------------------------------------------------===//

/// False if the first elements of the first part show that its rank is not 1:
/// they and the first of the first output are all that is read of most
/// matrices.
static bool mayBeButterfly(const DenseMatrix &matrix, int64_t size,
                           Grouping grouping, double tolerance) {
  int64_t count = matrix.numInputs / size;
  Matrix corner(std::min<int64_t>(4, count), std::min<int64_t>(4, size));
  for (int64_t i = 0; i < corner.numRows; ++i)
    for (int64_t j = 0; j < corner.numColumns; ++j)
      corner.at(i, j) =
          matrix.get(place(grouping.stridedRows, 0, size, count, i),
                     place(grouping.stridedColumns, 0, count, size, j));
  // A few elements stand for the matrix, whose largest one is elsewhere: be
  // generous.
  double largest = 0;
  for (int64_t j = 0; j < std::min<int64_t>(64, matrix.numInputs); ++j)
    largest = std::max(largest, std::fabs(double(matrix.get(0, j))));
  return splitRankOne(corner, 4 * tolerance * largest).has_value();
}

static Matrix readMatrix(const DenseMatrix &matrix) {
  Matrix result(matrix.numOutputs, matrix.numInputs);
  for (int64_t i = 0; i < matrix.numOutputs; ++i)
    for (int64_t j = 0; j < matrix.numInputs; ++j)
      result.at(i, j) = matrix.get(i, j);
  return result;
}

/// The magnitude that all nonzero elements share, or 1; 0 if there are none.
static double findMagnitude(const Matrix &matrix) {
  double magnitude = 0;
  for (double value : matrix.values) {
    if (value != 0 && magnitude != 0 && std::fabs(value) != magnitude)
      return 1;
    if (value != 0)
      magnitude = std::fabs(value);
  }
  return magnitude;
}

/// The product of the factors of `region` up to `outputs`, relative to
/// `matrix`.
static double measureError(const LinearRegion &region,
                           ArrayRef<LinearTerm> outputs, const Matrix &matrix) {
  double error = 0, largest = 0;
  int32_t last = 0;
  for (LinearTerm output : outputs)
    last = std::max(last, output.variable);
  std::vector<double> values(last + 1);
  for (int64_t j = 0; j < matrix.numColumns; ++j) {
    for (int32_t i = 0; i <= last; ++i) {
      if (i < matrix.numColumns) {
        values[i] = i == j;
        continue;
      }
      values[i] = 0;
      for (LinearTerm term : region.getTerms(i))
        values[i] += term.weight * values[term.variable];
    }
    for (int64_t i = 0; i < matrix.numRows; ++i) {
      double value = values[outputs[i].variable] * outputs[i].weight;
      error = std::max(error, std::fabs(value - matrix.at(i, j)));
      largest = std::max(largest, std::fabs(matrix.at(i, j)));
    }
  }
  return error / largest;
}

/// Tries one order of inputs and outputs.
static std::optional<MatrixFactorization>
factorInOrder(const Matrix &matrix, Value input, Grouping grouping) {
  LinearRegion region(input, /*numAxes=*/1);
  LinearTensor features = createRoot(region);
  auto outputs = Factorizer(region, grouping).apply(matrix, features.terms);
  if (!outputs)
    return std::nullopt;
  LinearTensor result;
  result.region = &region;
  result.shape.push_back(matrix.numRows);
  result.isBatch.push_back(false);
  result.terms = *outputs;
  llvm::Expected<FactorChain> chain = readFactors(result);
  if (!chain) {
    llvm::consumeError(chain.takeError());
    return std::nullopt;
  }
  return MatrixFactorization{std::move(*chain),
                             measureError(region, *outputs, matrix)};
}

std::optional<MatrixFactorization>
ecolm::factorButterfly(const DenseMatrix &dense, Value input,
                       double tolerance) {
  if (dense.numOutputs != dense.numInputs || dense.numInputs > kMaxSize)
    return std::nullopt;
  int64_t size = findGroupSize(dense.numInputs);
  if (size == 1)
    return std::nullopt;
  std::optional<Matrix> matrix;
  double magnitude = 1;
  std::optional<MatrixFactorization> best;
  for (Grouping grouping : {Grouping{true, false}, Grouping{false, true},
                            Grouping{true, true}, Grouping{false, false}}) {
    if (!mayBeButterfly(dense, size, grouping, tolerance))
      continue;
    if (!matrix) {
      matrix = readMatrix(dense);
      magnitude = findMagnitude(*matrix);
      if (magnitude == 0)
        return std::nullopt;
      for (double &value : matrix->values)
        value /= magnitude;
    }
    auto found = factorInOrder(*matrix, input, grouping);
    if (found && (!best || found->error < best->error))
      best = std::move(found);
    if (best && best->error == 0)
      break;
  }
  if (best && !(best->error <= tolerance))
    return std::nullopt;
  if (best && magnitude != 1)
    best->chain.scale.assign(1, static_cast<float>(magnitude));
  return best;
}

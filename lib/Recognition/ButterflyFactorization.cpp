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
#include <tuple>

using namespace mlir;
using namespace ecolm;

/// Inputs and outputs of a matrix that is factored, at most: it is read whole.
static constexpr int64_t kMaxSize = 4096;
/// What a part may lack of rank 1, relative to the matrix that is split.
/// Factors have other sizes than their product, whose error decides in the end.
static constexpr double kPartError = 1.0 / 16;
/// The first limit that is tried: what rounding to f32 leaves.
static constexpr double kLeastPartError = kPartError / (1 << 16);

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

/// A square matrix and what it is applied to.
struct SquareBlock {
  Matrix matrix;
  std::vector<LinearTerm> inputs;
};

/// The outputs of every block of a level.
using Outputs = std::vector<std::vector<LinearTerm>>;

class Factorizer {
public:
  Factorizer(LinearRegion &region, Grouping grouping)
      : region(region), grouping(grouping) {}

  /// Applies `blocks`, of one size. All of them are split alike, because the
  /// factors of a chain hold blocks of one size; what cannot be split stays a
  /// block. Nothing if a sum is too long.
  std::optional<Outputs> apply(ArrayRef<SquareBlock> blocks);

private:
  std::optional<Outputs> applyDense(ArrayRef<SquareBlock> blocks);
  std::optional<Outputs> applyHalf(ArrayRef<SquareBlock> blocks, bool isUnit);
  std::optional<Outputs> applySplit(ArrayRef<SquareBlock> blocks,
                                    std::vector<SquareBlock> &first,
                                    std::vector<SquareBlock> &second);
  Matrix getPart(const Matrix &matrix, int64_t size, int64_t g, int64_t h);
  bool split(const SquareBlock &block, double limit,
             MutableArrayRef<SquareBlock> first,
             MutableArrayRef<SquareBlock> second);

  LinearRegion &region;
  Grouping grouping;
};

} // namespace

/// The divisors of `n` but for 1 and itself, from those nearest to its root
/// outwards: halves of one size leave the least to do.
static SmallVector<int64_t> findGroupSizes(int64_t n) {
  SmallVector<int64_t> sizes;
  for (int64_t i = static_cast<int64_t>(std::sqrt(double(n))); i > 1; --i)
    if (n % i == 0) {
      sizes.push_back(i);
      if (i != n / i)
        sizes.push_back(n / i);
    }
  return sizes;
}

std::optional<Outputs> Factorizer::applyDense(ArrayRef<SquareBlock> blocks) {
  Outputs outputs(blocks.size());
  for (auto [block, sums] : llvm::zip_equal(blocks, outputs))
    for (int64_t i = 0; i < block.matrix.numRows; ++i) {
      SmallVector<LinearTerm> summands;
      for (auto [j, input] : llvm::enumerate(block.inputs))
        summands.push_back(
            {input.variable, static_cast<float>(block.matrix.at(i, j))});
      std::optional<LinearTerm> sum = region.sum(summands);
      if (!sum)
        return std::nullopt;
      sums.push_back(*sum);
    }
  return outputs;
}

static double findLargest(const Matrix &matrix) {
  double largest = 0;
  for (double value : matrix.values)
    largest = std::max(largest, std::fabs(value));
  return largest;
}

/// The part of `matrix` in group `g` of columns and `h` of rows, where groups
/// of columns are of `size`.
Matrix Factorizer::getPart(const Matrix &matrix, int64_t size, int64_t g,
                           int64_t h) {
  int64_t count = matrix.numRows / size;
  Matrix part(count, size);
  for (int64_t i = 0; i < count; ++i)
    for (int64_t j = 0; j < size; ++j)
      part.at(i, j) =
          matrix.at(place(grouping.stridedRows, h, size, count, i),
                    place(grouping.stridedColumns, g, count, size, j));
  return part;
}

/// Splits every part of `block` into a row of `first` and a column of
/// `second`.
bool Factorizer::split(const SquareBlock &block, double limit,
                       MutableArrayRef<SquareBlock> first,
                       MutableArrayRef<SquareBlock> second) {
  int64_t count = first.size(), size = second.size();
  double largest = findLargest(block.matrix);
  for (int64_t g = 0; g < count; ++g) {
    for (int64_t j = 0; j < size; ++j)
      first[g].inputs.push_back(
          block.inputs[place(grouping.stridedColumns, g, count, size, j)]);
    for (int64_t h = 0; h < size; ++h) {
      std::optional<RankOne> split =
          splitRankOne(getPart(block.matrix, size, g, h), limit * largest);
      if (!split)
        return false;
      for (int64_t i = 0; i < count; ++i)
        second[h].matrix.at(i, g) = split->u[i];
      for (int64_t j = 0; j < size; ++j)
        first[g].matrix.at(h, j) = split->v[j];
    }
  }
  return true;
}

static bool areDiagonal(ArrayRef<SquareBlock> blocks) {
  return llvm::all_of(blocks, [](const SquareBlock &block) {
    for (int64_t i = 0; i < block.matrix.numRows; ++i)
      for (int64_t j = 0; j < block.matrix.numColumns; ++j)
        if (i != j && block.matrix.at(i, j) != 0)
          return false;
    return true;
  });
}

/// The outputs of `blocks`; of unit matrices, those are the inputs.
std::optional<Outputs> Factorizer::applyHalf(ArrayRef<SquareBlock> blocks,
                                             bool isUnit) {
  if (!isUnit)
    return apply(blocks);
  Outputs outputs;
  for (const SquareBlock &block : blocks)
    outputs.push_back(block.inputs);
  return outputs;
}

/// Applies both halves of `blocks`, of which `second` has no inputs yet. A half
/// that is diagonal, as in matrices of blocks, is none: the other takes its
/// elements.
std::optional<Outputs>
Factorizer::applySplit(ArrayRef<SquareBlock> blocks,
                       std::vector<SquareBlock> &first,
                       std::vector<SquareBlock> &second) {
  int64_t count = first.size() / blocks.size();
  int64_t size = second.size() / blocks.size();
  bool isSecondUnit = areDiagonal(second);
  bool isFirstUnit = !isSecondUnit && areDiagonal(first);
  for (size_t i = 0; i < first.size(); ++i)
    for (int64_t h = 0; h < size; ++h) {
      Matrix &left = first[i].matrix,
             &right = second[i / count * size + h].matrix;
      for (int64_t j = 0; isSecondUnit && j < size; ++j)
        left.at(h, j) *= right.at(i % count, i % count);
      for (int64_t j = 0; isFirstUnit && j < count; ++j)
        right.at(j, i % count) *= left.at(h, h);
    }
  std::optional<Outputs> between = applyHalf(first, isFirstUnit);
  if (!between)
    return std::nullopt;
  first.clear();
  for (auto [i, sums] : llvm::enumerate(*between))
    for (int64_t h = 0; h < size; ++h)
      second[i / count * size + h].inputs.push_back(sums[h]);
  std::optional<Outputs> above = applyHalf(second, isSecondUnit);
  if (!above)
    return std::nullopt;
  Outputs outputs(blocks.size(), std::vector<LinearTerm>(count * size));
  for (auto [i, sums] : llvm::enumerate(*above))
    for (int64_t j = 0; j < count; ++j)
      outputs[i / size][place(grouping.stridedRows, i % size, size, count, j)] =
          sums[j];
  return outputs;
}

std::optional<Outputs> Factorizer::apply(ArrayRef<SquareBlock> blocks) {
  const Matrix &matrix = blocks[0].matrix;
  SmallVector<int64_t> sizes = findGroupSizes(matrix.numRows);
  double largest = findLargest(matrix);
  // A matrix near the identity is nearly split by every size, and exactly by
  // few: these come first.
  for (double limit = kLeastPartError; limit <= kPartError; limit *= 16)
    for (int64_t size : sizes) {
      if (!splitRankOne(getPart(matrix, size, 0, 0), limit * largest))
        continue;
      int64_t count = matrix.numRows / size;
      std::vector<SquareBlock> first(blocks.size() * count,
                                     {Matrix(size, size), {}});
      std::vector<SquareBlock> second(blocks.size() * size,
                                      {Matrix(count, count), {}});
      bool isSplit = llvm::all_of(llvm::enumerate(blocks), [&](auto block) {
        int64_t i = block.index();
        return split(block.value(), limit,
                     MutableArrayRef(first).slice(i * count, count),
                     MutableArrayRef(second).slice(i * size, size));
      });
      if (isSplit)
        return applySplit(blocks, first, second);
    }
  return applyDense(blocks);
}

//===----------------------------------------------------------------------===//
// Matrices
//===----------------------------------------------------------------------===//

/// False if the first elements of the first part show that its rank is not 1,
/// whatever the size of groups: they and the first of the first output are all
/// that is read of most matrices.
static bool mayBeButterfly(const DenseMatrix &matrix, Grouping grouping,
                           double tolerance) {
  // A few elements stand for the matrix, whose largest one is elsewhere: be
  // generous.
  double largest = 0;
  for (int64_t j = 0; j < std::min<int64_t>(64, matrix.numInputs); ++j)
    largest = std::max(largest, std::fabs(double(matrix.get(0, j))));
  auto hasRankOne = [&](int64_t size, int64_t most) {
    int64_t count = matrix.numInputs / size;
    Matrix corner(std::min(most, count), std::min(most, size));
    for (int64_t i = 0; i < corner.numRows; ++i)
      for (int64_t j = 0; j < corner.numColumns; ++j)
        corner.at(i, j) =
            matrix.get(place(grouping.stridedRows, 0, size, count, i),
                       place(grouping.stridedColumns, 0, count, size, j));
    return splitRankOne(corner, 4 * tolerance * largest).has_value();
  };
  // Elements of a large matrix lie far apart, and every one read brings pages
  // of the file into memory: most matrices show it with four.
  return llvm::any_of(findGroupSizes(matrix.numInputs), [&](int64_t size) {
    return hasRankOne(size, 2) && hasRankOne(size, 4);
  });
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
  SquareBlock whole = {matrix, features.terms};
  auto blocks = Factorizer(region, grouping).apply(whole);
  if (!blocks)
    return std::nullopt;
  const std::vector<LinearTerm> &outputs = blocks->front();
  LinearTensor result;
  result.region = &region;
  result.shape.push_back(matrix.numRows);
  result.isBatch.push_back(false);
  result.terms = outputs;
  llvm::Expected<FactorChain> chain = readFactors(result);
  if (!chain) {
    llvm::consumeError(chain.takeError());
    return std::nullopt;
  }
  return MatrixFactorization{std::move(*chain),
                             measureError(region, outputs, matrix)};
}

std::optional<MatrixFactorization>
ecolm::factorButterfly(const DenseMatrix &dense, Value input, double tolerance,
                       double limit) {
  if (dense.numOutputs != dense.numInputs || dense.numInputs > kMaxSize)
    return std::nullopt;
  std::optional<Matrix> matrix;
  double magnitude = 1;
  std::optional<MatrixFactorization> best;
  for (Grouping grouping : {Grouping{true, false}, Grouping{false, true},
                            Grouping{true, true}, Grouping{false, false}}) {
    if (!mayBeButterfly(dense, grouping, limit))
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
    // What is near enough, then what is cheapest, then what is nearest.
    auto rank = [&](const MatrixFactorization &f) {
      return std::tuple(!(f.error <= tolerance), f.chain.countValues(),
                        f.error);
    };
    if (found && found->error <= limit && (!best || rank(*found) < rank(*best)))
      best = std::move(found);
  }
  if (best && magnitude != 1)
    best->chain.scale.assign(1, static_cast<float>(magnitude));
  return best;
}

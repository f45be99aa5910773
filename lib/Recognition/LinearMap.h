//===- LinearMap.h - Tensors as sums of features --------------- -*- C++
//-*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// What is known of a tensor that is linear in the features of another one.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RECOGNITION_LINEARMAP_H
#define ECOLM_LIB_RECOGNITION_LINEARMAP_H

#include "mlir/IR/Value.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>
#include <vector>

namespace ecolm {

/// Features that a region starts with, at most.
inline constexpr int64_t kMaxFeatures = 16384;
/// Terms of one sum, at most: the block of a factor, not a dense matrix.
inline constexpr int64_t kMaxTerms = 256;

/// `weight` times a variable.
struct LinearTerm {
  int32_t variable;
  float weight;
};

/// Everything that is computed from the features of one tensor, the root, by
/// additions and constant weights.
///
/// The features, which are the elements along the root's last axis or axes, are
/// the variables 0 to n - 1, of level 0. A sum is a new variable, one level
/// above its terms, which are all of one level: so the levels of a butterfly
/// are its stages, however its author moved the elements between them.
///
///     level 0    x0    x1    x2    x3        features
///                 | \ / |     | \ / |
///     level 1    x4    x5    x6    x7        x4 = t00 x0 + t01 x1, ...
class LinearRegion {
public:
  /// `numAxes`: how many of the last axes of `root`, of static sizes, hold
  /// features.
  LinearRegion(mlir::Value root, int64_t numAxes);

  mlir::Value getRoot() const { return root; }
  int64_t getNumAxes() const { return numAxes; }
  int64_t getNumFeatures() const { return numFeatures; }
  /// The terms of all sums.
  int64_t getNumTerms() const { return terms.size(); }
  int32_t getLevel(int32_t variable) const { return levels[variable]; }
  /// The terms of a sum, in the order in which they are added.
  llvm::ArrayRef<LinearTerm> getTerms(int32_t variable) const {
    return llvm::ArrayRef(terms).slice(starts[variable],
                                       starts[variable + 1] - starts[variable]);
  }

  /// The sum of `summands`, or nothing if they are not of one level or name a
  /// variable twice: adding up weights would change the rounding.
  std::optional<LinearTerm> sum(llvm::ArrayRef<LinearTerm> summands);

  /// `term` times `factor`. A product of two weights that may be rounded is a
  /// variable of its own, so that every product stays as the graph rounds it.
  std::optional<LinearTerm> scale(LinearTerm term, float factor);

  /// `lhs + rhs`; a sum whose terms are of the other's level is extended.
  std::optional<LinearTerm> add(LinearTerm lhs, LinearTerm rhs);

private:
  std::optional<LinearTerm> create(llvm::ArrayRef<LinearTerm> summands);

  mlir::Value root;
  int64_t numAxes, numFeatures = 1;
  std::vector<int32_t> levels;
  std::vector<uint32_t> starts;
  std::vector<LinearTerm> terms;
  llvm::DenseMap<std::pair<int32_t, uint32_t>, int32_t> scaled;
};

/// A tensor whose every element is a term of a region.
///
/// Axes are either of the batch, and then what is said holds at each index, or
/// of features. `shape` has the tensor's rank, with 1 for axes of the batch;
/// `terms` are in row-major order of it. Axes of the batch stay in the order
/// that they have in the root.
struct LinearTensor {
  LinearRegion *region = nullptr;
  llvm::SmallVector<int64_t> shape;
  llvm::SmallVector<bool> isBatch;
  std::vector<LinearTerm> terms;

  int64_t getRank() const { return shape.size(); }
  /// The level of all terms, or nothing if they differ.
  std::optional<int32_t> getLevel() const;
};

/// The root of `region` itself.
LinearTensor createRoot(LinearRegion &region);

/// True if multiplying by `weight` rounds nothing: a power of two, or 0.
bool isExactWeight(float weight);

/// The offsets `base + i . strides` for all indices i of `shape`, row-major.
std::vector<int64_t> enumerateOffsets(llvm::ArrayRef<int64_t> shape,
                                      llvm::ArrayRef<int64_t> strides,
                                      int64_t base = 0);

/// Row-major strides of `shape`; 0 along axes of size 1, which repeat.
llvm::SmallVector<int64_t> getStrides(llvm::ArrayRef<int64_t> shape);

} // namespace ecolm

#endif // ECOLM_LIB_RECOGNITION_LINEARMAP_H

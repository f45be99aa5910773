//===- ButterflyFactorization.h - A matrix as a butterfly ----- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Factors a dense matrix hierarchically.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RECOGNITION_BUTTERFLYFACTORIZATION_H
#define ECOLM_LIB_RECOGNITION_BUTTERFLYFACTORIZATION_H

#include "FactorChain.h"
#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"

namespace ecolm {

/// The weights of `y = W x`, read where they lie.
struct DenseMatrix {
  onnx::ElementsReader elements;
  int64_t numOutputs, numInputs;
  /// The elements are those of the transpose.
  bool isTransposed;

  double get(int64_t row, int64_t column) const {
    return elements.getDouble(isTransposed ? column * numOutputs + row
                                           : row * numInputs + column);
  }
};

/// A chain whose product is a matrix, but for an error.
struct MatrixFactorization {
  FactorChain chain;
  /// The largest difference of an element, relative to the largest element.
  double error = 0;
};

/// The permutation, with a scale for every output, that `matrix` is.
std::optional<FactorChain> factorPermutation(const DenseMatrix &matrix);

/// The butterfly that the square matrix `matrix`, applied to `input`, is
/// within `tolerance` of, with inputs and outputs in any combination of natural
/// and digit-reversed order.
///
/// Columns fall into G groups of c, rows into c groups of G. In a product of
/// two factors, blocks of c x c and then blocks of G x G, the part of the
/// matrix in one group of columns and one of rows is of rank 1:
///
///     columns        group g of c
///     rows      +-----------------+
///     group h   |     u v^T       |    v: row h of block g of the first factor
///     of G      +-----------------+    u: column g of block h of the second
///
/// Both are then factored in the same way. A matrix of another kind fails at
/// the first such part. Source: arXiv 2110.01230 (hierarchical identification).
std::optional<MatrixFactorization>
factorButterfly(const DenseMatrix &matrix, mlir::Value input, double tolerance);

} // namespace ecolm

#endif // ECOLM_LIB_RECOGNITION_BUTTERFLYFACTORIZATION_H

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

#include "DenseMatrix.h"

namespace ecolm {

/// A chain whose product is a matrix, but for an error.
struct MatrixFactorization {
  FactorChain chain;
  /// The largest difference of an element, relative to the largest element.
  double error = 0;
};

/// The butterfly that the square matrix `matrix`, applied to `input`, is
/// within `limit` of, with inputs and outputs in any combination of natural
/// and digit-reversed order; the cheapest of those within `tolerance`, if any.
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
/// Both are then factored in the same way, with G and c that fit, until no
/// block falls into others: so are Kronecker products, whatever their parts. A
/// matrix of another kind fails at the first such part. Source: arXiv
/// 2110.01230 (hierarchical identification).
std::optional<MatrixFactorization> factorButterfly(const DenseMatrix &matrix,
                                                   mlir::Value input,
                                                   double tolerance,
                                                   double limit);

} // namespace ecolm

#endif // ECOLM_LIB_RECOGNITION_BUTTERFLYFACTORIZATION_H

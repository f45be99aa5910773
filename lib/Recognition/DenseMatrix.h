//===- DenseMatrix.h - Products with constant matrices -------- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// The matrix of a product of floats, and what stands in its place.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RECOGNITION_DENSEMATRIX_H
#define ECOLM_LIB_RECOGNITION_DENSEMATRIX_H

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

/// The constant f32 matrix of `node`, a MatMul or a Gemm with one.
std::optional<DenseMatrix> getDenseMatrix(onnx::NodeOp node);

/// Writes `chain` in the place of `node`, with the bias of a Gemm.
void replaceProduct(onnx::NodeOp node, const FactorChain &chain,
                    GraphRewriter &rewriter);

} // namespace ecolm

#endif // ECOLM_LIB_RECOGNITION_DENSEMATRIX_H

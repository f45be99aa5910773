//===- QuantizedMatrix.h - Matrices behind DequantizeLinear -----*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Finds the codes, scales and zero points of a constant matrix that a graph
// writes as DequantizeLinear, so that a product can read the codes.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_CONVERSION_ONNXNODES_QUANTIZEDMATRIX_H
#define ECOLM_CONVERSION_ONNXNODES_QUANTIZEDMATRIX_H

#include "ecolm/Conversion/ONNXNodes/GraphRewriter.h"

namespace ecolm {

/// The matrix [N, K] of `(codes[n, k] - zero[n, g]) * scale[n, g]` with
/// `g = k / group`.
struct QuantizedMatrix {
  /// Name of the codes in the file.
  llvm::StringRef name;
  /// The codes as a weight [N, K]: i2, i4 or i8, or ternary where they are.
  mlir::Value codes;
  /// K for one scale for each output.
  int64_t group = 0;
  /// [N, G] in row-major order.
  std::vector<float> scales;
  /// The same for the zero points, relative to `codes`; empty if all are 0.
  std::vector<float> zeros;
};

/// The matrix [N, K] whose transpose [K, N] `value` is, or which `value` itself
/// is if `outputsFirst`; nothing unless it is DequantizeLinear of constants
/// with scales along the outputs, or in blocks along the inputs.
std::optional<QuantizedMatrix> findQuantizedMatrix(mlir::Value value,
                                                   bool outputsFirst,
                                                   GraphRewriter &rewriter);

/// The product that `node` computes: `input @ matrix^T`.
mlir::Value multiplyQuantized(onnx::NodeOp node, mlir::Value input,
                              const QuantizedMatrix &matrix,
                              GraphRewriter &rewriter);

/// The rows of `matrix` at `ids`, which are in range: the result of `node`.
mlir::Value gatherQuantized(onnx::NodeOp node, mlir::Value ids,
                            const QuantizedMatrix &matrix,
                            GraphRewriter &rewriter);

} // namespace ecolm

#endif // ECOLM_CONVERSION_ONNXNODES_QUANTIZEDMATRIX_H

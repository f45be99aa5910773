//===- MatrixQuantizer.h - Quantizes matrices of floats ---------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Computes codes, scales and offsets of a matrix as a recipe says, and how far
// they are from its floats.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_SUPPORT_MATRIXQUANTIZER_H
#define ECOLM_SUPPORT_MATRIXQUANTIZER_H

#include "ecolm/Support/CalibrationInputs.h"
#include "ecolm/Support/QuantizationRecipe.h"
#include <vector>

namespace ecolm {

/// A matrix [N, K] in codes: the weight is
/// `scale[n, g] * (sum over terms of value(code)) + offset[n, g]`, g = k /
/// group.
struct QuantizedValues {
  /// One list [N, K] for each term, codes as in WeightFormat.h.
  std::vector<std::vector<int8_t>> codes;
  /// Elements of a row that share a scale; at most K.
  int64_t group = 0;
  /// One for everything, or [N, G].
  std::vector<float> scales;
  /// [N, G], or empty where there are none.
  std::vector<float> offsets;
};

/// Whether the scales stand beside the codes, for each group of a row, and not
/// behind the sum of the row.
inline bool hasGroupScales(const QuantizedValues &quantized, int64_t columns) {
  return quantized.group != columns || !quantized.offsets.empty();
}

/// `value` rounded to bf16, half to even.
float roundToBFloat16(float value);

/// Quantizes `values`, a matrix of `columns` columns, none of them empty. With
/// `inputs`, which have as many columns, a search weighs the error of a weight
/// by the mean square of its input, and a scale without offset then becomes the
/// one of the least squared error of the sums over the inputs (the two steps of
/// PoTPTQ, arXiv 2507.11959).
QuantizedValues quantizeMatrix(llvm::ArrayRef<float> values, int64_t columns,
                               const QuantizationRecipe &recipe,
                               const InputRows *inputs = nullptr);

/// The floats that `quantized` stands for.
std::vector<float> dequantizeMatrix(const QuantizedValues &quantized,
                                    int64_t columns,
                                    const QuantizationRecipe &recipe);

/// Multiplies every row by the transpose of I (x) H / n, where H is the
/// Hadamard matrix (entries 1 and -1) of n, the largest power of two that
/// divides the row's length; H x before the product then undoes it.
void rotateRows(llvm::MutableArrayRef<float> values, int64_t columns);

} // namespace ecolm

#endif // ECOLM_SUPPORT_MATRIXQUANTIZER_H

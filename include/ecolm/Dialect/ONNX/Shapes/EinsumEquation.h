//===- EinsumEquation.h - Which dimensions Einsum joins -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Reads the equation of Einsum.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ONNX_SHAPES_EINSUMEQUATION_H
#define ECOLM_DIALECT_ONNX_SHAPES_EINSUMEQUATION_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <optional>

namespace ecolm::onnx {

/// An equation with one label for every dimension. Labels are letters;
/// dimensions that an ellipsis stands for have the labels 0, 1, ..., counted
/// from the last one.
struct EinsumEquation {
  llvm::SmallVector<llvm::SmallVector<char>> inputs;
  llvm::SmallVector<char> output;

  /// The labels that occur in inputs only, in order of their letters.
  llvm::SmallVector<char> getSummed() const;
};

/// The equation over inputs of these ranks, or nothing if the two do not fit.
std::optional<EinsumEquation> parseEinsum(llvm::StringRef equation,
                                          llvm::ArrayRef<int64_t> ranks);

/// True if `label` stands for a dimension of an ellipsis, which broadcasts.
inline bool isEllipsisLabel(char label) { return label >= '0' && label <= '9'; }

} // namespace ecolm::onnx

#endif // ECOLM_DIALECT_ONNX_SHAPES_EINSUMEQUATION_H

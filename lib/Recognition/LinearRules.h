//===- LinearRules.h - Linear operators of ONNX --------------- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// What the operators that are linear in a tensor do to its terms.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RECOGNITION_LINEARRULES_H
#define ECOLM_LIB_RECOGNITION_LINEARRULES_H

#include "LinearMap.h"
#include "ecolm/Conversion/ONNXNodes/GraphRewriter.h"
#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"

namespace ecolm {

/// Elements of one tensor, at most, with axes of the batch counted as 1.
inline constexpr int64_t kMaxElements = 4 * kMaxFeatures;

/// One node and the result that is asked for. `inputs` has an entry for every
/// input of the node; null for what is no tensor of the region.
struct LinearNode {
  onnx::NodeOp node;
  unsigned result;
  llvm::ArrayRef<const LinearTensor *> inputs;
  /// Knows which sizes agree in every run.
  const GraphRewriter &sizes;

  mlir::RankedTensorType getType() {
    return llvm::cast<mlir::RankedTensorType>(node.getResult(result).getType());
  }
};

/// The terms of a result, or nothing if it is not linear in the region, or
/// mixes its batch with its features.
using LinearRule = std::optional<LinearTensor> (*)(LinearNode);

/// The rule of a standard operator that moves elements, or null.
LinearRule findViewRule(llvm::StringRef opType);

/// The rule of a standard operator that adds or scales elements, or null.
LinearRule findArithmeticRule(llvm::StringRef opType);

/// The elements of `tensor` at `offsets`, as a tensor of `shape`.
LinearTensor pickTerms(const LinearTensor &tensor,
                       llvm::ArrayRef<int64_t> offsets,
                       llvm::ArrayRef<int64_t> shape,
                       llvm::ArrayRef<bool> isBatch);

/// `tensor` with the dimensions of `type`, in the same order of elements.
std::optional<LinearTensor> reshapeTerms(const LinearTensor &tensor,
                                         mlir::RankedTensorType type);

/// The product of `shape`, or nothing if it is above `kMaxElements`.
std::optional<int64_t> countTerms(llvm::ArrayRef<int64_t> shape);

} // namespace ecolm

#endif // ECOLM_LIB_RECOGNITION_LINEARRULES_H

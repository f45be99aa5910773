//===- InferShapes.h - Types for every value -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares shape inference as a function, for those who are no pass.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ONNX_TRANSFORMS_INFERSHAPES_H
#define ECOLM_DIALECT_ONNX_TRANSFORMS_INFERSHAPES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace ecolm::onnx {

/// Attribute of the main function: the most tokens that its ids hold.
inline constexpr llvm::StringLiteral kLongestAttrName = "onnx.longest";

/// Attribute on nodes: conditions that nothing shows to hold in every run.
inline constexpr llvm::StringLiteral kAssumesAttrName = "onnx.assumes";

/// How many results of a function got a type, and how many did not.
struct InferredTypes {
  unsigned typed = 0;
  unsigned untyped = 0;
};

} // namespace ecolm::onnx

#endif // ECOLM_DIALECT_ONNX_TRANSFORMS_INFERSHAPES_H

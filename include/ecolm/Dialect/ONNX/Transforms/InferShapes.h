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

/// Attribute on nodes: conditions that nothing shows to hold in every run.
inline constexpr llvm::StringLiteral kAssumesAttrName = "onnx.assumes";

/// How many results `inferShapes` gave a type, and how many it could not.
struct InferredTypes {
  unsigned typed = 0;
  unsigned untyped = 0;
};

/// Types the results of every node of `main`, and `main` itself. Goes through
/// the whole graph before it fails, so that all contradictions are reported.
/// `foldSizes`: integers of which every one is known become initializers.
mlir::FailureOr<InferredTypes> inferShapes(mlir::func::FuncOp main,
                                           bool foldSizes = false);

} // namespace ecolm::onnx

#endif // ECOLM_DIALECT_ONNX_TRANSFORMS_INFERSHAPES_H

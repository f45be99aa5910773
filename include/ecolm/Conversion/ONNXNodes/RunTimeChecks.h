//===- RunTimeChecks.h - What only the program can check --------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Builds checks of sizes that the compiler does not know: one that fails ends
// the call with a message that names the node.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_CONVERSION_ONNXNODES_RUNTIMECHECKS_H
#define ECOLM_CONVERSION_ONNXNODES_RUNTIMECHECKS_H

#include "ecolm/Conversion/ONNXNodes/GraphRewriter.h"

namespace ecolm {

/// Stops the program with `message` unless `condition` holds.
void createAssert(mlir::OpBuilder &builder, mlir::Location loc,
                  mlir::Value condition, const llvm::Twine &message);

/// Stops the program with `message` unless `lhs` and `rhs` are equal, if that
/// is not certain.
void createSizeCheck(GraphRewriter &rewriter, mlir::Location loc,
                     mlir::OpFoldResult lhs, mlir::OpFoldResult rhs,
                     const llvm::Twine &message);

/// Stops the program with `message` unless dimension `lhsDim` of `lhs` is
/// dimension `rhsDim` of `rhs`.
void createSizeCheck(GraphRewriter &rewriter, mlir::Location loc,
                     mlir::Value lhs, int64_t lhsDim, mlir::Value rhs,
                     int64_t rhsDim, const llvm::Twine &message);

} // namespace ecolm

#endif // ECOLM_CONVERSION_ONNXNODES_RUNTIMECHECKS_H

//===- ShapeChecks.h - Questions that verifiers ask about shapes -*- C++
//-*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the checks that several verifiers of the dialect share. A dynamic
// dimension agrees with every other.
//
//===----------------------------------------------------------------------===//

#ifndef LIB_DIALECT_ECOLM_IR_SHAPECHECKS_H
#define LIB_DIALECT_ECOLM_IR_SHAPECHECKS_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Operation.h"

namespace ecolm {

/// True where both sizes are equal or one of them is dynamic.
bool sizesAgree(int64_t lhs, int64_t rhs);

/// Fails with "expected <what> of shape [..], but found [..]" unless `type` has
/// the rank of `shape` and agrees with it in every dimension.
mlir::LogicalResult verifyShape(mlir::Operation *op, llvm::StringRef what,
                                mlir::ShapedType type,
                                llvm::ArrayRef<int64_t> shape);

/// Fails unless `result` has the leading dimensions of `input` and `last` as
/// its last one.
mlir::LogicalResult verifyLastSize(mlir::Operation *op, mlir::ShapedType input,
                                   mlir::ShapedType result, int64_t last);

/// Fails with "expected <what> of at least rank 1" for a scalar tensor.
mlir::LogicalResult verifyHasRows(mlir::Operation *op, llvm::StringRef what,
                                  mlir::ShapedType type);

/// The shape as diagnostics show it: "[1, ?, 256]".
std::string printShape(llvm::ArrayRef<int64_t> shape);

/// Fails unless `scales`, and `offsets` if there are any, have one element for
/// each `group` elements of a row of `weights`, the last group maybe shorter.
llvm::LogicalResult verifyGroups(mlir::Operation *op, mlir::ShapedType weights,
                                 int64_t group, mlir::Value scales,
                                 mlir::Value offsets);

} // namespace ecolm

#endif // LIB_DIALECT_ECOLM_IR_SHAPECHECKS_H

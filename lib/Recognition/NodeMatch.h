//===- NodeMatch.h - Looks at what computes a value ----------- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the questions that recognizers ask about values.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RECOGNITION_NODEMATCH_H
#define ECOLM_LIB_RECOGNITION_NODEMATCH_H

#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"
#include <optional>
#include <utility>

namespace ecolm {

/// `value` without the Identity nodes and the casts to its own type before it.
mlir::Value skipIdentities(mlir::Value value);

/// As `skipIdentities`, also without casts between float types.
mlir::Value skipFloatCasts(mlir::Value value);

/// The standard node `op` that computes `value`, identities skipped, or null.
onnx::NodeOp matchNode(mlir::Value value, llvm::StringRef op);

/// The one number that a constant holds.
std::optional<double> matchNumber(mlir::Value value);

/// True if `value` is a constant near `number`, relative to its size.
bool isNumber(mlir::Value value, double number);

/// The operands of `op(a, b)` such that `second` holds for b; either order if
/// `op` commutes.
std::optional<std::pair<mlir::Value, mlir::Value>>
matchBinary(mlir::Value value, llvm::StringRef op,
            llvm::function_ref<bool(mlir::Value)> second);

/// x of `x * x` or `Pow(x, 2)`, or null.
mlir::Value matchSquare(mlir::Value value);

/// True if both are one value, equal constants, or the same operator of such.
bool isSameValue(mlir::Value lhs, mlir::Value rhs);

/// x of `op(x)`, a reduction over the last axis, which stays, or null.
mlir::Value matchReductionOverLast(mlir::Value value, llvm::StringRef op);

/// The ranked type of `value`, or null.
mlir::RankedTensorType getRankedType(mlir::Value value);

} // namespace ecolm

#endif // ECOLM_LIB_RECOGNITION_NODEMATCH_H

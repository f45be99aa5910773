//===- ActivationReader.h - Reads activations in kernels --------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Loads elements of activations as the numbers with which kernels compute.
//
//===----------------------------------------------------------------------===//

#ifndef LIB_CONVERSION_ECOLMTOGPU_ACTIVATIONREADER_H
#define LIB_CONVERSION_ECOLMTOGPU_ACTIVATIONREADER_H

#include "GPUKernelBuilder.h"
#include "mlir/IR/BuiltinTypes.h"
#include <optional>
#include <string>

namespace ecolm {

/// Why kernels do not read `type`, a tensor [.., K], or nothing when they do.
std::optional<std::string> getActivationObstacle(mlir::Type type);

/// The type of sums over activations of `type`: f32 or i32.
mlir::Type getSumType(mlir::RankedTensorType type);

/// `f32`, `i8` or `pot`, as part of a kernel's name.
std::string getActivationName(mlir::RankedTensorType type);

/// Loads element `column` of row `row` of `rows`, a buffer of `type`, in the
/// sum's type: integers are extended, powers of two are counted in `2^min`.
mlir::Value loadActivation(GPUKernelBuilder &b, mlir::RankedTensorType type,
                           mlir::Value rows, mlir::Value row,
                           mlir::Value column);

} // namespace ecolm

#endif // LIB_CONVERSION_ECOLMTOGPU_ACTIVATIONREADER_H

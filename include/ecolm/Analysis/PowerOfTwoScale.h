//===- PowerOfTwoScale.h - Multiplications that are shifts ------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Recognizes operations that multiply an f32 tensor by powers of two.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_ANALYSIS_POWEROFTWOSCALE_H
#define ECOLM_ANALYSIS_POWEROFTWOSCALE_H

#include "mlir/IR/Operation.h"
#include "mlir/IR/SymbolTable.h"
#include <optional>

namespace ecolm {

/// `input * (negative ? -1 : 1) * 2^exponents`, with one exponent, or one for
/// every element of the last dimension.
struct PowerOfTwoScale {
  mlir::Value input;
  llvm::SmallVector<int32_t> exponents;
  bool negative = false;
};

/// The scale that `op` is, if its constant holds nothing but powers of two of
/// one sign: `arith.mulf` or `arith.divf` of a tensor by a constant, a splat or
/// a declared weight, or the same within an elementwise `linalg.generic`.
std::optional<PowerOfTwoScale>
findPowerOfTwoScale(mlir::Operation *op, mlir::SymbolTableCollection &symbols);

} // namespace ecolm

#endif // ECOLM_ANALYSIS_POWEROFTWOSCALE_H

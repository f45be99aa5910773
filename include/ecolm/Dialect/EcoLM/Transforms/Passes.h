//===- Passes.h - Passes over the ecolm dialect -----------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the passes that optimize and check tensors of low-bit numbers.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ECOLM_TRANSFORMS_PASSES_H
#define ECOLM_DIALECT_ECOLM_TRANSFORMS_PASSES_H

#include "ecolm/Analysis/QuantizedPath.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMAttributes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Pass/Pass.h"

namespace ecolm {

/// What to use instead of a multiplier; see `ecolm-lower-mul-to-shift`.
enum class MulMode { Auto, Shift, Exponent, Native };

/// What caches of keys and values hold; see `ecolm-derive-incremental`.
enum class CacheType { F32, F16, I8 };

/// Marks an `ecolm.get_weight` of a factor of a butterfly whose weight of an
/// output's own place is 1 everywhere, or 0 or 1 if it is ternary.
inline constexpr llvm::StringLiteral kUnitDiagonalAttr = "ecolm.unit_diagonal";

/// Attribute of a module whose products have chosen their arithmetic; it names
/// the mode.
inline constexpr llvm::StringLiteral kArithmeticAttr = "ecolm.arithmetic";

/// What the last cache of a target holds that nothing is known about.
inline constexpr int64_t kDefaultCacheBytes = int64_t(32) << 20;

/// The phases of the compiler that leave IR behind.
enum class CheckedPhase { Import, Recognize, Optimize, Lower };

#define GEN_PASS_DECL
#include "ecolm/Dialect/EcoLM/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "ecolm/Dialect/EcoLM/Transforms/Passes.h.inc"

} // namespace ecolm

#endif // ECOLM_DIALECT_ECOLM_TRANSFORMS_PASSES_H

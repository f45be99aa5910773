//===- Passes.h - Preparing CPU programs ------------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the passes that prepare a module for a CPU program.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_TARGET_CPU_PASSES_H
#define ECOLM_TARGET_CPU_PASSES_H

#include "ecolm/Target/CPU/ByteProducts.h"
#include "ecolm/Target/CPU/Lookups.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace ecolm {

/// The global that ecolm-return-failed-checks leaves the bytes of a buffer in,
/// f64, for which there was no memory.
inline constexpr llvm::StringLiteral kMissingBytes = "ecolm_missing_bytes";

/// Attribute of a module: weights that the section holds for an earlier variant
/// of the model, which ecolm-place-weights takes away.
inline constexpr llvm::StringLiteral kPlacedWeights = "ecolm.placed_weights";

/// Lets the weights of `next` share the bytes that `placed` has places for.
void keepPlaces(mlir::ModuleOp placed, mlir::ModuleOp next);

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "ecolm/Target/CPU/Passes.h.inc"

} // namespace ecolm

#endif // ECOLM_TARGET_CPU_PASSES_H

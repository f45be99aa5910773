//===- EcoLMToVector.h - ecolm to vector ------------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the lowering of the ecolm dialect to loops over vectors.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_CONVERSION_ECOLMTOVECTOR_ECOLMTOVECTOR_H
#define ECOLM_CONVERSION_ECOLMTOVECTOR_ECOLMTOVECTOR_H

#include "mlir/Pass/Pass.h"

namespace ecolm {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "ecolm/Conversion/EcoLMToVector/Passes.h.inc"

/// Name of the global that stands for the weight section.
inline constexpr llvm::StringLiteral kWeightSection = "ecolm_weights";

/// Outputs that a kernel computes side by side.
inline constexpr int64_t kLanes = 16;

} // namespace ecolm

#endif // ECOLM_CONVERSION_ECOLMTOVECTOR_ECOLMTOVECTOR_H

//===- Passes.h - Moves linear layers to the GPU ----------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the conversion from ecolm to the gpu dialect.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_CONVERSION_ECOLMTOGPU_PASSES_H
#define ECOLM_CONVERSION_ECOLMTOGPU_PASSES_H

#include "mlir/Pass/Pass.h"

namespace ecolm {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "ecolm/Conversion/EcoLMToGPU/Passes.h.inc"

} // namespace ecolm

#endif // ECOLM_CONVERSION_ECOLMTOGPU_PASSES_H

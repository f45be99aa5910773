//===- Passes.h - Interfaces of kernels -------------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the passes that fit kernels to what a driver launches.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_CONVERSION_GPUKERNELINTERFACE_PASSES_H
#define ECOLM_CONVERSION_GPUKERNELINTERFACE_PASSES_H

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Pass/Pass.h"

namespace ecolm {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "ecolm/Conversion/GPUKernelInterface/Passes.h.inc"

} // namespace ecolm

#endif // ECOLM_CONVERSION_GPUKERNELINTERFACE_PASSES_H

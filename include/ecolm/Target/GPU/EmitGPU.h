//===- EmitGPU.h - Device code of a module ----------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares how device code leaves the compiler: PTX text and SPIR-V words.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_TARGET_GPU_EMITGPU_H
#define ECOLM_TARGET_GPU_EMITGPU_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectRegistry.h"
#include "llvm/ADT/SmallVector.h"
#include <string>

namespace ecolm {

/// Registers what `gpu-module-to-binary` needs to write PTX.
void registerGPUTargets(mlir::DialectRegistry &registry);

/// The PTX of the one `gpu.binary` of `module`, which is what
/// `ecolm-gpu-to-nvvm-pipeline` leaves. Fails with a diagnostic.
mlir::FailureOr<std::string> emitPTX(mlir::ModuleOp module);

/// The words of the one `spirv.module` of `module`, which is what
/// `ecolm-gpu-to-spirv-pipeline` leaves. Fails with a diagnostic.
mlir::FailureOr<llvm::SmallVector<uint32_t>> emitSPIRV(mlir::ModuleOp module);

} // namespace ecolm

#endif // ECOLM_TARGET_GPU_EMITGPU_H

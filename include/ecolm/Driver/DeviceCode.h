//===- DeviceCode.h - Kernels of a model as files ---------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares how the kernels of an optimized module are written.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DRIVER_DEVICECODE_H
#define ECOLM_DRIVER_DEVICECODE_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/raw_ostream.h"

namespace ecolm {

/// Lowers every function of `module` to kernels and writes them as PTX text.
llvm::LogicalResult writePTX(mlir::ModuleOp module, llvm::raw_ostream &output);

/// Lowers every function of `module` to kernels and writes them as SPIR-V.
llvm::LogicalResult writeSPIRV(mlir::ModuleOp module,
                               llvm::raw_ostream &output);

} // namespace ecolm

#endif // ECOLM_DRIVER_DEVICECODE_H

//===- KernelLibrary.h - Kernels of a module --------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Keeps the kernels of a module, one for every different shape and layout.
//
//===----------------------------------------------------------------------===//

#ifndef LIB_CONVERSION_ECOLMTOGPU_KERNELLIBRARY_H
#define LIB_CONVERSION_ECOLMTOGPU_KERNELLIBRARY_H

#include "GPUKernelBuilder.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/IR/BuiltinOps.h"

namespace ecolm {

/// What a kernel is, apart from its body.
struct KernelInterface {
  /// Says everything on which the body depends: equal names, equal kernels.
  std::string name;
  llvm::SmallVector<mlir::Type> operands;
  /// Buffers in workgroup memory, shared by the threads of one workgroup.
  llvm::SmallVector<mlir::Type> workgroupBuffers;
  int64_t threads = 0;
};

/// The `gpu.module` of a module and the kernels in it.
class KernelLibrary {
public:
  explicit KernelLibrary(mlir::ModuleOp module) : module(module) {}

  /// Gives the kernel of `interface`; the first time `build` makes its body.
  mlir::gpu::GPUFuncOp getOrBuild(
      mlir::Location loc, const KernelInterface &interface,
      llvm::function_ref<void(GPUKernelBuilder &b, mlir::gpu::GPUFuncOp kernel)>
          build);

private:
  mlir::gpu::GPUModuleOp getKernelModule(mlir::Location loc);

  mlir::ModuleOp module;
};

} // namespace ecolm

#endif // LIB_CONVERSION_ECOLMTOGPU_KERNELLIBRARY_H

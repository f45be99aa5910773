//===- KernelLibrary.cpp - Kernels of a module ----------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Builds a kernel the first time that it is asked for.
//
//===----------------------------------------------------------------------===//

#include "KernelLibrary.h"

using namespace mlir;
using namespace ecolm;

static constexpr llvm::StringLiteral kernelModuleName = "ecolm_kernels";

gpu::GPUModuleOp KernelLibrary::getKernelModule(Location loc) {
  if (auto existing = module.lookupSymbol<gpu::GPUModuleOp>(kernelModuleName))
    return existing;
  OpBuilder builder = OpBuilder::atBlockBegin(module.getBody());
  module->setAttr(gpu::GPUDialect::getContainerModuleAttrName(),
                  builder.getUnitAttr());
  return gpu::GPUModuleOp::create(builder, loc, kernelModuleName);
}

gpu::GPUFuncOp KernelLibrary::getOrBuild(
    Location loc, const KernelInterface &interface,
    llvm::function_ref<void(GPUKernelBuilder &, gpu::GPUFuncOp)> build) {
  gpu::GPUModuleOp kernels = getKernelModule(loc);
  if (auto existing = kernels.lookupSymbol<gpu::GPUFuncOp>(interface.name))
    return existing;

  GPUKernelBuilder b(loc, loc.getContext());
  b.setInsertionPointToEnd(kernels.getBody());
  auto kernel = gpu::GPUFuncOp::create(
      b, interface.name, b.getFunctionType(interface.operands, {}),
      interface.workgroupBuffers);
  kernel->setAttr(gpu::GPUDialect::getKernelFuncAttrName(), b.getUnitAttr());
  kernel.setKnownBlockSizeAttr(
      b.getDenseI32ArrayAttr({int32_t(interface.threads), 1, 1}));
  b.setInsertionPointToStart(&kernel.getBody().front());
  build(b, kernel);
  b.setInsertionPointToEnd(&kernel.getBody().front());
  gpu::ReturnOp::create(b);
  return kernel;
}

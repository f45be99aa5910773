//===- EmitPTX.cpp - PTX text of a module ---------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Takes the PTX out of the binary that the NVVM pipeline leaves.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Target/GPU/EmitGPU.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Target/LLVM/NVVM/Target.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"

using namespace mlir;

void ecolm::registerGPUTargets(DialectRegistry &registry) {
  registerAllGPUToLLVMIRTranslations(registry);
  NVVM::registerNVVMTargetInterfaceExternalModels(registry);
}

FailureOr<std::string> ecolm::emitPTX(ModuleOp module) {
  auto binaries = llvm::to_vector(module.getOps<gpu::BinaryOp>());
  if (binaries.empty())
    return module.emitError()
           << "no layer of the model has a kernel for a gpu, so there is no "
              "PTX; kernels are made of butterflies and of low-bit matmuls";
  for (Attribute attribute : binaries.front().getObjects()) {
    auto object = cast<gpu::ObjectAttr>(attribute);
    if (object.getFormat() != gpu::CompilationTarget::Assembly)
      continue;
    // The attribute keeps the terminator of the text, which is no part of it.
    return object.getObject().getValue().rtrim('\0').str();
  }
  return binaries.front().emitError() << "the gpu binary holds no assembly";
}

//===- EmitSPIRV.cpp - SPIR-V words of a module ---------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Serializes the module that the SPIR-V pipeline leaves.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Target/GPU/EmitGPU.h"
#include "mlir/Dialect/SPIRV/IR/SPIRVOps.h"
#include "mlir/Target/SPIRV/Serialization.h"

using namespace mlir;

FailureOr<llvm::SmallVector<uint32_t>> ecolm::emitSPIRV(ModuleOp module) {
  auto shaders = llvm::to_vector(module.getOps<spirv::ModuleOp>());
  if (shaders.empty())
    return module.emitError()
           << "no layer of the model has a kernel for a gpu, so there is no "
              "SPIR-V; kernels are made of butterflies and of low-bit matmuls";
  llvm::SmallVector<uint32_t> words;
  if (failed(spirv::serialize(shaders.front(), words)))
    return failure();
  return words;
}

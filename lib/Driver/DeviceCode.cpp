//===- DeviceCode.cpp - Kernels of a model as files -----------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Runs the GPU pipelines over a whole module and writes what they emit.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Driver/DeviceCode.h"
#include "ecolm/Pipelines/GPUPipelines.h"
#include "ecolm/Target/GPU/EmitGPU.h"

using namespace mlir;
using namespace ecolm;

LogicalResult ecolm::writePTX(ModuleOp module, llvm::raw_ostream &output) {
  PassManager manager(module.getContext());
  GPUToNVVMOptions options;
  options.allFunctions = true;
  buildGPUToNVVMPipeline(manager, options);
  if (failed(manager.run(module)))
    return failure();
  FailureOr<std::string> text = emitPTX(module);
  if (failed(text))
    return failure();
  output << *text;
  return success();
}

LogicalResult ecolm::writeSPIRV(ModuleOp module, llvm::raw_ostream &output) {
  PassManager manager(module.getContext());
  GPUToSPIRVOptions options;
  options.allFunctions = true;
  buildGPUToSPIRVPipeline(manager, options);
  if (failed(manager.run(module)))
    return failure();
  FailureOr<llvm::SmallVector<uint32_t>> words = emitSPIRV(module);
  if (failed(words))
    return failure();
  output.write(reinterpret_cast<const char *>(words->data()),
               words->size() * sizeof(uint32_t));
  return success();
}

//===- GPUPipelines.h - GPU phase -------------------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the pipelines from ecolm to device code.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_PIPELINES_GPUPIPELINES_H
#define ECOLM_PIPELINES_GPUPIPELINES_H

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace ecolm {

/// Options of `ecolm-gpu-to-nvvm-pipeline`.
struct GPUToNVVMOptions : mlir::PassPipelineOptions<GPUToNVVMOptions> {
  Option<std::string> chip{*this, "chip",
                           llvm::cl::desc("Oldest chip that runs the kernels"),
                           llvm::cl::init("sm_90")};
  Option<std::string> features{*this, "features",
                               llvm::cl::desc("Version of PTX, such as +ptx80"),
                               llvm::cl::init("+ptx80")};
  Option<bool> allFunctions{
      *this, "all-functions",
      llvm::cl::desc("Convert every function, marked or not"),
      llvm::cl::init(false)};
};

/// Options of `ecolm-gpu-to-spirv-pipeline`.
struct GPUToSPIRVOptions : mlir::PassPipelineOptions<GPUToSPIRVOptions> {
  Option<bool> allFunctions{
      *this, "all-functions",
      llvm::cl::desc("Convert every function, marked or not"),
      llvm::cl::init(false)};
};

/// From ecolm on tensors to host code and one `gpu.binary` that holds PTX.
void buildGPUToNVVMPipeline(mlir::OpPassManager &manager,
                            const GPUToNVVMOptions &options);

/// From ecolm on tensors to host code and one `spirv.module`.
void buildGPUToSPIRVPipeline(mlir::OpPassManager &manager,
                             const GPUToSPIRVOptions &options);

/// Registers both by name.
void registerGPUPipelines();

} // namespace ecolm

#endif // ECOLM_PIPELINES_GPUPIPELINES_H

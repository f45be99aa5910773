//===- GPUPipelines.cpp - GPU phase ---------------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Builds the pipelines from ecolm to PTX and to SPIR-V.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Pipelines/GPUPipelines.h"

#include "ecolm/Conversion/EcoLMToGPU/Passes.h"
#include "ecolm/Conversion/GPUKernelInterface/Passes.h"
#include "mlir/Conversion/GPUToNVVM/GPUToNVVMPass.h"
#include "mlir/Conversion/GPUToSPIRV/GPUToSPIRVPass.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/GPU/Transforms/Passes.h"
#include "mlir/Dialect/SPIRV/IR/SPIRVOps.h"
#include "mlir/Dialect/SPIRV/Transforms/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace ecolm;

/// The part that both targets share: kernels, with constants out of loops.
static void addKernels(OpPassManager &manager, bool allFunctions) {
  ConvertEcoLMToGPUOptions options;
  options.allFunctions = allFunctions;
  manager.addPass(createConvertEcoLMToGPU(options));
  // Kernels are built with one constant per use and with invariant addresses
  // inside loops; SPIR-V drivers are not asked to clean that up.
  OpPassManager &kernels = manager.nest<gpu::GPUModuleOp>();
  kernels.addPass(createCanonicalizerPass());
  kernels.addPass(createCSEPass());
  kernels.addPass(createLoopInvariantCodeMotionPass());
}

void ecolm::buildGPUToNVVMPipeline(OpPassManager &manager,
                                   const GPUToNVVMOptions &options) {
  addKernels(manager, options.allFunctions);

  // Pointers first: afterwards a kernel's arguments are fixed.
  OpPassManager &kernels = manager.nest<gpu::GPUModuleOp>();
  kernels.addPass(createGPUUseBarePointers());
  kernels.addPass(createSCFToControlFlowPass());
  kernels.addPass(createConvertGpuOpsToNVVMOps());
  kernels.addPass(createReconcileUnrealizedCastsPass());
  kernels.addPass(createCanonicalizerPass());
  kernels.addPass(createCSEPass());

  // PTX, not machine code: the driver of the machine that runs it assembles it,
  // and no CUDA tool is needed here.
  GpuNVVMAttachTargetOptions target;
  target.chip = options.chip;
  target.features = options.features;
  target.optLevel = 3;
  manager.addPass(createGpuNVVMAttachTarget(target));
  GpuModuleToBinaryPassOptions binary;
  binary.compilationTarget = "isa";
  manager.addPass(createGpuModuleToBinaryPass(binary));
}

void ecolm::buildGPUToSPIRVPipeline(OpPassManager &manager,
                                    const GPUToSPIRVOptions &options) {
  addKernels(manager, options.allFunctions);

  // Storage classes first: the conversion knows no other memory space.
  manager.addPass(createGPUUseSPIRVInterface());
  manager.addPass(createConvertGPUToSPIRVPass());

  // Arguments become global variables with bindings, and the module declares
  // the capabilities that it uses and no more.
  OpPassManager &shaders = manager.nest<spirv::ModuleOp>();
  shaders.addPass(spirv::createSPIRVLowerABIAttributesPass());
  shaders.addPass(spirv::createSPIRVUpdateVCEPass());
}

void ecolm::registerGPUPipelines() {
  PassPipelineRegistration<GPUToNVVMOptions>(
      "ecolm-gpu-to-nvvm-pipeline",
      "Lowers marked functions to kernels and the kernels to PTX",
      buildGPUToNVVMPipeline);
  PassPipelineRegistration<GPUToSPIRVOptions>(
      "ecolm-gpu-to-spirv-pipeline",
      "Lowers marked functions to kernels and the kernels to SPIR-V",
      buildGPUToSPIRVPipeline);
}

//===- InitAllPasses.h - Every pass in use ----------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Registers the passes and pipelines that the tools offer.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_INITALLPASSES_H
#define ECOLM_INITALLPASSES_H

#include "ecolm/Conversion/EcoLMToGPU/Passes.h"
#include "ecolm/Conversion/EcoLMToVector/EcoLMToVector.h"
#include "ecolm/Conversion/GPUKernelInterface/Passes.h"
#include "ecolm/Conversion/Passes.h"
#include "ecolm/Dialect/EcoLM/Transforms/Passes.h"
#include "ecolm/Dialect/ONNX/Transforms/Passes.h"
#include "ecolm/Pipelines/GPUPipelines.h"
#include "ecolm/Pipelines/LowerPipeline.h"
#include "ecolm/Pipelines/OptimizePipeline.h"
#include "ecolm/Pipelines/RecognizePipeline.h"
#include "ecolm/Recognition/Passes.h"
#include "ecolm/Target/CPU/Passes.h"
#include "mlir/InitAllPasses.h"

namespace ecolm {

/// Registers the passes and pipelines of this project and of MLIR.
inline void registerAllPasses() {
  mlir::registerAllPasses();
  onnx::registerEcoLMONNXTransformsPasses();
  registerEcoLMConversionPasses();
  registerEcoLMRecognitionPasses();
  registerEcoLMTransformsPasses();
  registerEcoLMToVectorPasses();
  registerTargetCPUPasses();
  registerLowerPipeline();
  registerOptimizePipeline();
  registerRecognizePipeline();
  registerEcoLMToGPUPasses();
  registerGPUKernelInterfacePasses();
  registerGPUPipelines();
}

} // namespace ecolm

#endif // ECOLM_INITALLPASSES_H

//===- OptimizePipeline.cpp - The optimize phase --------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Fuses stages, folds scales, and packs weights.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Pipelines/OptimizePipeline.h"
#include "ecolm/Dialect/EcoLM/Transforms/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace ecolm;

void ecolm::buildOptimizePipeline(OpPassManager &manager,
                                  const OptimizeOptions &options) {
  // Weights that a checkpoint holds as floats become codes before anything asks
  // for their bytes; no later phase computes a quantizer of weights.
  manager.addPass(createQuantizeWeights());
  // Whole butterflies first: the bounds that make integers exact are those of
  // a whole chain.
  manager.addPass(createFuseButterflyStages());
  manager.addPass(createFoldPowersOfTwo());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  // Every product gets the machine operation that stands for it, and whoever
  // asked for none is told where one is left.
  LowerMulToShiftOptions lowering;
  lowering.mode = options.mul;
  lowering.targetHasMultiplier = options.hasMultiplier;
  lowering.targetHasFPU = options.hasFPU;
  manager.addPass(createLowerMulToShift(lowering));
  if (options.multiplierFree)
    manager.addPass(createVerifyMultiplierFree({PathScope::Graph}));
  // Layouts last: the other passes see weights as plain tensors.
  manager.addPass(createPackWeights());
}

void ecolm::registerOptimizePipeline() {
  PassPipelineRegistration<OptimizeOptions>(
      "ecolm-optimize-pipeline",
      "Optimize phase: fuse stages, fold scales and pack weights",
      buildOptimizePipeline);
}

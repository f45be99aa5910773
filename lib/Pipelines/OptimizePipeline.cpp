//===- OptimizePipeline.cpp - The optimize phase --------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Fuses stages, folds scales, chooses arithmetic, and packs weights.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Pipelines/OptimizePipeline.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace ecolm;

void ecolm::buildOptimizePipeline(OpPassManager &manager,
                                  const OptimizeOptions &options) {
  // Weights that a checkpoint holds as floats become codes before anything asks
  // for their bytes; no later phase computes a quantizer of weights.
  manager.addPass(createQuantizeWeights());

  // Whole butterflies first: sums grow from stage to stage, so what proves that
  // integers are exact is the bound of a whole chain.
  manager.addPass(createFuseButterflyStages());

  // Before arithmetic is chosen: this makes the shifts and integer products
  // that there is something to choose for. What it leaves behind, dequantized
  // values that nobody reads and quantizers written twice, goes.
  manager.addPass(createFoldPowersOfTwo());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createMergeEqualOperations());

  // Shifts do not merge once they differ in arithmetic: after folding.
  manager.addPass(
      createLowerMulToShift({options.mul, options.hasMultiplier, options.hasFPU,
                             options.hasByteProducts, options.hasLookups}));
  if (options.multiplierFree)
    manager.addPass(createVerifyMultiplierFree({PathScope::Graph}));

  // Where a butterfly stays in registers its weights are what takes time.
  if (options.butterflyRegisters > 0)
    manager.addPass(createNormalizeButterflies({options.hasMasks}));

  // Layouts last: all other passes see weights as plain tensors, and weights
  // that folding made superfluous need no place in the program.
  manager.addPass(createPackWeights(
      {options.lanes, options.packing, options.hasByteProducts,
       options.hasLookups, options.hasByteTables, options.cacheBytes,
       options.butterflyRegisters, options.hasMasks}));
  manager.addPass(createCheckPhase({CheckedPhase::Optimize}));
}

void ecolm::registerOptimizePipeline() {
  PassPipelineRegistration<OptimizeOptions>(
      "ecolm-optimize-pipeline",
      "Optimize phase: fuse stages, fold scales and pack weights",
      buildOptimizePipeline);
}

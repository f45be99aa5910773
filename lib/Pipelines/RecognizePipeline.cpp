//===- RecognizePipeline.cpp - The recognize phase ------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Builds the pipeline from an imported graph to ecolm on tensors.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Pipelines/RecognizePipeline.h"
#include "ecolm/Conversion/Passes.h"
#include "ecolm/Dialect/EcoLM/Transforms/Passes.h"
#include "ecolm/Dialect/ONNX/Transforms/Passes.h"
#include "ecolm/Recognition/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace ecolm;

void ecolm::buildRecognizePipeline(OpPassManager &manager) {
  // A graph that is part graph and part program was recognized already, and
  // half of it would be taken for something else.
  manager.addPass(createCheckPhase({CheckedPhase::Import}));

  // Constants first: what a chain of nodes makes of a weight is a weight, and
  // sizes that are computed from constants are sizes. A straight-through
  // estimator would leave rounding noise on it.
  manager.addPass(createRecognizeStraightThrough());
  manager.addPass(onnx::createFoldConstants());

  // The conversions choose by rank, size and element type, so every value must
  // have a type first; without it most nodes would be refused.
  manager.addPass(onnx::createInferShapes());
  manager.addPass(onnx::createCheckSupported());

  // Ideas, each as the operator that means it.
  manager.addPass(createRecognizeWeights());

  // Meaning before mechanics: once a layer is linalg nobody sees that it was a
  // butterfly. The first pass leaves what it does not know to the second.
  manager.addPass(createConvertONNXToEcoLM());
  manager.addPass(createConvertONNXToLinalg());

  // Layers that quantize one activation separately (query, key, value) wrote
  // the quantizer once each; CSE makes it one. Canonicalization folds the
  // arithmetic of shapes. Weights are symbols, so neither can turn their bytes
  // into constants.
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  manager.addPass(createCheckPhase({CheckedPhase::Recognize}));
}

void ecolm::registerRecognizePipeline() {
  PassPipelineRegistration<>(
      "ecolm-recognize-pipeline",
      "from an imported graph to ecolm on tensors and linalg",
      buildRecognizePipeline);
}

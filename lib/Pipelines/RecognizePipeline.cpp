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

void ecolm::buildRecognizePipeline(OpPassManager &manager,
                                   const RecognizeOptions &options) {
  // A graph that is part graph and part program was recognized already, and
  // half of it would be taken for something else.
  manager.addPass(createCheckPhase({CheckedPhase::Import}));
  manager.addPass(createLimitOperations({options.maxOperations}));

  // What generates text has a batch of one, which any batch would keep from
  // having a cache, and no more tokens than its tables have rows.
  manager.addPass(onnx::createTakeOneSequence());

  // Constants first: what a chain of nodes makes of a weight is a weight. A
  // straight-through estimator would leave rounding noise on it.
  manager.addPass(createRecognizeStraightThrough());
  // What is taken out of a sequence has no type; where places are computed,
  // folding has to come first.
  manager.addPass(onnx::createExpandSequences());
  // Whoever looks for products looks for MatMul.
  manager.addPass(onnx::createInferShapes());
  manager.addPass(createExpandEinsum());
  manager.addPass(onnx::createInferShapes());
  // Folding rounds an attention of constants step by step, so it comes before.
  manager.addPass(createRecognizeAttention());
  manager.addPass(onnx::createFoldConstants());
  manager.addPass(onnx::createExpandSequences());

  // The conversions choose by rank, size and element type, so every value must
  // have a type first; without it most nodes would be refused. Sizes that
  // become known are constants, which may make others.
  manager.addPass(onnx::createInferShapes({/*foldSizes=*/true}));
  manager.addPass(onnx::createFoldConstants());
  manager.addPass(onnx::createGiveEveryToken());
  manager.addPass(onnx::createInferShapes());
  // Other runtimes' names for what the standard has words for are in the way of
  // everything that recognizes structure.
  manager.addPass(createExpandFusedOperators());
  manager.addPass(onnx::createFoldConstants());
  manager.addPass(onnx::createInferShapes());
  manager.addPass(onnx::createCheckSupported());

  // The parts of a transformer, however they are spelled. What they create is
  // typed again: a mask made of several has the shape of none.
  manager.addPass(createRecognizeNorms());
  manager.addPass(createRecognizeActivations());
  manager.addPass(createRecognizeRotary());
  manager.addPass(createRecognizeCausalMasks());
  manager.addPass(onnx::createInferShapes());

  // Number formats, each as the operator that means it.
  manager.addPass(createRecognizeQuantizers());

  // Butterflies, with or without quantizers between their factors. A matrix
  // that is one is that before it is a matrix of few values.
  manager.addPass(createRecognizeButterflies());
  manager.addPass(createFactorMatrices({options.factorTolerance}));
  manager.addPass(createRecognizeWeights());
  // What is still a matrix of floats may be mostly zeros.
  manager.addPass(createRecognizeBlockDiagonals());

  // Meaning before mechanics: once a layer is linalg nobody sees that it was a
  // butterfly. The first pass leaves what it does not know to the second.
  manager.addPass(createConvertONNXToEcoLM());
  manager.addPass(createConvertONNXToLinalg());

  // The user's own quantization, while products are products and every later
  // phase may take the codes for the model.
  if (!options.quantize.empty())
    manager.addPass(
        createQuantizeModel({options.quantize, options.quantizeInclude,
                             options.quantizeExclude, options.calibration}));

  // What was quantized is multiplied as integers. It changes roundings, which
  // no later phase may.
  manager.addPass(createComputeOnCodes());

  // Layers that quantize one activation separately (query, key, value) wrote
  // the quantizer once each; merging makes it one. Canonicalization folds the
  // arithmetic of shapes. Weights are symbols, so neither can turn their bytes
  // into constants.
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createMergeEqualOperations());
  manager.addPass(createLimitOperations({options.maxOperations}));
  manager.addPass(createCheckPhase({CheckedPhase::Recognize}));
}

void ecolm::registerRecognizePipeline() {
  PassPipelineRegistration<RecognizeOptions>(
      "ecolm-recognize-pipeline",
      "from an imported graph to ecolm on tensors and linalg",
      buildRecognizePipeline);
}

//===- RecognizePipeline.h - The recognize phase -------------- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the pipeline from an imported graph to ecolm on tensors.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_PIPELINES_RECOGNIZEPIPELINE_H
#define ECOLM_PIPELINES_RECOGNIZEPIPELINE_H

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace ecolm {

/// What the recognize phase needs to know of the user.
struct RecognizeOptions : mlir::PassPipelineOptions<RecognizeOptions> {
  Option<double> factorTolerance{
      *this, "factor-tolerance",
      llvm::cl::desc("Relative error that factors of a matrix may have"),
      llvm::cl::init(0.0)};
  Option<std::string> quantize{
      *this, "quantize",
      llvm::cl::desc("Recipe for constant float matrices, or nothing")};
  Option<std::string> quantizeInclude{
      *this, "quantize-include",
      llvm::cl::desc("Regular expression of the matrices to quantize"),
      llvm::cl::init(".*")};
  Option<std::string> quantizeExclude{
      *this, "quantize-exclude",
      llvm::cl::desc("Regular expression of the matrices to leave")};
  Option<std::string> calibration{
      *this, "calibration",
      llvm::cl::desc("File (.npz) of inputs of the matrices, or nothing")};
  Option<uint64_t> maxOperations{
      *this, "max-operations",
      llvm::cl::desc("Largest cost of the module in operations; 0 for any"),
      llvm::cl::init(0)};
};

/// Appends the recognize phase: an imported graph to `ecolm` on tensors and,
/// for everything else, linalg, tensor, arith and math.
void buildRecognizePipeline(mlir::OpPassManager &manager,
                            const RecognizeOptions &options);

/// Registers `ecolm-recognize-pipeline`.
void registerRecognizePipeline();

} // namespace ecolm

#endif // ECOLM_PIPELINES_RECOGNIZEPIPELINE_H

//===- LowerPipeline.cpp - The lower phase --------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// From optimized ecolm and linalg on tensors to the LLVM dialect.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Pipelines/LowerPipeline.h"
#include "ecolm/Conversion/EcoLMToVector/EcoLMToVector.h"
#include "ecolm/Dialect/EcoLM/Transforms/Passes.h"
#include "ecolm/Target/CPU/Passes.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Func/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Interfaces/DataLayoutInterfaces.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace ecolm;

/// Bytes of a buffer on the stack: of the entry function, and of what it calls.
static constexpr int64_t kLargestScalars = 256, kLargestScratch = 64 << 10;

/// Bytes behind every weight that a sanitizer forbids: a vector, and a line.
static constexpr int64_t kGuard = 128;

/// Folds, and leaves blocks alone: before loops become branches there are none
/// to merge.
static void fold(OpPassManager &manager) {
  GreedyRewriteConfig config;
  config.setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled);
  config.setUseTopDownTraversal(true);
  manager.addPass(createCanonicalizerPass(config));
}

static void cleanUp(OpPassManager &manager) {
  fold(manager);
  manager.addPass(createCSEPass());
}

/// The same once loops are branches, which leave blocks to merge.
static void cleanUpBlocks(OpPassManager &manager) {
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
}

/// Tensors become buffers, in place wherever the analysis allows.
static void addBufferization(OpPassManager &manager) {
  // The analysis asks of every pair of uses of a buffer whether they disturb
  // each other; CSE has made one buffer of all results of a shape, and what is
  // split or joined is one buffer with all of its parts.
  manager.addPass(createSeparateEmptyTensors());
  manager.addPass(createBoundSlices());
  // Rows are written where they belong instead of being copied there.
  manager.addPass(bufferization::createEmptyTensorEliminationPass());
  bufferization::OneShotBufferizePassOptions options;
  options.bufferizeFunctionBoundaries = true;
  // A row function takes rows that lie inside larger buffers.
  options.functionBoundaryTypeConversion =
      bufferization::LayoutMapOption::InferLayoutMap;
  options.bufferAlignment = 64;
  manager.addPass(bufferization::createOneShotBufferizePass(options));
  // A row function returns the row it was given, which shows once loops do not
  // carry it; the caller has it already.
  fold(manager);
  manager.addPass(bufferization::createDropEquivalentBufferResultsPass());
  cleanUp(manager);
  manager.addNestedPass<func::FuncOp>(createReturnBuffers());
}

/// Whether a buffer may lie on the stack. The entry function has one for every
/// node of the model: together they would not fit, so but for scalars and the
/// like they are allocated once for the call. The function of a layer has few,
/// and says how many rows it takes at most.
static bool fitsStack(Value buffer) {
  auto type = cast<MemRefType>(buffer.getType());
  auto function = dyn_cast<func::FuncOp>(buffer.getDefiningOp()->getParentOp());
  auto attr = function ? function->getAttrOfType<IntegerAttr>("ecolm.max_rows")
                       : IntegerAttr();
  if (!type.hasStaticShape() && !attr)
    return false;
  bool manyMore = function && function.getName() == "main";
  int64_t rows = attr ? attr.getInt() : 1;
  int64_t bytes = DataLayout::closest(buffer.getDefiningOp())
                      .getTypeSize(type.getElementType());
  for (int64_t size : type.getShape())
    bytes *= ShapedType::isDynamic(size) ? rows : size;
  return bytes <= (manyMore ? kLargestScalars : rows * kLargestScratch);
}

/// Loops over rows go to the thread pool; small buffers go to the stack of the
/// thread that uses them, all others to the workspace.
static void addThreadsAndMemory(OpPassManager &manager,
                                const LowerOptions &options) {
  manager.addPass(createConvertForallToRuntime());
  manager.addNestedPass<func::FuncOp>(
      bufferization::createBufferLoopHoistingPass());
  manager.addNestedPass<func::FuncOp>(
      bufferization::createPromoteBuffersToStackPass(fitsStack));
  manager.addPass(createPlanWorkspace({options.maxChunk, options.guard}));
}

/// What is left is structured control flow on buffers and vectors.
static void addConversionToLLVM(OpPassManager &manager,
                                const LowerOptions &options) {
  manager.addPass(createLowerDots({options.byteProducts}));
  manager.addPass(createLowerLookups({options.lookups}));
  if (options.lowerMasks)
    manager.addPass(createLowerMasks());
  if (!options.fpu)
    manager.addPass(createExpandFloatFunctions());
  manager.addNestedPass<func::FuncOp>(createConvertVectorToSCFPass());
  manager.addPass(memref::createExpandStridedMetadataPass());
  manager.addPass(createLowerAffinePass());
  manager.addPass(createLimitOperations({options.maxOperations}));
  // bf16 is rounded to after each operation in f32; by functions that not
  // every C library has, if it is up to LLVM.
  math::MathExtendToSupportedTypesOptions functions;
  functions.extraTypeStrs = {"f16"};
  functions.targetTypeStr = "f32";
  manager.addPass(math::createMathExtendToSupportedTypes(functions));
  arith::ArithEmulateUnsupportedFloatsOptions floats;
  floats.sourceTypeStrs = {"bf16"};
  floats.targetTypeStr = "f32";
  manager.addPass(arith::createArithEmulateUnsupportedFloats(floats));
  manager.addPass(createExpandArithmetic());
  // Each loop splits the block behind it: to be able to take that back costs
  // the square of their number.
  SCFToControlFlowPassOptions branches;
  branches.allowPatternRollback = false;
  manager.addPass(createSCFToControlFlowPass(branches));
  // What the model checks ends the call, not the process of the caller.
  manager.addPass(createReturnFailedChecks());
  cleanUpBlocks(manager);
  // Square roots and bit counts are instructions; what has none calls libm.
  manager.addPass(createConvertMathToLLVMPass());
  manager.addPass(createConvertMathToLibmPass());
  manager.addPass(createConvertVectorToLLVMPass());
  FinalizeMemRefToLLVMConversionPassOptions memory;
  memory.useAlignedAlloc = true;
  manager.addPass(createFinalizeMemRefToLLVMConversionPass(memory));
  manager.addPass(createArithToLLVMConversionPass());
  manager.addPass(createConvertIndexToLLVMPass());
  manager.addPass(createConvertControlFlowToLLVMPass());
  manager.addPass(createUBToLLVMConversionPass());
  manager.addPass(createConvertFuncToLLVMPass());
  manager.addPass(createReconcileUnrealizedCastsPass());
  cleanUpBlocks(manager);
}

void ecolm::buildLowerPipeline(OpPassManager &manager,
                               const LowerOptions &options) {
  // A token shall cost a token, not the whole prefix.
  if (options.incremental)
    manager.addPass(
        createDeriveIncremental({"main", /*contextLength=*/0, options.cacheType,
                                 /*orWholeSequences=*/true}));
  // Layers are cut out while they are still one operation each.
  manager.addPass(createOutlineLinearLayers());
  manager.addPass(createPlaceWeights({options.guard ? kGuard : 0}));
  manager.addPass(createBindEntryBuffers());
  // Every kernel is certain, and none is written yet.
  if (options.describeLayers || options.timeLayers)
    manager.addPass(createDescribeLayers(
        {options.byteProducts, options.vectorBits, options.countZeros}));
  manager.addPass(createConvertEcoLMToVector(
      {options.fpu, options.fma, options.sums,
       getLargestInPlace(options.byteProducts), options.rows}));
  // Not CSE: equal layers became one while they were operations, and to find
  // that two of a thousand loops differ takes comparing their bodies.
  fold(manager);

  // One loop per chain of elementwise operations.
  manager.addPass(createConvertElementwiseToLinalgPass());
  manager.addPass(createFuseElementwise());
  fold(manager);

  manager.addPass(createLimitOperations({options.maxOperations}));
  addBufferization(manager);
  manager.addPass(createParallelizeRows());
  // Equal layers share their loops, and the entry function stays short: once
  // before operations become loops, a thousand of which take their time.
  manager.addPass(createOutlineLoops());
  manager.addNestedPass<func::FuncOp>(createConvertLinalgToLoopsPass());
  manager.addPass(memref::createFoldMemRefAliasOpsPass());
  cleanUp(manager);
  addThreadsAndMemory(manager, options);
  cleanUp(manager);
  manager.addPass(createOutlineLoops());
  manager.addPass(func::createDuplicateFunctionEliminationPass());
  if (options.timeLayers)
    manager.addPass(createTimeLayers());
  manager.addPass(createRecordEntry());
  manager.addPass(createLimitOperations({options.maxOperations}));
  addConversionToLLVM(manager, options);
  // What was true of operations shall still be true of instructions.
  if (options.multiplierFree)
    manager.addPass(createVerifyMultiplierFree());
  manager.addPass(createBuildEntryPoint());
  manager.addPass(createLimitOperations({options.maxOperations}));
  // The last phase translates without asking.
  manager.addPass(createCheckPhase({CheckedPhase::Lower}));
}

void ecolm::registerLowerPipeline() {
  PassPipelineRegistration<LowerOptions>(
      "ecolm-lower-pipeline",
      "Lower phase: from optimized ecolm to the LLVM dialect for a CPU",
      buildLowerPipeline);
}

//===- ConvertEcoLMToGPU.cpp - Moves linear layers to the GPU -------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Applies the patterns to the chosen functions and says what stays behind.
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"
#include "ecolm/Conversion/EcoLMToGPU/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"
#include "llvm/ADT/TypeSwitch.h"

namespace ecolm {
#define GEN_PASS_DEF_CONVERTECOLMTOGPU
#include "ecolm/Conversion/EcoLMToGPU/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

/// Whether `function` bears the mark, or the module around it does.
static bool isMarked(FunctionOpInterface function) {
  llvm::StringLiteral mark = "ecolm.gpu";
  return function->hasAttr(mark) || function->getParentOp()->hasAttr(mark);
}

/// Tells of every linear operation that no pattern took.
static void remarkWhatStays(FunctionOpInterface function,
                            int64_t workgroupMemory) {
  function.walk([&](Operation *op) {
    auto obstacle =
        llvm::TypeSwitch<Operation *, std::optional<std::string>>(op)
            .Case([](MatmulOp op) { return getObstacle(op); })
            .Case([&](ButterflyOp op) {
              return getObstacle(op, workgroupMemory);
            })
            .Case([](GroupMatmulOp) {
              return "no kernel scales groups of weights";
            })
            .Case([](ButterflyFactorOp) {
              return "fuse butterfly stages before";
            })
            .Default(std::nullopt);
    if (obstacle)
      op->emitRemark() << "stays off the gpu: " << *obstacle;
  });
}

namespace {

struct ConvertEcoLMToGPU final
    : ecolm::impl::ConvertEcoLMToGPUBase<ConvertEcoLMToGPU> {
  using Base::Base;

  void runOnOperation() override {
    KernelLibrary kernels(getOperation());
    RewritePatternSet patterns(&getContext());
    populateMatmulToGPUPatterns(patterns, kernels);
    populateButterflyToGPUPatterns(patterns, kernels, workgroupMemory);
    FrozenRewritePatternSet frozen(std::move(patterns));
    for (auto function : getOperation().getOps<FunctionOpInterface>()) {
      if (!allFunctions && !isMarked(function))
        continue;
      walkAndApplyPatterns(function, frozen);
      remarkWhatStays(function, workgroupMemory);
    }
  }
};

} // namespace

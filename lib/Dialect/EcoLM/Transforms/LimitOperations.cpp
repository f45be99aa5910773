//===- LimitOperations.cpp - How much a model leaves to compile -----------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Refuses what would take long to compile.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "ecolm/Dialect/EcoLM/Transforms/Passes.h"
#include "ecolm/Support/ErrorClass.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Interfaces/CallInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

namespace ecolm {
#define GEN_PASS_DEF_LIMITOPERATIONS
#include "ecolm/Dialect/EcoLM/Transforms/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

/// How many arithmetic operations take as long to compile as one of ecolm that
/// becomes a kernel, as it takes to find out whether one writes in place, as a
/// loop, as LLVM takes for a function that computes and for one that calls
/// others, as a parameter or result, and as an instruction.
static constexpr uint64_t kKernel = 128, kInPlace = 48, kLoop = 10,
                          kFunction = 640, kCaller = 64, kParameter = 30,
                          kInstruction = 3;

/// LLVM unrolls and vectorizes the loops of a function, if it does not only
/// call others.
static uint64_t getFunctionCost(FunctionOpInterface function) {
  if (function.isExternal())
    return 1;
  WalkResult calls =
      function->walk([](CallOpInterface) { return WalkResult::interrupt(); });
  // The values of the model; another function has few.
  uint64_t parameters = function.isPublic() ? function.getNumArguments() +
                                                  function.getNumResults()
                                            : 0;
  return (calls.wasInterrupted() ? kCaller : kFunction) +
         parameters * kParameter;
}

/// A kernel of attention writes the elements of a head one vector after the
/// other, each of which bufferization compares with all before.
static uint64_t getAttentionCost(AttentionOp attention) {
  int64_t width =
      cast<ShapedType>(attention.getQuery().getType()).getShape().back();
  uint64_t headSize = width / int64_t(attention.getHeads());
  headSize = std::min<uint64_t>(headSize, 1 << 20);
  return kKernel + headSize * headSize / 32;
}

/// A reduction becomes as many loops as its operand has dimensions, each with
/// all of their sizes.
static uint64_t getLinalgCost(linalg::LinalgOp op) {
  bool comparesUses = op.getNumReductionLoops() > 0 ||
                      !op.getBlock()->getOps<tensor::ExtractOp>().empty();
  uint64_t loops = op.getNumLoops();
  return comparesUses ? std::max(kInPlace, loops * loops * loops) : 1;
}

static uint64_t getCost(Operation *op) {
  if (auto function = dyn_cast<FunctionOpInterface>(op))
    return getFunctionCost(function);
  if (auto attention = dyn_cast<AttentionOp>(op))
    return getAttentionCost(attention);
  if (auto linalg = dyn_cast<linalg::LinalgOp>(op))
    return getLinalgCost(linalg);
  if (isa<tensor::InsertOp, tensor::InsertSliceOp>(op))
    return kInPlace;
  if (isa<scf::ForOp>(op))
    return kLoop;
  if (isa_and_nonnull<LLVM::LLVMDialect>(op->getDialect()))
    return kInstruction;
  bool isKernel = isa_and_nonnull<EcoLMDialect>(op->getDialect()) &&
                  op->getNumOperands() > 0 &&
                  isa<TensorType>(op->getOperand(0).getType());
  return isKernel ? kKernel : 1;
}

namespace {

struct LimitOperationsPass final
    : ecolm::impl::LimitOperationsBase<LimitOperationsPass> {
  using Base::Base;

  void runOnOperation() override {
    markAllAnalysesPreserved();
    uint64_t cost = 0;
    Operation *beyond = nullptr;
    getOperation()->walk<WalkOrder::PreOrder>([&](Operation *op) {
      cost += getCost(op);
      if (!beyond && cost > limit)
        beyond = op;
    });
    if (limit == 0 || !beyond)
      return;
    classify(beyond->emitError(), ErrorClass::Limit)
        << "compiling the model costs as much as " << cost
        << " operations, more than the limit of " << limit.getValue()
        << " for files of less than 1 MiB; allow more with --max-operations";
    signalPassFailure();
  }
};

} // namespace

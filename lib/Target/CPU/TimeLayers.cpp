//===- TimeLayers.cpp - Readings of the clock -----------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Calls the runtime wherever the entry function comes to another layer.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Analysis/LayerRecord.h"
#include "ecolm/Target/CPU/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace ecolm {
#define GEN_PASS_DEF_TIMELAYERS
#include "ecolm/Target/CPU/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

static constexpr StringLiteral kMark = "ecolm_profile_mark";

/// Whether `op` takes time: addresses and constants do not.
static bool isWork(Operation *op) {
  return op->getNumRegions() > 0 || isa<CallOpInterface>(op) ||
         isa<memref::CopyOp>(op);
}

namespace {

/// Marks the work of one function.
class LayerTimer {
public:
  LayerTimer(func::FuncOp main, int64_t numLayers)
      : main(main), module(main->getParentOfType<ModuleOp>()),
        b(main.getLoc(), main.getContext()), rest(numLayers - 1) {
    b.setInsertionPointToEnd(module.getBody());
    auto pointer = LLVM::LLVMPointerType::get(b.getContext());
    auto counters = LLVM::LLVMArrayType::get(b.getI64Type(), numLayers);
    times = LLVM::GlobalOp::create(b, counters, /*isConstant=*/false,
                                   LLVM::Linkage::Internal, kLayerTimes,
                                   LLVM::ZeroAttr::get(b.getContext()));
    mark = func::FuncOp::create(
        b, kMark, b.getFunctionType({pointer, b.getI32Type()}, {}));
    mark.setPrivate();
  }

  /// Gives the number of readings.
  unsigned run() {
    b.setInsertionPointToStart(&main.getBody().front());
    address = LLVM::AddressOfOp::create(b, times);
    int64_t current = -1;
    for (Operation &op : llvm::make_early_inc_range(main.getBody().front())) {
      if (!isWork(&op))
        continue;
      int64_t layer = getLayer(op.getLoc()).value_or(rest);
      if (layer != current)
        markAt(&op, layer);
      current = layer;
    }
    markAt(main.getBody().front().getTerminator(), -1);
    return numMarks;
  }

private:
  void markAt(Operation *op, int64_t layer) {
    b.setInsertionPoint(op);
    Value number = arith::ConstantIntOp::create(b, b.getI32Type(), layer);
    func::CallOp::create(b, mark, ValueRange{address, number});
    ++numMarks;
  }

  func::FuncOp main;
  ModuleOp module;
  ImplicitLocOpBuilder b;
  int64_t rest;
  LLVM::GlobalOp times;
  func::FuncOp mark;
  Value address;
  unsigned numMarks = 0;
};

struct TimeLayersPass final : ecolm::impl::TimeLayersBase<TimeLayersPass> {
  using Base::Base;

  void runOnOperation() override {
    std::vector<LayerRecord> layers = recallLayers(getOperation());
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (layers.empty() || !main || !main.getBody().hasOneBlock()) {
      getOperation().emitError("expected the layers of a function main of one "
                               "block, as ecolm-describe-layers leaves them");
      return signalPassFailure();
    }
    numMarks += LayerTimer(main, layers.size()).run();
  }
};

} // namespace

//===- RecordEntry.cpp - Type of the entry function -----------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Remembers the buffers of the entry function before LLVM expands them.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Target/CPU/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace ecolm {
#define GEN_PASS_DEF_RECORDENTRY
#include "ecolm/Target/CPU/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

namespace {
struct RecordEntryPass final : ecolm::impl::RecordEntryBase<RecordEntryPass> {
  using Base::Base;

  void runOnOperation() override {
    auto function = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!function) {
      getOperation().emitError("expected a function named main");
      return signalPassFailure();
    }
    getOperation()->setAttr("ecolm.entry",
                            TypeAttr::get(function.getFunctionType()));
  }
};
} // namespace

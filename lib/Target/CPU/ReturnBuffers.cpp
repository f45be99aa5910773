//===- ReturnBuffers.cpp - Results without copies -------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Returns the buffer that a result was computed in instead of a copy of it.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Target/CPU/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace ecolm {
#define GEN_PASS_DEF_RETURNBUFFERS
#include "ecolm/Target/CPU/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

/// The only copy into `buffer`, if it is used for nothing else but to be
/// returned once.
static memref::CopyOp getOnlyCopy(memref::AllocOp buffer) {
  memref::CopyOp copy;
  unsigned returns = 0;
  for (Operation *user : buffer->getUsers()) {
    if (isa<func::ReturnOp>(user) && returns++ == 0)
      continue;
    auto written = dyn_cast<memref::CopyOp>(user);
    if (copy || !written || written.getTarget() != buffer.getResult())
      return nullptr;
    copy = written;
  }
  return copy;
}

/// Whether nothing happens between `copy` and the end of its block but other
/// copies into new buffers.
static bool isAtEnd(memref::CopyOp copy) {
  Operation *op = copy->getNextNode();
  while (isa<memref::CopyOp, memref::AllocOp, memref::DimOp>(op))
    op = op->getNextNode();
  return isa<func::ReturnOp>(op);
}

/// Whether `result` is known to share memory with no other value.
static bool isBufferOrNumber(Value result) {
  return !isa<BaseMemRefType>(result.getType()) ||
         result.getDefiningOp<memref::AllocOp>();
}

namespace {
struct ReturnBuffersPass final
    : ecolm::impl::ReturnBuffersBase<ReturnBuffersPass> {
  using Base::Base;

  void runOnOperation() override {
    if (getOperation().isExternal())
      return;
    Operation *end = getOperation().getBody().back().getTerminator();
    // A view may be one of any buffer.
    if (!llvm::all_of(end->getOperands(), isBufferOrNumber))
      return;
    DenseSet<Value> returned(end->operand_begin(), end->operand_end());
    for (OpOperand &result : end->getOpOperands()) {
      auto buffer = result.get().getDefiningOp<memref::AllocOp>();
      memref::CopyOp copy = buffer ? getOnlyCopy(buffer) : memref::CopyOp();
      if (!copy || !isAtEnd(copy))
        continue;
      auto source = copy.getSource().getDefiningOp<memref::AllocOp>();
      // What is returned already belongs to another result.
      if (!source || source->getBlock() != end->getBlock() ||
          source.getType() != buffer.getType() ||
          !returned.insert(source.getResult()).second)
        continue;
      result.set(source.getResult());
      copy.erase();
      if (buffer.use_empty())
        buffer.erase();
    }
  }
};
} // namespace

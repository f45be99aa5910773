//===- SeparateEmptyTensors.cpp - An empty tensor for every use -----------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Undoes what CSE does to destinations.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Target/CPU/Passes.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"

namespace ecolm {
#define GEN_PASS_DEF_SEPARATEEMPTYTENSORS
#include "ecolm/Target/CPU/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

/// Whether `op` makes a tensor to write to: an empty one, one that is filled
/// with a scalar, or another shape of such a tensor.
static bool makesDestination(Operation *op) {
  if (!op)
    return false;
  if (auto fill = dyn_cast<linalg::FillOp>(op))
    return makesDestination(fill.getOutputs()[0].getDefiningOp());
  if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op))
    return makesDestination(op->getOperand(0).getDefiningOp());
  return isa<tensor::EmptyOp>(op);
}

/// Whether `use` writes to what it uses, or passes it on to what does.
static bool isDestination(OpOperand &use) {
  auto writer = dyn_cast<DestinationStyleOpInterface>(use.getOwner());
  return isa<tensor::EmptyOp>(use.get().getDefiningOp()) ||
         (writer ? writer.isDpsInit(&use) : makesDestination(use.getOwner()));
}

/// Gives every use of `op` as a destination but one a copy, where nothing else
/// uses it. Fills stand beside their use: their buffers live as long.
static unsigned separate(Operation *op) {
  SmallVector<OpOperand *> uses;
  for (OpOperand &use : op->getUses())
    if (isDestination(use))
      uses.push_back(&use);
  bool isKept = uses.size() == size_t(llvm::range_size(op->getUses()));
  ArrayRef<OpOperand *> moved = ArrayRef(uses).drop_front(isKept ? 1 : 0);
  for (OpOperand *use : moved) {
    Operation *user = use->getOwner();
    bool isBeside =
        !isa<tensor::EmptyOp>(op) && user->getBlock() == op->getBlock();
    OpBuilder builder(isBeside ? user : op);
    use->set(builder.clone(*op)->getResult(0));
  }
  return moved.size();
}

namespace {
struct SeparateEmptyTensorsPass final
    : ecolm::impl::SeparateEmptyTensorsBase<SeparateEmptyTensorsPass> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<Operation *> shared;
    getOperation()->walk([&](Operation *op) {
      if (makesDestination(op) && !op->use_empty())
        shared.push_back(op);
    });
    // Copies of a fill are more uses of the tensor that it fills.
    for (Operation *op : llvm::reverse(shared))
      numCopies += separate(op);
  }
};
} // namespace

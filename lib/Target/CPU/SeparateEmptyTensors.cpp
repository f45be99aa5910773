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
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace ecolm {
#define GEN_PASS_DEF_SEPARATEEMPTYTENSORS
#include "ecolm/Target/CPU/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

namespace {
struct SeparateEmptyTensorsPass final
    : ecolm::impl::SeparateEmptyTensorsBase<SeparateEmptyTensorsPass> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<tensor::EmptyOp> shared;
    getOperation()->walk([&](tensor::EmptyOp empty) {
      if (!empty->use_empty() && !empty->hasOneUse())
        shared.push_back(empty);
    });
    for (tensor::EmptyOp empty : shared) {
      OpBuilder builder(empty);
      SmallVector<OpOperand *> uses = llvm::map_to_vector(
          empty->getUses(), [](OpOperand &use) { return &use; });
      for (OpOperand *use : ArrayRef(uses).drop_front())
        use->set(builder.clone(*empty)->getResult(0));
      numCopies += uses.size() - 1;
    }
  }
};
} // namespace

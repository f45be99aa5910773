//===- PlaceWeights.cpp - Places in the weight section --------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Assigns every weight its offset in the weight section.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Analysis/WeightBytes.h"
#include "ecolm/Conversion/EcoLMToVector/EcoLMToVector.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "ecolm/Support/WeightPacker.h"
#include "ecolm/Target/CPU/Passes.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/Support/MathExtras.h"

namespace ecolm {
#define GEN_PASS_DEF_PLACEWEIGHTS
#include "ecolm/Target/CPU/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

/// Weights start on cache lines, so that full vectors load without splitting.
static constexpr int64_t kWeightAlignment = 64;

namespace {
struct PlaceWeightsPass final
    : ecolm::impl::PlaceWeightsBase<PlaceWeightsPass> {
  using Base::Base;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    Builder builder(module.getContext());
    int64_t end = 0;
    for (auto weight : module.getOps<WeightOp>()) {
      FailureOr<WeightDescription> description = describeWeight(weight);
      if (failed(description))
        return signalPassFailure();
      int64_t bytes = getPackedSize(*description);
      weight->setAttr("ecolm.offset", builder.getI64IntegerAttr(end));
      weight->setAttr("ecolm.bytes", builder.getI64IntegerAttr(bytes));
      end = llvm::alignTo(end + bytes, kWeightAlignment);
    }
    numBytes = end;
    auto type = MemRefType::get({end}, builder.getI8Type());
    OpBuilder atStart = OpBuilder::atBlockBegin(module.getBody());
    memref::GlobalOp::create(atStart, module.getLoc(), kWeightSection,
                             /*sym_visibility=*/StringAttr(), type,
                             /*initial_value=*/Attribute(), /*constant=*/true,
                             builder.getI64IntegerAttr(kWeightAlignment));
  }
};
} // namespace

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

/// What decides the packed bytes of a weight.
static DictionaryAttr getContents(WeightOp weight) {
  Builder b(weight.getContext());
  return b.getDictionaryAttr(
      {b.getNamedAttr("source", weight.getSource()),
       b.getNamedAttr("type", weight.getTypeAttr()),
       b.getNamedAttr("packing", weight.getSourcePackingAttr()
                                     ? Attribute(weight.getSourcePackingAttr())
                                     : b.getUnitAttr()),
       b.getNamedAttr("transposed", b.getBoolAttr(weight.getTransposed()))});
}

/// Where the section has bytes for an earlier variant of the model, and where
/// it ends, with `gap` bytes behind every weight.
static std::pair<DenseMap<Attribute, int64_t>, int64_t>
readPlaces(ModuleOp module, int64_t gap) {
  DenseMap<Attribute, int64_t> places;
  int64_t end = 0;
  if (auto list = module->getAttrOfType<ArrayAttr>(kPlacedWeights))
    for (auto place : list.getAsRange<ArrayAttr>()) {
      auto number = [&](unsigned i) {
        return cast<IntegerAttr>(place[i]).getInt();
      };
      places[place[0]] = number(1);
      end = std::max<int64_t>(
          end, llvm::alignTo(number(1) + number(2) + gap, kWeightAlignment));
    }
  return {places, end};
}

void ecolm::keepPlaces(ModuleOp placed, ModuleOp next) {
  Builder b(placed.getContext());
  SmallVector<Attribute> list;
  if (auto earlier = next->getAttrOfType<ArrayAttr>(kPlacedWeights))
    llvm::append_range(list, earlier);
  for (auto weight : placed.getOps<WeightOp>())
    list.push_back(
        b.getArrayAttr({getContents(weight), weight->getAttr("ecolm.offset"),
                        weight->getAttr("ecolm.bytes")}));
  next->setAttr(kPlacedWeights, b.getArrayAttr(list));
}

namespace {
struct PlaceWeightsPass final
    : ecolm::impl::PlaceWeightsBase<PlaceWeightsPass> {
  using Base::Base;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    Builder builder(module.getContext());
    auto [places, end] = readPlaces(module, gap);
    module->removeAttr(kPlacedWeights);
    for (auto weight : module.getOps<WeightOp>()) {
      FailureOr<WeightDescription> description = describeWeight(weight);
      if (failed(description))
        return signalPassFailure();
      int64_t bytes = getPackedSize(*description);
      auto place = places.find(getContents(weight));
      bool isNew = place == places.end();
      weight->setAttr("ecolm.offset",
                      builder.getI64IntegerAttr(isNew ? end : place->second));
      weight->setAttr("ecolm.bytes", builder.getI64IntegerAttr(bytes));
      if (gap)
        weight->setAttr("ecolm.gap", builder.getI64IntegerAttr(gap));
      if (isNew)
        end = llvm::alignTo(end + bytes + gap, kWeightAlignment);
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

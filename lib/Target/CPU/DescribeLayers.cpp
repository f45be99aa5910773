//===- DescribeLayers.cpp - Layers, their kernels and costs ---------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Remembers the layers of a module whose kernels are about to be written.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Analysis/LayerCosts.h"
#include "ecolm/Analysis/LayerDescription.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "ecolm/Target/CPU/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/StringMap.h"

namespace ecolm {
#define GEN_PASS_DEF_DESCRIBELAYERS
#include "ecolm/Target/CPU/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

namespace {
/// What may be a layer: an operation of `@main`, or the function of rows that
/// it calls.
struct Candidate {
  /// The product, and the last step of its chain.
  Operation *op, *last;
  /// What stands for the layer in `@main`.
  Operation *place;
};
} // namespace

/// The layer that `call` computes row by row, or nothing if it calls something
/// else.
static std::optional<Candidate> findRowFunction(func::CallOp call) {
  auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
      call, call.getCalleeAttr());
  if (!callee || !callee->hasAttr("ecolm.layer"))
    return std::nullopt;
  Operation *product = nullptr, *last = nullptr;
  for (Operation &op : callee.getOps()) {
    if (isa<ButterflyOp, MatmulOp>(op))
      product = &op;
    if (isa<ButterflyOp, MatmulOp, ShiftOp>(op))
      last = &op;
  }
  if (!product)
    return std::nullopt;
  auto forall = call->getParentOfType<scf::ForallOp>();
  Operation *place = forall ? forall.getOperation() : call.getOperation();
  return Candidate{product, last, place};
}

/// What of `main` may be a layer, in order.
static SmallVector<Candidate> findCandidates(func::FuncOp main) {
  SmallVector<Candidate> candidates;
  main->walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (auto call = dyn_cast<func::CallOp>(op)) {
      if (std::optional<Candidate> rows = findRowFunction(call))
        candidates.push_back(*rows);
    } else if (isa<EcoLMDialect>(op->getDialect()) ||
               isa<linalg::LinalgOp>(op)) {
      candidates.push_back({op, op, op});
    }
  });
  return candidates;
}

/// Nodes without names are called like their operators, all alike.
static void makeNamesUnique(MutableArrayRef<LayerRecord> layers) {
  llvm::StringMap<int> counts;
  for (const LayerRecord &layer : layers)
    ++counts[layer.name];
  for (LayerRecord &layer : layers)
    if (counts[layer.name] > 1 && layer.node >= 0)
      layer.name += " (node " + std::to_string(layer.node) + ")";
}

/// Prices in instructions become times on `processor`.
static void addCosts(LayerRecord &layer, const ProcessorModel &processor) {
  layer.tokenTime *= processor.getInstructionTime();
  layer.pairTime *= processor.getInstructionTime();
  layer.memoryEnergy = layer.weightTime * processor.getReadEnergy();
  layer.weightTime /= processor.getBandwidth();
  if (layer.kind != "rest")
    layer.startTime = processor.getStartTime();
}

namespace {
struct DescribeLayersPass final
    : ecolm::impl::DescribeLayersBase<DescribeLayersPass> {
  using Base::Base;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto main = module.lookupSymbol<func::FuncOp>("main");
    if (!main || main.isExternal())
      return;
    LayerDescriber describer(stringifyByteProducts(instructions), countZeros);
    std::vector<LayerRecord> layers;
    LayerRecord rest;
    rest.name = "the rest";
    rest.kind = "rest";
    for (auto [op, last, place] : findCandidates(main)) {
      FailureOr<std::optional<LayerRecord>> layer =
          describer.describe(op, last);
      if (failed(layer))
        return signalPassFailure();
      if (!*layer) {
        describer.addToRest(op, rest);
        continue;
      }
      remarkOn(op->getLoc(), **layer);
      if (auto file = last->getLoc()->findInstanceOf<FileLineColLoc>())
        (*layer)->node = file.getLine();
      markLayer(place, layers.size());
      layers.push_back(std::move(**layer));
    }
    numLayers += layers.size();
    if (failed(describer.addOtherWeights(module, rest)))
      return signalPassFailure();
    layers.push_back(std::move(rest));
    makeNamesUnique(layers);

    ProcessorModel processor;
    processor.vectorBits = vectorBits;
    for (const LayerRecord &layer : layers)
      processor.weightBytes += layer.bytes;
    for (LayerRecord &layer : layers)
      addCosts(layer, processor);
    rememberLayers(module, layers);
  }

private:
  static void remarkOn(Location loc, const LayerRecord &layer) {
    auto options =
        remark::RemarkOpts::name("kernel").category("ecolm-describe-layers");
    if (layer.missed.empty())
      remark::passed(loc, options) << remark::add("{0}", layer.kernel)
                                   << remark::reason("{0}", layer.why);
    else
      remark::missed(loc, options) << remark::add("{0}", layer.kernel)
                                   << remark::reason("{0}", layer.missed);
  }
};
} // namespace

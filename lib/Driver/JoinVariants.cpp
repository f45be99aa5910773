//===- JoinVariants.cpp - Modules of several processors -------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Joins sizes and weights.
//
//===----------------------------------------------------------------------===//

#include "JoinVariants.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace ecolm;

/// Raises the integer `name` of `op` to that of `other`.
static void raise(Operation *op, Operation *other, StringRef name) {
  auto own = op ? op->getAttrOfType<IntegerAttr>(name) : IntegerAttr();
  auto theirs = other ? other->getAttrOfType<IntegerAttr>(name) : IntegerAttr();
  if (own && theirs && own.getInt() < theirs.getInt())
    op->setAttr(name, theirs);
}

void ecolm::joinVariants(ModuleOp first, Variants &others) {
  for (OwningOpRef<ModuleOp> &other : others) {
    assert(first->getAttr("ecolm.checks") ==
               (*other)->getAttr("ecolm.checks") &&
           "checks come from the graph, which is the same");
    raise(first, *other, "ecolm.cache_bytes");
    raise(first.lookupSymbol("ecolm_main"), other->lookupSymbol("ecolm_main"),
          "ecolm.workspace_bytes");
  }
}

OwningOpRef<ModuleOp> ecolm::collectWeights(ModuleOp first, Variants &others) {
  OwningOpRef<ModuleOp> all = ModuleOp::create(first.getLoc());
  OpBuilder builder(all->getBodyRegion());
  DenseSet<Attribute> places;
  auto add = [&](ModuleOp module) {
    for (auto weight : module.getOps<WeightOp>()) {
      if (!places.insert(weight->getAttr("ecolm.offset")).second)
        continue;
      auto copy = cast<WeightOp>(builder.clone(*weight));
      copy.setSymName("weight_" + std::to_string(places.size()));
    }
  };
  add(first);
  for (OwningOpRef<ModuleOp> &other : others)
    add(*other);
  return all;
}

//===- ExpandFusedOperators.cpp - com.microsoft in standard terms ---------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Writes onnxruntime's fused operators as standard ones.
//
//===----------------------------------------------------------------------===//

#include "FusedNode.h"
#include "ecolm/Recognition/Passes.h"

namespace ecolm {
#define GEN_PASS_DEF_EXPANDFUSEDOPERATORS
#include "ecolm/Recognition/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

namespace {
struct ExpandFusedOperators final
    : ecolm::impl::ExpandFusedOperatorsBase<ExpandFusedOperators> {
  using Base::Base;

  void runOnOperation() override {
    NodeConversions conversions;
    populateFusedActivations(conversions);
    populateFusedNormalizations(conversions);
    populateFusedProducts(conversions);
    populateFusedBlockProducts(conversions);
    populateFusedGather(conversions);
    populateFusedAttention(conversions);
    populateFusedGroupAttention(conversions);
    conversions.apply(getOperation());
  }
};
} // namespace

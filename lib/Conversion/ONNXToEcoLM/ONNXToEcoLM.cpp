//===- ONNXToEcoLM.cpp - Recognizes operations of the field ---------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Rewrites the nodes that have a word in the ecolm dialect.
//
//===----------------------------------------------------------------------===//

#include "EcoLMConversions.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "ecolm/Conversion/Passes.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMDialect.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Pass/Pass.h"

namespace ecolm {
#define GEN_PASS_DEF_CONVERTONNXTOECOLM
#include "ecolm/Conversion/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

namespace {
struct ConvertONNXToEcoLM final
    : ecolm::impl::ConvertONNXToEcoLMBase<ConvertONNXToEcoLM> {
  using Base::Base;

  void runOnOperation() override {
    NodeConversions conversions;
    populateQuantizerConversions(conversions);
    populateLowBitConversions(conversions);
    populateProductConversions(conversions);
    populateScaleConversions(conversions);
    populateNormalizationConversions(conversions);
    populateAttentionConversions(conversions);
    populatePermutationConversions(conversions);
    populatePositionConversions(conversions);
    conversions.apply(getOperation());
    if (failed(convertMetadata(getOperation())))
      signalPassFailure();
  }
};
} // namespace

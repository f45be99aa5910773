//===- TakeOneSequence.cpp - One sequence at a time -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Fixes the batch of a language model to one.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"
#include "ecolm/Dialect/ONNX/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;

namespace ecolm::onnx {

#define GEN_PASS_DEF_TAKEONESEQUENCE
#include "ecolm/Dialect/ONNX/Transforms/Passes.h.inc"

namespace {

/// True if the exporter says that the model continues texts.
bool isLanguageModel(ModuleOp module) {
  auto metadata = module->getAttrOfType<DictionaryAttr>("onnx.metadata");
  return metadata && metadata.contains("ecolm.context_length");
}

/// True if `function` takes token ids ?x?, and nothing else.
bool takesBatches(func::FuncOp function) {
  if (function.isExternal() || function.getNumArguments() != 1)
    return false;
  auto ids = dyn_cast<RankedTensorType>(function.getArgument(0).getType());
  return ids && ids.getRank() == 2 && ids.getElementType().isInteger(64) &&
         ids.isDynamicDim(0) && ids.isDynamicDim(1);
}

struct TakeOneSequence final : impl::TakeOneSequenceBase<TakeOneSequence> {
  using Base::Base;

  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<func::FuncOp>(kMainName);
    if (!main || !isLanguageModel(getOperation()) || !takesBatches(main))
      return;
    Builder builder(&getContext());
    auto type =
        RankedTensorType::get({1, ShapedType::kDynamic}, builder.getI64Type());
    main.getArgument(0).setType(type);
    Operation *end = main.getBody().front().getTerminator();
    main.setType(builder.getFunctionType(type, end->getOperandTypes()));
    auto dims = main.getArgAttrOfType<ArrayAttr>(0, kDimsAttrName);
    if (!dims || dims.size() != 2)
      return;
    main.setArgAttr(
        0, kDimsAttrName,
        builder.getArrayAttr({builder.getStringAttr("1"), dims[1]}));
  }
};

} // namespace
} // namespace ecolm::onnx

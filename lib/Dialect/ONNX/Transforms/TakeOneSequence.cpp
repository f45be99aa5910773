//===- TakeOneSequence.cpp - One sequence at a time -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Fixes the batch of a language model to one, and bounds its tokens.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"
#include "ecolm/Dialect/ONNX/Transforms/InferShapes.h"
#include "ecolm/Dialect/ONNX/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;

namespace ecolm::onnx {

#define GEN_PASS_DEF_TAKEONESEQUENCE
#include "ecolm/Dialect/ONNX/Transforms/Passes.h.inc"

namespace {

/// The longest text that the exporter says the model continues, or nothing if
/// it is no language model.
std::optional<int64_t> getContextLength(ModuleOp module) {
  auto metadata = module->getAttrOfType<DictionaryAttr>("onnx.metadata");
  auto text = metadata ? metadata.getAs<StringAttr>("ecolm.context_length")
                       : StringAttr();
  int64_t length;
  if (!text || text.getValue().getAsInteger(10, length) || length < 1)
    return std::nullopt;
  return length;
}

/// True if `function` takes token ids [batch, tokens] of any number of tokens,
/// and nothing else.
bool takesIds(func::FuncOp function) {
  if (function.isExternal() || function.getNumArguments() != 1)
    return false;
  auto ids = dyn_cast<RankedTensorType>(function.getArgument(0).getType());
  return ids && ids.getRank() == 2 && ids.getElementType().isInteger(64) &&
         ids.isDynamicDim(1);
}

/// Makes the batch one.
void fixBatch(func::FuncOp main) {
  Builder builder(main.getContext());
  auto type =
      RankedTensorType::get({1, ShapedType::kDynamic}, builder.getI64Type());
  main.getArgument(0).setType(type);
  Operation *end = main.getBody().front().getTerminator();
  main.setType(builder.getFunctionType(type, end->getOperandTypes()));
  auto dims = main.getArgAttrOfType<ArrayAttr>(0, kDimsAttrName);
  if (dims && dims.size() == 2)
    main.setArgAttr(
        0, kDimsAttrName,
        builder.getArrayAttr({builder.getStringAttr("1"), dims[1]}));
}

struct TakeOneSequence final : impl::TakeOneSequenceBase<TakeOneSequence> {
  using Base::Base;

  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<func::FuncOp>(kMainName);
    std::optional<int64_t> length = getContextLength(getOperation());
    if (!main || !length || !takesIds(main))
      return;
    main->setAttr(
        kLongestAttrName,
        IntegerAttr::get(IntegerType::get(&getContext(), 64), *length));
    auto ids = cast<RankedTensorType>(main.getArgument(0).getType());
    if (ids.isDynamicDim(0))
      fixBatch(main);
  }
};

} // namespace
} // namespace ecolm::onnx

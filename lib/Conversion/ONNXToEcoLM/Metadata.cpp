//===- Metadata.cpp - The model's metadata --------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Reads what the file says about a language model as a whole.
//
//===----------------------------------------------------------------------===//

#include "EcoLMConversions.h"
#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;
using namespace ecolm;

/// Entry `name` of the model's metadata, or null.
static StringAttr getMetadata(ModuleOp module, StringRef name) {
  auto metadata = module->getAttrOfType<DictionaryAttr>("onnx.metadata");
  return metadata ? metadata.getAs<StringAttr>(name) : StringAttr();
}

/// Ends the call of a language model with more tokens than `onnx.longest` says,
/// which nothing behind may meet.
static void checkLength(ModuleOp module) {
  constexpr StringLiteral kLongest = "onnx.longest";
  auto main = module.lookupSymbol<func::FuncOp>(onnx::kMainName);
  auto longest =
      main ? main->getAttrOfType<IntegerAttr>(kLongest) : IntegerAttr();
  if (!longest)
    return;
  main->removeAttr(kLongest);
  ImplicitLocOpBuilder b(main.getLoc(), module.getContext());
  b.setInsertionPointToStart(&main.getBody().front());
  Value count = tensor::DimOp::create(b, main.getArgument(0), 1);
  Value most = arith::ConstantIndexOp::create(b, longest.getInt());
  Value fits = arith::CmpIOp::create(b, arith::CmpIPredicate::ule, count, most);
  cf::AssertOp::create(b, fits,
                       "the ids are of more tokens than the " +
                           std::to_string(longest.getInt()) +
                           " that the model's context holds");
}

LogicalResult ecolm::convertMetadata(ModuleOp module) {
  checkLength(module);
  for (StringRef name : {"ecolm.name", "ecolm.tokenizer"})
    if (StringAttr text = getMetadata(module, name))
      module->setAttr(name, text);

  StringRef name = "ecolm.context_length";
  StringAttr text = getMetadata(module, name);
  if (!text)
    return success();
  int64_t length;
  if (text.getValue().getAsInteger(10, length) || length < 1)
    return module.emitError() << "expects metadata '" << name
                              << "' to be a positive integer, found \""
                              << text.getValue().take_front(40) << "\"";
  module->setAttr(name, IntegerAttr::get(
                            IntegerType::get(module.getContext(), 64), length));
  return success();
}

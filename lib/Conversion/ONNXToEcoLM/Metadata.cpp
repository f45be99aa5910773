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

using namespace mlir;
using namespace ecolm;

/// Entry `name` of the model's metadata, or null.
static StringAttr getMetadata(ModuleOp module, StringRef name) {
  auto metadata = module->getAttrOfType<DictionaryAttr>("onnx.metadata");
  return metadata ? metadata.getAs<StringAttr>(name) : StringAttr();
}

LogicalResult ecolm::convertMetadata(ModuleOp module) {
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

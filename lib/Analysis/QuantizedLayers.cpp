//===- QuantizedLayers.cpp - What quantizing a model cost -----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Writes quantized layers into an attribute and reads them back.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Analysis/QuantizedLayers.h"
#include "mlir/IR/Builders.h"
#include <cmath>

using namespace mlir;
using namespace ecolm;

/// Attribute of a module: an array of dictionaries, one for each matrix.
static constexpr llvm::StringLiteral kAttrName = "ecolm.quantized_layers";

double QuantizedLayer::getSignalToNoise() const {
  return -20 * std::log10(relativeError);
}

void ecolm::rememberQuantizedLayers(ModuleOp module,
                                    ArrayRef<QuantizedLayer> layers) {
  Builder b(module.getContext());
  SmallVector<Attribute> list;
  for (const QuantizedLayer &layer : layers)
    list.push_back(b.getDictionaryAttr(
        {b.getNamedAttr("name", b.getStringAttr(layer.name)),
         b.getNamedAttr("recipe", b.getStringAttr(layer.recipe)),
         b.getNamedAttr("outputs", b.getI64IntegerAttr(layer.outputs)),
         b.getNamedAttr("inputs", b.getI64IntegerAttr(layer.inputs)),
         b.getNamedAttr("bits", b.getF64FloatAttr(layer.bitsPerWeight)),
         b.getNamedAttr("error", b.getF64FloatAttr(layer.relativeError))}));
  module->setAttr(kAttrName, b.getArrayAttr(list));
}

std::vector<QuantizedLayer> ecolm::recallQuantizedLayers(ModuleOp module) {
  std::vector<QuantizedLayer> layers;
  auto list = module->getAttrOfType<ArrayAttr>(kAttrName);
  if (!list)
    return layers;
  for (auto entry : list.getAsRange<DictionaryAttr>()) {
    auto name = entry.getAs<StringAttr>("name");
    auto recipe = entry.getAs<StringAttr>("recipe");
    auto outputs = entry.getAs<IntegerAttr>("outputs");
    auto inputs = entry.getAs<IntegerAttr>("inputs");
    auto bits = entry.getAs<FloatAttr>("bits");
    auto error = entry.getAs<FloatAttr>("error");
    if (name && recipe && outputs && inputs && bits && error)
      layers.push_back({name.str(), recipe.str(), outputs.getInt(),
                        inputs.getInt(), bits.getValueAsDouble(),
                        error.getValueAsDouble()});
  }
  return layers;
}

//===- LayerRecord.cpp - One layer as it is compiled ----------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Writes layers into an attribute and locations, and reads them back.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Analysis/LayerRecord.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace ecolm;

/// Attribute of a module: an array of dictionaries, one for each layer.
static constexpr llvm::StringLiteral kLayersAttrName = "ecolm.layers";

double LayerRecord::getTime(int64_t tokens, int64_t position) const {
  // Every token attends to itself and to all before it.
  double pairs = double(tokens) * (position + (tokens + 1) / 2.0);
  return startTime +
         std::max(weightTime, tokens * tokenTime + pairs * pairTime);
}

namespace {

/// Collects fields as attributes.
struct FieldWriter {
  Builder &b;
  SmallVector<NamedAttribute> &fields;

  void operator()(StringRef key, const std::string &value) {
    fields.push_back(b.getNamedAttr(key, b.getStringAttr(value)));
  }
  void operator()(StringRef key, int64_t value) {
    fields.push_back(b.getNamedAttr(key, b.getI64IntegerAttr(value)));
  }
  void operator()(StringRef key, double value) {
    fields.push_back(b.getNamedAttr(key, b.getF64FloatAttr(value)));
  }
};

/// Reads fields that are there.
struct FieldReader {
  DictionaryAttr fields;

  void operator()(StringRef key, std::string &value) {
    if (auto text = fields.getAs<StringAttr>(key))
      value = text.str();
  }
  void operator()(StringRef key, int64_t &value) {
    if (auto number = fields.getAs<IntegerAttr>(key))
      value = number.getInt();
  }
  void operator()(StringRef key, double &value) {
    if (auto number = fields.getAs<FloatAttr>(key))
      value = number.getValueAsDouble();
  }
};

} // namespace

void ecolm::rememberLayers(ModuleOp module, ArrayRef<LayerRecord> layers) {
  Builder b(module.getContext());
  SmallVector<Attribute> list;
  for (const LayerRecord &layer : layers) {
    SmallVector<NamedAttribute> fields;
    visitFields(layer, FieldWriter{b, fields});
    list.push_back(b.getDictionaryAttr(fields));
  }
  module->setAttr(kLayersAttrName, b.getArrayAttr(list));
}

std::vector<LayerRecord> ecolm::recallLayers(ModuleOp module) {
  std::vector<LayerRecord> layers;
  auto list = module->getAttrOfType<ArrayAttr>(kLayersAttrName);
  if (!list)
    return layers;
  for (auto fields : list.getAsRange<DictionaryAttr>())
    visitFields(layers.emplace_back(), FieldReader{fields});
  return layers;
}

void ecolm::markLayer(Operation *op, int64_t index) {
  auto number = IntegerAttr::get(IntegerType::get(op->getContext(), 64), index);
  op->walk([&](Operation *inner) {
    Location loc = inner->getLoc();
    inner->setLoc(FusedLoc::get({loc}, number, op->getContext()));
  });
}

std::optional<int64_t> ecolm::getLayer(Location loc) {
  auto marked = loc->findInstanceOf<FusedLocWith<IntegerAttr>>();
  if (!marked)
    return std::nullopt;
  return marked.getMetadata().getInt();
}

//===- AttributeImporter.cpp - Attributes of a node -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts each kind of AttributeProto, and refuses the kinds that no
// supported operator has.
//
//===----------------------------------------------------------------------===//

#include "AttributeImporter.h"
#include "TensorImporter.h"

using namespace mlir;
using ecolm::onnx::quoteName;
using ::onnx::AttributeProto;

namespace ecolm {

const AttributeProto *resolveReference(const AttributeProto &attribute,
                                       const AttributeBindings *bindings) {
  if (attribute.ref_attr_name().empty())
    return &attribute;
  return bindings ? bindings->lookup(attribute.ref_attr_name()) : nullptr;
}

static FailureOr<Attribute> importValue(ImportContext &import,
                                        const AttributeProto &attribute,
                                        StringRef name, Location loc) {
  Builder builder(import.context);
  switch (attribute.type()) {
  case AttributeProto::FLOAT:
    return Attribute(builder.getF32FloatAttr(attribute.f()));
  case AttributeProto::INT:
    return Attribute(builder.getI64IntegerAttr(attribute.i()));
  case AttributeProto::STRING:
    return Attribute(builder.getStringAttr(attribute.s()));
  case AttributeProto::FLOATS:
    return Attribute(builder.getDenseF32ArrayAttr(
        ArrayRef<float>(attribute.floats().data(), attribute.floats_size())));
  case AttributeProto::INTS:
    return Attribute(builder.getDenseI64ArrayAttr(SmallVector<int64_t>(
        attribute.ints().begin(), attribute.ints().end())));
  case AttributeProto::STRINGS: {
    SmallVector<Attribute> strings;
    for (const std::string &text : attribute.strings())
      strings.push_back(builder.getStringAttr(text));
    return Attribute(builder.getArrayAttr(strings));
  }
  case AttributeProto::TENSOR: {
    FailureOr<ElementsAttr> elements = importTensor(import, attribute.t(), loc);
    if (failed(elements))
      return failure();
    return Attribute(*elements);
  }
  default:
    return emitError(loc) << "attribute " << quoteName(name)
                          << " has ONNX attribute type "
                          << static_cast<int>(attribute.type())
                          << ", which is not supported; expected a number, a "
                             "string, a dense tensor or a graph";
  }
}

FailureOr<NodeAttributes> importAttributes(ImportContext &import,
                                           const ::onnx::NodeProto &node,
                                           const AttributeBindings *bindings,
                                           Location loc) {
  if (static_cast<uint64_t>(node.attribute_size()) >
      import.limits.maxAttributes)
    return emitLimitError(loc) << "node has " << node.attribute_size()
                               << " attributes, more than the limit of "
                               << import.limits.maxAttributes;
  NodeAttributes result;
  NamedAttrList values;
  llvm::StringSet<> seen;
  for (const AttributeProto &attribute : node.attribute()) {
    StringRef name(attribute.name());
    if (name.empty() || name.size() > import.limits.maxNameBytes ||
        !seen.insert(name).second)
      return emitError(loc) << "attribute " << quoteName(name)
                            << " is repeated, or its name is empty or too long";
    const AttributeProto *resolved = resolveReference(attribute, bindings);
    if (!resolved)
      continue;
    if (resolved->type() == AttributeProto::GRAPH) {
      result.graphs.push_back({name, &resolved->g()});
      continue;
    }
    Attribute &value = import.convertedAttributes[resolved];
    if (!value) {
      FailureOr<Attribute> converted =
          importValue(import, *resolved, name, loc);
      if (failed(converted))
        return failure();
      value = *converted;
    }
    values.append(name, value);
  }
  result.values = values.getDictionary(import.context);
  return result;
}

} // namespace ecolm

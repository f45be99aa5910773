//===- SubgraphImporter.cpp - Subgraphs, calls and constants -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Builds the regions of If, Loop and Scan, inlines calls of model-local
// functions, and turns Constant nodes into initializers.
//
//===----------------------------------------------------------------------===//

#include "GraphImporter.h"
#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"

using namespace mlir;
using ecolm::onnx::quoteName;

namespace ecolm {

LogicalResult GraphImporter::importSubgraph(const ::onnx::GraphProto &graph,
                                            Scope &scope, Region &region,
                                            Location loc) {
  if (graphDepth == import.limits.maxDepth)
    return emitLimitError(loc)
           << "subgraphs are nested deeper than the limit of "
           << import.limits.maxDepth;
  Scope inner;
  TypeTable types;
  inner.parent = &scope;
  inner.opsets = scope.opsets;
  inner.bindings = scope.bindings;
  if (failed(enterGraph(graph, inner, types, loc)))
    return failure();
  OpBuilder::InsertionGuard guard(builder);
  inner.block = builder.createBlock(&region);
  for (const auto &input : graph.input()) {
    StatedType stated = unknownType(import);
    if (input.type().has_tensor_type()) {
      FailureOr<StatedType> given =
          importType(import, input.type(), input.name(), loc);
      if (failed(given))
        return failure();
      stated = *given;
    }
    if (failed(define(input.name(), inner.block->addArgument(stated.type, loc),
                      inner, loc)))
      return failure();
  }
  ++graphDepth;
  if (failed(importNodes(graph.node(), inner, std::nullopt)))
    return failure();
  --graphDepth;
  SmallVector<Value> results;
  for (const auto &output : graph.output()) {
    FailureOr<Value> value = lookUpOutput(output.name(), inner, loc);
    if (failed(value))
      return failure();
    results.push_back(*value);
  }
  builder.setInsertionPointToEnd(inner.block);
  onnx::YieldOp::create(builder, loc, results);
  return success();
}

LogicalResult GraphImporter::inlineCall(const ModelFunction &function,
                                        const ::onnx::NodeProto &node,
                                        Scope &scope, ValueRange inputs,
                                        Location loc, unsigned placeIndex) {
  const ::onnx::FunctionProto &proto = *function.proto;
  if (llvm::is_contained(callStack, &function))
    return emitError(loc)
           << "function " << quoteName(proto.name())
           << " calls itself; ONNX functions cannot recurse, use "
              "Loop or Scan";
  if (callStack.size() == import.limits.maxCallDepth)
    return emitLimitError(loc)
           << "functions call each other deeper than the limit of "
           << import.limits.maxCallDepth;
  if (node.input_size() > proto.input_size() ||
      node.output_size() > proto.output_size())
    return emitError(loc) << "function " << quoteName(proto.name()) << " has "
                          << proto.input_size() << " inputs and "
                          << proto.output_size()
                          << " outputs, but the call has " << node.input_size()
                          << " and " << node.output_size();
  if (failed(spend(proto.input_size() + proto.output_size() +
                       proto.attribute_proto_size(),
                   loc)))
    return failure();

  AttributeBindings bindings;
  for (const auto &attribute : proto.attribute_proto())
    bindings[attribute.name()] = &attribute;
  for (const auto &attribute : node.attribute())
    if (const auto *resolved = resolveReference(attribute, scope.bindings))
      bindings[attribute.name()] = resolved;

  Scope body;
  body.types = &function.types;
  body.opsets = &function.opsets;
  body.bindings = &bindings;
  for (int i = 0; i < proto.input_size(); ++i) {
    Value value;
    if (i < node.input_size())
      value = inputs[i];
    else
      value = onnx::NoneOp::create(builder, loc, builder.getNoneType());
    if (failed(define(proto.input(i), value, body, loc)))
      return failure();
  }
  if (failed(importFunctionBody(function, body, loc, placeIndex)))
    return failure();
  for (int i = 0; i < node.output_size(); ++i) {
    FailureOr<Value> value = lookUpOutput(proto.output(i), body, loc);
    if (failed(value) || (!node.output(i).empty() &&
                          failed(define(node.output(i), *value, scope, loc))))
      return failure();
  }
  return success();
}

LogicalResult GraphImporter::importFunctionBody(const ModelFunction &function,
                                                Scope &body, Location loc,
                                                unsigned placeIndex) {
  callStack.push_back(&function);
  LogicalResult imported =
      importNodes(function.proto->node(), body, placeIndex);
  callStack.pop_back();
  return imported;
}

ElementsAttr GraphImporter::constantElements(DictionaryAttr attributes) {
  if (attributes.size() != 1)
    return nullptr;
  Attribute value = attributes.begin()->getValue();
  StringRef kind = attributes.begin()->getName();
  auto tensorOf = [&](ArrayRef<int64_t> shape, Type type) {
    return RankedTensorType::get(shape, type);
  };
  ElementsAttr elements;
  if (kind == "value")
    elements = dyn_cast<ElementsAttr>(value);
  else if (auto number = dyn_cast<IntegerAttr>(value);
           number && kind == "value_int")
    elements = DenseElementsAttr::get(tensorOf({}, number.getType()), value);
  else if (auto number = dyn_cast<FloatAttr>(value);
           number && kind == "value_float")
    elements = DenseElementsAttr::get(tensorOf({}, number.getType()), value);
  else if (auto list = dyn_cast<DenseI64ArrayAttr>(value);
           list && kind == "value_ints")
    elements = DenseElementsAttr::get(
        tensorOf({list.size()}, builder.getI64Type()), list.asArrayRef());
  else if (auto list = dyn_cast<DenseF32ArrayAttr>(value);
           list && kind == "value_floats")
    elements = DenseElementsAttr::get(
        tensorOf({list.size()}, builder.getF32Type()), list.asArrayRef());
  return elements;
}

} // namespace ecolm

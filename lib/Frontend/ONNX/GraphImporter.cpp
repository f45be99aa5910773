//===- GraphImporter.cpp - Graphs of a model -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Builds the main function and the nodes of graphs and subgraphs.
//
//===----------------------------------------------------------------------===//

#include "GraphImporter.h"
#include "TensorImporter.h"
#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using ecolm::onnx::quoteName;

namespace ecolm {

LogicalResult GraphImporter::spend(uint64_t operands, Location loc) {
  uint64_t limit =
      import.limits.maxNodes + import.file.getBytes().size() / 1024;
  ++spentNodes;
  spentOperands += operands;
  // A node of many inputs costs what many nodes cost.
  if (spentNodes <= limit && spentOperands <= limit * 16)
    return success();
  return emitLimitError(loc)
         << "the graph, with functions inlined, is larger than the limit of "
         << limit << " nodes; allow more with --max-nodes";
}

LogicalResult GraphImporter::define(StringRef name, Value value, Scope &scope,
                                    Location loc) {
  if (name.size() > import.limits.maxNameBytes)
    return emitLimitError(loc)
           << "the name of a value has " << name.size()
           << " bytes, more than the limit of " << import.limits.maxNameBytes;
  if (scope.initializers.contains(name) ||
      !scope.values.try_emplace(name, value).second)
    return emitError(loc)
           << "value " << quoteName(name)
           << " is defined twice; every value of a graph needs a "
              "name of its own";
  return success();
}

StatedType GraphImporter::statedType(StringRef name, const Scope &scope) {
  const ::onnx::TypeProto *type =
      scope.types ? scope.types->lookup(name) : nullptr;
  // Only tensors are values here; what is none is refused by its operator.
  if (!type || !type->has_tensor_type())
    return unknownType(import);
  ScopedDiagnosticHandler silence(import.context, [](Diagnostic &) {});
  FailureOr<StatedType> stated =
      importType(import, *type, name, import.fileLoc());
  return succeeded(stated) ? *stated : unknownType(import);
}

FailureOr<Value> GraphImporter::materialize(StringRef name,
                                            const ::onnx::TensorProto &tensor,
                                            Scope &scope, Location loc) {
  FailureOr<ElementsAttr> elements = importTensor(import, tensor, loc);
  if (failed(elements))
    return failure();
  OpBuilder::InsertionGuard guard(builder);
  if (scope.lastInitializer)
    builder.setInsertionPointAfter(scope.lastInitializer);
  else
    builder.setInsertionPointToStart(scope.block);
  auto place = NameLoc::get(builder.getStringAttr(name), import.fileLoc());
  auto op = onnx::InitializerOp::create(
      builder, place, elements->getShapedType(), name, *elements);
  scope.lastInitializer = op;
  return op.getOutput();
}

FailureOr<Value> GraphImporter::lookUp(StringRef name, Scope &scope,
                                       Location loc) {
  for (Scope *at = &scope; at; at = at->parent) {
    if (Value value = at->values.lookup(name))
      return value;
    auto found = at->initializers.find(name);
    if (found == at->initializers.end())
      continue;
    FailureOr<Value> value = materialize(name, *found->second, *at, loc);
    if (succeeded(value))
      at->values[name] = *value;
    return value;
  }
  return Value();
}

FailureOr<Value> GraphImporter::lookUpOutput(StringRef name, Scope &scope,
                                             Location loc) {
  FailureOr<Value> value = lookUp(name, scope, loc);
  if (succeeded(value) && !*value)
    return emitError(loc)
           << "output " << quoteName(name)
           << " is defined nowhere: no node, input or "
              "initializer has that name; export the model again";
  return value;
}

LogicalResult GraphImporter::enterGraph(const ::onnx::GraphProto &graph,
                                        Scope &scope, TypeTable &types,
                                        Location loc) {
  if (graph.sparse_initializer_size() > 0)
    return emitError(loc) << "the graph has sparse initializers, which are not "
                             "supported; store them as dense tensors";
  for (const auto &tensor : graph.initializer()) {
    if (tensor.name().empty() ||
        tensor.name().size() > import.limits.maxNameBytes ||
        !scope.initializers.try_emplace(tensor.name(), &tensor).second)
      return emitError(loc) << "initializer " << quoteName(tensor.name())
                            << " is repeated, or its name is empty or too long";
  }
  for (const auto *list : {&graph.value_info(), &graph.output()})
    for (const auto &info : *list)
      types.try_emplace(info.name(), &info.type());
  scope.types = &types;
  return success();
}

LogicalResult GraphImporter::importMain(ModuleOp module) {
  const ::onnx::GraphProto &graph = model.graph();
  Location loc = import.fileLoc();
  Scope scope;
  TypeTable types;
  scope.opsets = &opsets;
  if (failed(enterGraph(graph, scope, types, loc)))
    return failure();

  builder.setInsertionPointToEnd(module.getBody());
  auto function = func::FuncOp::create(builder, loc, onnx::kMainName,
                                       builder.getFunctionType({}, {}));
  scope.block = function.addEntryBlock();
  builder.setInsertionPointToEnd(scope.block);
  auto describe = [&](StringRef name, ArrayAttr dims) {
    NamedAttrList attributes;
    attributes.append(onnx::kNameAttrName, builder.getStringAttr(name));
    if (dims)
      attributes.append(onnx::kDimsAttrName, dims);
    return attributes.getDictionary(import.context);
  };

  SmallVector<Attribute> argumentAttrs, resultAttrs;
  for (const auto &input : graph.input()) {
    // Before IR version 4 every initializer is an input as well; since then it
    // is one that a caller may override. A compiled model has it built in.
    if (scope.initializers.contains(input.name()))
      continue;
    FailureOr<StatedType> stated =
        importType(import, input.type(), input.name(), loc);
    if (failed(stated))
      return failure();
    Value argument = scope.block->addArgument(stated->type, loc);
    if (failed(define(input.name(), argument, scope, loc)))
      return failure();
    argumentAttrs.push_back(describe(input.name(), stated->dims));
  }

  if (failed(importNodes(graph.node(), scope, std::nullopt)))
    return failure();

  SmallVector<Value> results;
  if (graph.output().empty())
    return emitError(loc) << "the graph has no outputs; export the model again";
  for (const auto &output : graph.output()) {
    FailureOr<StatedType> stated =
        importType(import, output.type(), output.name(), loc);
    if (failed(stated))
      return failure();
    FailureOr<Value> value = lookUpOutput(output.name(), scope, loc);
    if (failed(value))
      return failure();
    results.push_back(*value);
    bool sameRank = stated->type == value->getType();
    resultAttrs.push_back(
        describe(output.name(), sameRank ? stated->dims : nullptr));
  }
  func::ReturnOp::create(builder, loc, results);
  function.setType(builder.getFunctionType(scope.block->getArgumentTypes(),
                                           ValueRange(results).getTypes()));
  function.setArgAttrsAttr(builder.getArrayAttr(argumentAttrs));
  function.setResAttrsAttr(builder.getArrayAttr(resultAttrs));
  return success();
}

LogicalResult GraphImporter::importNodes(const NodeList &nodes, Scope &scope,
                                         std::optional<unsigned> callIndex) {
  for (int i = 0; i < nodes.size(); ++i) {
    const ::onnx::NodeProto &node = nodes.Get(i);
    // A node of a function body stands where its call stands.
    unsigned place = callIndex.value_or(i);
    StringRef name = node.name().empty() ? node.op_type() : node.name();
    Location loc = import.nodeLoc(name, place);
    if (failed(importNode(nodes, i, scope, loc, place)))
      return failure();
  }
  return success();
}

LogicalResult GraphImporter::importNode(const NodeList &nodes, int index,
                                        Scope &scope, Location loc,
                                        unsigned placeIndex) {
  const ::onnx::NodeProto &node = nodes.Get(index);
  const Limits &limits = import.limits;
  if (node.op_type().empty() || node.op_type().size() > limits.maxNameBytes ||
      node.domain().size() > limits.maxNameBytes ||
      node.name().size() > limits.maxNameBytes)
    return emitLimitError(loc)
           << "a node's operator is not named, or a name has more "
              "than "
           << limits.maxNameBytes << " bytes";
  if (static_cast<uint64_t>(std::max(node.input_size(), node.output_size())) >
      limits.maxOperands)
    return emitLimitError(loc)
           << "node has more inputs or outputs than the limit of "
           << limits.maxOperands;
  if (failed(spend(node.input_size() + node.output_size(), loc)))
    return failure();

  SmallVector<Value> inputs;
  for (const std::string &name : node.input()) {
    if (name.empty()) {
      inputs.push_back(
          onnx::NoneOp::create(builder, loc, builder.getNoneType()));
      continue;
    }
    FailureOr<Value> value = lookUp(name, scope, loc);
    if (failed(value))
      return failure();
    if (!*value)
      return emitError(loc) << "input " << quoteName(name) << " "
                            << explainMissingValue(nodes, index, name);
    inputs.push_back(*value);
  }
  if (const ModelFunction *function = functions.find(node))
    return inlineCall(*function, node, scope, inputs, loc, placeIndex);
  return buildNode(node, scope, inputs, loc);
}

LogicalResult GraphImporter::buildNode(const ::onnx::NodeProto &node,
                                       Scope &scope, ValueRange inputs,
                                       Location loc) {
  StringRef domain = normalizeDomain(node.domain());
  auto version = scope.opsets->find(domain);
  if (version == scope.opsets->end())
    return emitError(loc) << "node uses domain "
                          << quoteName(domain.empty() ? "ai.onnx" : domain)
                          << ", which the model does not import; add it to "
                             "opset_import";
  FailureOr<NodeAttributes> attributes =
      importAttributes(import, node, scope.bindings, loc);
  if (failed(attributes))
    return failure();
  // A Constant and an initializer are two spellings of one thing.
  if (domain.empty() && node.op_type() == "Constant" && node.output_size() == 1)
    if (ElementsAttr elements = constantElements(attributes->values)) {
      auto op = onnx::InitializerOp::create(
          builder, loc, elements.getShapedType(), node.output(0), elements);
      return define(node.output(0), op.getOutput(), scope, loc);
    }

  SmallVector<Type> types;
  SmallVector<Attribute> dims, graphNames;
  bool hasSymbols = false;
  for (const std::string &name : node.output()) {
    StatedType stated = statedType(name, scope);
    types.push_back(stated.type);
    dims.push_back(stated.dims ? stated.dims : builder.getArrayAttr({}));
    hasSymbols |= stated.dims && !stated.type.hasStaticShape();
  }
  for (const auto &graph : attributes->graphs)
    graphNames.push_back(builder.getStringAttr(graph.first));
  auto op = onnx::NodeOp::create(
      builder, loc, types, node.op_type(), inputs, domain, version->second,
      attributes->values,
      graphNames.empty() ? nullptr : builder.getArrayAttr(graphNames),
      graphNames.size());
  if (hasSymbols)
    op->setAttr(onnx::kDimsAttrName, builder.getArrayAttr(dims));
  for (auto [region, graph] :
       llvm::zip_equal(op.getSubgraphs(), attributes->graphs))
    if (failed(importSubgraph(*graph.second, scope, region, loc)))
      return failure();
  for (auto [name, value] : llvm::zip_equal(node.output(), op.getOutputs()))
    if (!name.empty() && failed(define(name, value, scope, loc)))
      return failure();
  return success();
}

} // namespace ecolm

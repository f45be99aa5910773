//===- InferShapes.cpp - Types for every value -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Runs the shape rules over a graph, front to back, and writes what they find
// into the IR.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/ONNX/Transforms/InferShapes.h"
#include "ecolm/Dialect/ONNX/Shapes/NodeInference.h"
#include "ecolm/Dialect/ONNX/Transforms/Passes.h"
#include "ecolm/Support/ErrorClass.h"

using namespace mlir;

namespace ecolm::onnx {

#define GEN_PASS_DEF_INFERSHAPES
#include "ecolm/Dialect/ONNX/Transforms/Passes.h.inc"

namespace {

/// The strings of `onnx.dims` for dims that are all sizes.
ArrayAttr makeDimNames(ArrayRef<Dim> dims, Builder &builder) {
  SmallVector<Attribute> names;
  for (Dim dim : dims)
    names.push_back(dim.isNumber()
                        ? builder.getStringAttr(Twine(dim.getNumber()))
                        : dim.getSymbol());
  return builder.getArrayAttr(names);
}

RankedTensorType makeType(const ValueFacts &facts) {
  SmallVector<int64_t> shape;
  for (Dim dim : *facts.dims)
    shape.push_back(dim.isNumber() ? dim.getNumber() : ShapedType::kDynamic);
  return RankedTensorType::get(shape, facts.elementType);
}

/// Gives the dims of `main`'s arguments the symbols that the model names. Only
/// these are believed: a run can check them before anything is computed.
void nameArguments(func::FuncOp main, GraphFacts &graph) {
  for (BlockArgument argument : main.getArguments()) {
    ValueFacts &facts = graph.get(argument);
    auto names = main.getArgAttrOfType<ArrayAttr>(argument.getArgNumber(),
                                                  kDimsAttrName);
    if (!names || !facts.dims || names.size() != facts.dims->size())
      continue;
    for (auto [dim, name] :
         llvm::zip_equal(*facts.dims, names.getAsRange<StringAttr>()))
      if (dim.isSymbol() && !name.getValue().starts_with("?"))
        dim = Dim(name);
  }
}

/// Keeps the integers only where the type holds them as they are.
void dropUnfitElements(ValueFacts &facts) {
  auto type = dyn_cast_or_null<IntegerType>(facts.elementType);
  if (!facts.elements)
    return;
  bool follows = type && (type.getWidth() == 64 || type.getWidth() == 32 ||
                          type.getWidth() == 1);
  for (Dim element : *facts.elements)
    follows = follows && (type.getWidth() != 32 || !element.isNumber() ||
                          llvm::isInt<32>(element.getNumber()));
  if (!follows)
    facts.elements.reset();
}

/// Checks what the file says of a result against what the rule found.
LogicalResult checkStated(NodeOp node, unsigned index,
                          const ValueFacts &facts) {
  auto stated = cast<TensorType>(node.getResult(index).getType());
  Type element = stated.getElementType();
  RankedTensorType found = makeType(facts);
  bool agrees = isa<UnknownType>(element) || element == facts.elementType;
  if (stated.hasRank() && agrees)
    agrees = stated.getRank() == found.getRank() &&
             llvm::all_of_zip(stated.getShape(), *facts.dims,
                              [](int64_t size, Dim dim) {
                                return ShapedType::isDynamic(size) ||
                                       !Dim(size).provablyDiffers(dim);
                              });
  if (agrees)
    return success();
  return classify(node.emitError(), ErrorClass::Model)
         << "the model says that result " << index << " has type " << stated
         << ", but " << node.getOpType() << " gives " << found
         << "; export the model again, or remove its value_info";
}

/// Gives the rank that the file states of a result to the input that it is
/// computed from element by element. What has a rank of its own keeps it.
void passRanksBack(func::FuncOp main) {
  static constexpr StringLiteral kElementwise[] = {
      "Abs", "Cast", "CastLike", "Exp", "Identity", "Log", "Neg", "Sqrt"};
  auto nodes = llvm::to_vector(main.getBody().front().getOps<NodeOp>());
  for (NodeOp node : llvm::reverse(nodes)) {
    if (!node.getDomain().empty() || node.getNumResults() != 1 ||
        !llvm::is_contained(kElementwise, node.getOpType()))
      continue;
    auto stated = dyn_cast<RankedTensorType>(node.getResult(0).getType());
    Value input = node.getPresentInput(0);
    auto producer = input ? input.getDefiningOp<NodeOp>() : NodeOp();
    auto own = producer ? dyn_cast<UnrankedTensorType>(input.getType())
                        : UnrankedTensorType();
    if (!stated || !own)
      continue;
    SmallVector<int64_t> shape(stated.getRank(), ShapedType::kDynamic);
    input.setType(RankedTensorType::get(shape, own.getElementType()));
  }
}

/// Tells how many tokens the ids of a language model are at most.
void boundTokens(func::FuncOp main, GraphFacts &graph) {
  auto longest = main->getAttrOfType<IntegerAttr>(kLongestAttrName);
  if (!longest || main.getNumArguments() != 1)
    return;
  const std::optional<Dims> &dims = graph.get(main.getArgument(0)).dims;
  if (dims && dims->size() == 2 && dims->back().isSymbol())
    graph.setLargest(dims->back(), longest.getInt());
}

class GraphTyping {
public:
  explicit GraphTyping(func::FuncOp main)
      : main(main), builder(main.getContext()), graph(main.getContext()) {}

  FailureOr<InferredTypes> run();
  /// Replaces integers that are known by initializers.
  void foldSizes();

private:
  LogicalResult typeNode(NodeOp node);
  void writeResults(NodeOp node, ArrayRef<ValueFacts> results);
  void retypeMain();

  func::FuncOp main;
  OpBuilder builder;
  GraphFacts graph;
  InferredTypes counts;
};

LogicalResult GraphTyping::typeNode(NodeOp node) {
  ShapeRule rule = findShapeRule(node.getDomain(), node.getOpType());
  NodeInference inference(node, graph);
  if (rule && failed(inference.expectAttributeTypes()))
    return failure();
  bool ready =
      rule && llvm::all_of(node.getInputs(), [&](Value input) {
        return isa<NoneType>(input.getType()) || graph.get(input).isKnown();
      });
  if (!ready) {
    counts.untyped += node.getNumResults();
    return success();
  }
  if (failed(rule(inference)))
    return failure();
  for (auto [i, facts] : llvm::enumerate(inference.getResults())) {
    if (!facts.isKnown()) {
      ++counts.untyped;
      continue;
    }
    ++counts.typed;
    dropUnfitElements(facts);
    if (failed(checkStated(node, i, facts)))
      return failure();
  }
  if (!inference.getAssumptions().empty())
    node->setAttr(kAssumesAttrName,
                  builder.getStrArrayAttr(llvm::map_to_vector(
                      inference.getAssumptions(), [](const std::string &text) {
                        return StringRef(text);
                      })));
  writeResults(node, inference.getResults());
  return success();
}

void GraphTyping::writeResults(NodeOp node, ArrayRef<ValueFacts> results) {
  SmallVector<Attribute> names;
  bool hasSymbols = false;
  for (auto [result, facts] : llvm::zip_equal(node.getResults(), results)) {
    if (facts.isKnown()) {
      RankedTensorType type = makeType(facts);
      result.setType(type);
      graph.get(result) = facts;
      hasSymbols |= !type.hasStaticShape();
    }
    const std::optional<Dims> &dims = graph.get(result).dims;
    names.push_back(dims ? makeDimNames(*dims, builder)
                         : builder.getArrayAttr({}));
  }
  if (hasSymbols)
    node->setAttr(kDimsAttrName, builder.getArrayAttr(names));
  else
    node->removeAttr(kDimsAttrName);
}

void GraphTyping::retypeMain() {
  Operation *end = main.getBody().front().getTerminator();
  main.setType(
      builder.getFunctionType(main.getArgumentTypes(), end->getOperandTypes()));
  for (auto [i, value] : llvm::enumerate(end->getOperands()))
    if (const std::optional<Dims> &dims = graph.get(value).dims)
      main.setResultAttr(i, kDimsAttrName, makeDimNames(*dims, builder));
}

FailureOr<InferredTypes> GraphTyping::run() {
  nameArguments(main, graph);
  boundTokens(main, graph);
  passRanksBack(main);
  // One contradiction often brings others; more of them tell nothing.
  constexpr unsigned kMostErrors = 20;
  unsigned errors = 0;
  for (NodeOp node : main.getBody().front().getOps<NodeOp>())
    if (failed(typeNode(node)) && ++errors == kMostErrors)
      break;
  if (errors != 0)
    return failure();
  retypeMain();
  return counts;
}

void GraphTyping::foldSizes() {
  for (NodeOp node :
       llvm::make_early_inc_range(main.getBody().front().getOps<NodeOp>())) {
    bool isReplaced = false;
    for (OpResult result : node.getResults()) {
      const std::optional<Dims> &elements = graph.get(result).elements;
      auto type = dyn_cast<RankedTensorType>(result.getType());
      if (result.use_empty() || !elements || !type || !type.hasStaticShape() ||
          !type.getElementType().isInteger(64) ||
          !llvm::all_of(*elements, [](Dim dim) { return dim.isNumber(); }))
        continue;
      SmallVector<int64_t> numbers;
      for (Dim dim : *elements)
        numbers.push_back(dim.getNumber());
      builder.setInsertionPoint(node);
      auto size = InitializerOp::create(
          builder, node.getLoc(), type, builder.getStringAttr("size"),
          DenseElementsAttr::get(type, ArrayRef<int64_t>(numbers)));
      result.replaceAllUsesWith(size.getOutput());
      isReplaced = true;
    }
    if (isReplaced && node.use_empty())
      node.erase();
  }
}

struct InferShapes final : impl::InferShapesBase<InferShapes> {
  using Base::Base;

  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      if (function.isExternal())
        continue;
      GraphTyping typing(function);
      FailureOr<InferredTypes> counts = typing.run();
      if (failed(counts))
        return signalPassFailure();
      if (foldSizes)
        typing.foldSizes();
      numTyped += counts->typed;
      numUntyped += counts->untyped;
    }
  }
};

} // namespace

} // namespace ecolm::onnx

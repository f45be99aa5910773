//===- GraphRewriter.cpp - Rewrites an imported graph ---------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares weights, reads sizes and replaces nodes.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Conversion/ONNXNodes/GraphRewriter.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace ecolm;

GraphRewriter::GraphRewriter(ModuleOp module)
    : IRRewriter(module.getContext()), module(module), symbols(module) {
  // A second pass over a module must not declare its weights again.
  for (auto weight : module.getOps<WeightOp>())
    weights.try_emplace(getArrayAttr({weight.getTypeAttr(), weight.getSource(),
                                      getBoolAttr(weight.getTransposed())}),
                        FlatSymbolRefAttr::get(weight.getSymNameAttr()));
}

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

/// Entry `dim` of a list of dimensions, empty when it is no symbol.
static StringRef getDimSymbol(Attribute dims, int64_t dim) {
  auto list = dyn_cast_or_null<ArrayAttr>(dims);
  if (!list || dim >= static_cast<int64_t>(list.size()))
    return {};
  auto symbol = dyn_cast<StringAttr>(list[dim]);
  if (!symbol || symbol.getValue() == "?")
    return {};
  return symbol.getValue();
}

StringRef GraphRewriter::getSymbol(Value tensor, int64_t dim) const {
  if (auto argument = dyn_cast<BlockArgument>(tensor)) {
    auto function = dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp());
    if (!function)
      return {};
    return getDimSymbol(
        function.getArgAttr(argument.getArgNumber(), onnx::kDimsAttrName), dim);
  }
  auto result = cast<OpResult>(tensor);
  auto lists = result.getOwner()->getAttrOfType<ArrayAttr>(onnx::kDimsAttrName);
  if (!lists || result.getResultNumber() >= lists.size())
    return {};
  return getDimSymbol(lists[result.getResultNumber()], dim);
}

/// The argument dimension of `function` that is called `symbol`.
static std::optional<std::pair<BlockArgument, int64_t>>
findArgumentDim(func::FuncOp function, StringRef symbol) {
  for (BlockArgument argument : function.getArguments()) {
    Attribute dims =
        function.getArgAttr(argument.getArgNumber(), onnx::kDimsAttrName);
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    for (int64_t dim = 0; type && dim < type.getRank(); ++dim)
      if (type.isDynamicDim(dim) && getDimSymbol(dims, dim) == symbol)
        return std::make_pair(argument, dim);
  }
  return std::nullopt;
}

std::optional<OpFoldResult> GraphRewriter::getKnownSize(Value tensor,
                                                        int64_t dim) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (!type.isDynamicDim(dim))
    return getIndexAttr(type.getDimSize(dim));
  StringRef symbol = getSymbol(tensor, dim);
  Operation *parent = tensor.getParentBlock()->getParentOp();
  auto function = dyn_cast<func::FuncOp>(parent);
  if (symbol.empty() || !function)
    return std::nullopt;
  auto source = findArgumentDim(function, symbol);
  if (!source)
    return std::nullopt;
  Value &size = symbolSizes[(function.getSymName() + ":" + symbol).str()];
  if (!size) {
    InsertionGuard guard(*this);
    setInsertionPointToStart(&function.getBody().front());
    size = tensor::DimOp::create(*this, function.getLoc(), source->first,
                                 source->second);
  }
  return OpFoldResult(size);
}

OpFoldResult GraphRewriter::getSize(Value tensor, int64_t dim) {
  if (std::optional<OpFoldResult> size = getKnownSize(tensor, dim))
    return *size;
  return tensor::DimOp::create(*this, tensor.getLoc(), tensor, dim).getResult();
}

SmallVector<OpFoldResult> GraphRewriter::getSizes(Value tensor) {
  SmallVector<OpFoldResult> sizes;
  int64_t rank = cast<RankedTensorType>(tensor.getType()).getRank();
  for (int64_t dim = 0; dim < rank; ++dim)
    sizes.push_back(getSize(tensor, dim));
  return sizes;
}

bool GraphRewriter::haveSameSize(Value lhs, int64_t lhsDim, Value rhs,
                                 int64_t rhsDim) const {
  int64_t lhsSize = cast<RankedTensorType>(lhs.getType()).getDimSize(lhsDim);
  int64_t rhsSize = cast<RankedTensorType>(rhs.getType()).getDimSize(rhsDim);
  if (ShapedType::isStatic(lhsSize) || ShapedType::isStatic(rhsSize))
    return lhsSize == rhsSize;
  if (lhs == rhs && lhsDim == rhsDim)
    return true;
  StringRef symbol = getSymbol(lhs, lhsDim);
  return !symbol.empty() && symbol == getSymbol(rhs, rhsDim);
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// A symbol made of `name`: a model's string may hold anything, a symbol of
/// ours holds letters, digits, '_' and '.', and is not long.
static std::string makeSymbolName(StringRef name) {
  std::string symbol;
  for (char c : name.take_front(160))
    symbol += llvm::isAlnum(c) || c == '_' || c == '.' ? c : '_';
  if (symbol.empty() || !(llvm::isAlpha(symbol[0]) || symbol[0] == '_'))
    symbol.insert(0, "w_");
  return symbol;
}

Value GraphRewriter::createWeight(Location loc, StringRef name,
                                  RankedTensorType type, ElementsAttr source,
                                  std::optional<Packing> packing,
                                  bool transposed) {
  Attribute key =
      getArrayAttr({TypeAttr::get(type), source, getBoolAttr(transposed)});
  FlatSymbolRefAttr &symbol = weights[key];
  if (!symbol) {
    InsertionGuard guard(*this);
    setInsertionPointToStart(module.getBody());
    PackingAttr packingAttr =
        packing ? PackingAttr::get(getContext(), *packing) : PackingAttr();
    auto weight = WeightOp::create(*this, loc, makeSymbolName(name), type,
                                   source, packingAttr);
    weight.setTransposed(transposed);
    symbols.insert(weight, module.getBody()->begin());
    symbol = FlatSymbolRefAttr::get(weight.getSymNameAttr());
  }
  return GetWeightOp::create(*this, loc, type, symbol);
}

Value GraphRewriter::createWeightIfConstant(Value value) {
  ElementsAttr elements = getConstant(value);
  // Elements of 2 and 4 bits have no bytes of their own; who computes with them
  // unpacks them.
  if (!elements || (elements.getElementType().isIntOrFloat() &&
                    elements.getElementType().getIntOrFloatBitWidth() < 8 &&
                    !elements.getElementType().isInteger(1)))
    return value;
  return createWeight(value.getLoc(), getConstantName(value),
                      cast<RankedTensorType>(value.getType()), elements);
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

Value GraphRewriter::createNode(Location loc, StringRef opType,
                                ValueRange operands, Type resultType,
                                ArrayRef<NamedAttribute> attrs, Value like) {
  auto node = onnx::NodeOp::create(*this, loc, TypeRange(resultType), opType,
                                   operands, /*domain=*/"", kStandardOpset,
                                   getDictionaryAttr(attrs),
                                   /*graphs=*/nullptr, /*subgraphsCount=*/0);
  createdNodes.push_back(node);
  if (!like)
    return node.getResult(0);
  auto type = cast<RankedTensorType>(resultType);
  int64_t offset =
      cast<RankedTensorType>(like.getType()).getRank() - type.getRank();
  SmallVector<Attribute> dims;
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    StringRef symbol =
        dim + offset >= 0 ? getSymbol(like, dim + offset) : StringRef();
    dims.push_back(getStringAttr(type.isDynamicDim(dim)
                                     ? (symbol.empty() ? "?" : symbol)
                                     : Twine(type.getDimSize(dim)).str()));
  }
  node->setAttr(onnx::kDimsAttrName, getArrayAttr(getArrayAttr(dims)));
  return node.getResult(0);
}

/// Gives `value` the dimensions `dims` if its operation has room for them.
static void setDims(Value value, Attribute dims) {
  Operation *definer = value.getDefiningOp();
  if (definer && definer->getNumResults() == 1 &&
      !definer->hasAttr(onnx::kDimsAttrName))
    definer->setAttr(onnx::kDimsAttrName,
                     ArrayAttr::get(value.getContext(), dims));
}

void GraphRewriter::copyDims(onnx::NodeOp node, Value value) {
  auto lists = node->getAttrOfType<ArrayAttr>(onnx::kDimsAttrName);
  if (lists && value.getType() == node.getResult(0).getType())
    setDims(value, lists[0]);
}

LogicalResult GraphRewriter::replaceNode(onnx::NodeOp node, ValueRange values) {
  auto dims = node->getAttrOfType<ArrayAttr>(onnx::kDimsAttrName);
  for (auto [index, value] : llvm::enumerate(values)) {
    Value result = node.getResult(index), replacement = value;
    if (!replacement)
      continue;
    if (value.getType() != result.getType())
      replacement =
          tensor::CastOp::create(*this, node.getLoc(), result.getType(), value);
    if (dims)
      setDims(replacement, dims[index]);
    replaceAllUsesWith(result, replacement);
  }
  eraseOp(node);
  return success();
}

LogicalResult GraphRewriter::refuse(onnx::NodeOp node, const Twine &reason) {
  node->setAttr(onnx::kRefusalAttrName, getStringAttr(reason));
  return failure();
}

/// Every string in the dimension lists below `module`.
static llvm::StringSet<> collectSymbols(ModuleOp module) {
  llvm::StringSet<> symbols;
  AttrTypeWalker walker;
  walker.addWalk([&](StringAttr text) { symbols.insert(text.getValue()); });
  module.walk([&](Operation *op) {
    if (Attribute dims = op->getAttr(onnx::kDimsAttrName))
      walker.walk(dims);
    if (auto function = dyn_cast<func::FuncOp>(op))
      for (unsigned i = 0; i < function.getNumArguments(); ++i)
        if (Attribute dims = function.getArgAttr(i, onnx::kDimsAttrName))
          walker.walk(dims);
  });
  return symbols;
}

/// Gives every unknown dimension a symbol of its own, so that values made of
/// one tensor know that they agree.
static void nameUnknownDims(ModuleOp module) {
  llvm::StringSet<> used = collectSymbols(module);
  Builder builder(module.getContext());
  int64_t count = 0;
  auto makeSymbol = [&]() {
    std::string symbol;
    do
      symbol = "d" + std::to_string(count++);
    while (!used.insert(symbol).second);
    return builder.getStringAttr(symbol);
  };
  module.walk([&](onnx::NodeOp node) {
    auto lists = node->getAttrOfType<ArrayAttr>(onnx::kDimsAttrName);
    SmallVector<Attribute> named;
    for (auto [index, result] : llvm::enumerate(node.getResults())) {
      auto type = dyn_cast<RankedTensorType>(result.getType());
      if (!type)
        return;
      SmallVector<Attribute> dims;
      for (int64_t dim = 0; dim < type.getRank(); ++dim) {
        StringRef symbol =
            lists ? getDimSymbol(lists[index], dim) : StringRef();
        if (!type.isDynamicDim(dim))
          dims.push_back(builder.getStringAttr(Twine(type.getDimSize(dim))));
        else
          dims.push_back(symbol.empty() ? makeSymbol()
                                        : builder.getStringAttr(symbol));
      }
      named.push_back(builder.getArrayAttr(dims));
    }
    node->setAttr(onnx::kDimsAttrName, builder.getArrayAttr(named));
  });
}

/// The key of `node` in the table of conversions.
static std::string getKey(onnx::NodeOp node) {
  if (node.getDomain().empty())
    return node.getOpType().str();
  return (node.getDomain() + ":" + node.getOpType()).str();
}

void NodeConversions::apply(ModuleOp module) const {
  nameUnknownDims(module);
  SmallVector<onnx::NodeOp> worklist;
  module.walk([&](onnx::NodeOp node) { worklist.push_back(node); });
  GraphRewriter rewriter(module);
  while (!worklist.empty()) {
    onnx::NodeOp node = worklist.pop_back_val();
    auto conversion = table.find(getKey(node));
    if (conversion == table.end())
      continue;
    if (node.use_empty()) {
      rewriter.eraseOp(node);
      continue;
    }
    if (isKnownType && !(llvm::all_of(node->getOperandTypes(), isKnownType) &&
                         llvm::all_of(node->getResultTypes(), isKnownType)))
      continue;
    rewriter.setInsertionPoint(node);
    (void)conversion->second(node, rewriter);
    worklist.append(rewriter.takeCreatedNodes());
  }
  eraseUnusedNodes(module);
}

void ecolm::eraseUnusedNodes(ModuleOp module) {
  SmallVector<Operation *> candidates;
  // What a node holds in its subgraphs comes after it here, so before it below.
  module.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (isa<onnx::NodeOp, onnx::InitializerOp, onnx::NoneOp>(op))
      candidates.push_back(op);
  });
  for (Operation *op : llvm::reverse(candidates))
    if (op->use_empty())
      op->erase();
}

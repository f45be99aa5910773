//===- HalfTable.cpp - Cosines and sines of a rotation --------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Makes the tables of RotaryEmbedding of those in a graph.
//
//===----------------------------------------------------------------------===//

#include "HalfTable.h"
#include "NodeMatch.h"
#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"

using namespace mlir;
using namespace ecolm;

/// `type` with half the last dimension.
static RankedTensorType halve(RankedTensorType type) {
  SmallVector<int64_t> shape(type.getShape());
  shape.back() /= 2;
  return type.clone(shape);
}

/// One of two equal elements of a constant, or null if they differ.
Value TableBuilder::halveConstant(Value value) {
  auto reader = onnx::ElementsReader::get(getConstant(value));
  RankedTensorType type = getRankedType(value);
  auto element =
      type ? dyn_cast<FloatType>(type.getElementType()) : FloatType();
  if (!reader || !element)
    return nullptr;
  bool areNeighbours = pattern.pairing == Pairing::Neighbours;
  int64_t width = type.getShape().back();
  int64_t distance = areNeighbours ? 1 : width / 2;
  SmallVector<Attribute> kept;
  for (int64_t i = 0; i < reader->size(); ++i) {
    bool isFirst = areNeighbours ? i % 2 == 0 : i % width < distance;
    if (isFirst)
      kept.push_back(rewriter.getFloatAttr(element, reader->getDouble(i)));
    else if (reader->getBits(i) != reader->getBits(i - distance))
      return nullptr;
  }
  return onnx::InitializerOp::create(
      rewriter, loc, halve(type), getConstantName(value),
      cast<ElementsAttr>(DenseElementsAttr::get(halve(type), kept)));
}

/// `node` again, of other inputs, with half the last dimension.
Value TableBuilder::rebuild(onnx::NodeOp node, ValueRange inputs) {
  if (llvm::is_contained(inputs, Value()))
    return nullptr;
  auto copy = cast<onnx::NodeOp>(rewriter.clone(*node));
  copy->setOperands(inputs);
  copy.getResult(0).setType(halve(getResultType(node)));
  copy->removeAttr(onnx::kDimsAttrName);
  return copy.getResult(0);
}

/// A product of halves, of which those of one column stay.
Value TableBuilder::halveProduct(onnx::NodeOp product) {
  SmallVector<Value> inputs;
  for (Value input : product.getInputs()) {
    RankedTensorType type = getRankedType(input);
    bool isColumn =
        type && (type.getRank() == 0 || type.getShape().back() == 1);
    inputs.push_back(isColumn ? input : takeHalf(input));
  }
  return rebuild(product, inputs);
}

/// What is joined with itself as the pairs are, or null.
Value TableBuilder::takeEqualHalf(onnx::NodeOp node) {
  std::optional<Join> join = matchJoin(node.getResult(0));
  bool fits = join && join->pairing == pattern.pairing &&
              isSameValue(join->first, join->second);
  return fits ? skipIdentities(join->first) : Value();
}

/// True if `node` moves its first input and leaves the last dimension whole.
static bool keepsLast(onnx::NodeOp node) {
  RankedTensorType from = getRankedType(node.getInputs()[0]);
  RankedTensorType to = getResultType(node);
  if (!from || from.getRank() == 0 ||
      from.getShape().back() != to.getShape().back())
    return false;
  StringRef op = node.getOpType();
  if (op == "Gather")
    return normalizeAxis(getInt(node, "axis", 0), from.getRank()) !=
           from.getRank() - 1;
  if (op == "Unsqueeze" || op == "Squeeze") {
    RankedTensorType wide = op == "Unsqueeze" ? to : from;
    auto axes = getIntsOrInput(node, "axes", 1);
    return axes && llvm::none_of(*axes, [&](int64_t axis) {
             return normalizeAxis(axis, wide.getRank()) == wide.getRank() - 1;
           });
  }
  if (op == "Transpose") {
    auto perm = getInts(node, "perm");
    return perm && perm->back() == from.getRank() - 1;
  }
  // A slice that ends where the whole dimension does ends where half of it
  // does.
  return op == "Slice" || op == "Cos" || op == "Sin" || op == "Cast";
}

/// One of two equal elements of the last dimension of `value`, if they are
/// equal in every run, else null.
Value TableBuilder::takeHalf(Value value) {
  value = skipIdentities(value);
  RankedTensorType type = getRankedType(value);
  if (!type || type.getRank() < 1 || type.isDynamicDim(type.getRank() - 1) ||
      type.getShape().back() % 2)
    return nullptr;
  if (getConstant(value))
    return halveConstant(value);
  auto node = value.getDefiningOp<onnx::NodeOp>();
  if (!node || !node.getDomain().empty() || node.getNumResults() != 1)
    return nullptr;
  if (Value half = takeEqualHalf(node))
    return half;
  if (node.getOpType() == "Mul")
    return halveProduct(node);
  if (!keepsLast(node))
    return nullptr;
  SmallVector<Value> inputs(node.getInputs());
  inputs[0] = takeHalf(inputs[0]);
  return rebuild(node, inputs);
}

std::optional<int64_t> TableBuilder::findTokens(Value factors) {
  RankedTensorType type = getRankedType(factors), wide = getRankedType(x);
  int64_t rank = wide.getRank(), missing = rank - (type ? type.getRank() : 0);
  int64_t width = wide.getShape().back();
  if (!type || missing < 0 || type.getRank() < 2 ||
      type.getElementType() != wide.getElementType() ||
      type.getShape().back() != (pattern.isWide ? width : width / 2))
    return std::nullopt;
  auto isOne = [&](int64_t dim) {
    return dim < missing || type.getDimSize(dim - missing) == 1;
  };
  auto isWhole = [&](int64_t dim) {
    return dim >= missing &&
           rewriter.haveSameSize(factors, dim - missing, x, dim);
  };
  if (!isOne(0) && !isWhole(0))
    return std::nullopt;
  // Without heads only the batch shows that the factors are of places, not of
  // what stands there.
  bool isShared = missing > 0 || (isOne(0) && wide.getDimSize(0) != 1);
  if (rank == 3)
    return isShared && isWhole(1) ? std::optional<int64_t>(1) : std::nullopt;
  for (int64_t tokens : {2, 1})
    if (isWhole(tokens) && isOne(3 - tokens))
      return tokens;
  return std::nullopt;
}

Value TableBuilder::makeIntegers(ArrayRef<int64_t> values) {
  auto elements = rewriter.getI64TensorAttr(values);
  return onnx::InitializerOp::create(rewriter, loc,
                                     cast<RankedTensorType>(elements.getType()),
                                     "axes", cast<ElementsAttr>(elements));
}

/// A table for all of a batch, once for each.
Value TableBuilder::spreadOverBatch(Value table) {
  auto one = RankedTensorType::get({1}, rewriter.getI64Type());
  Value batch = rewriter.createNode(
      loc, "Shape", x, one,
      {rewriter.getNamedAttr("start", rewriter.getI64IntegerAttr(0)),
       rewriter.getNamedAttr("end", rewriter.getI64IntegerAttr(1))});
  auto three = RankedTensorType::get({3}, rewriter.getI64Type());
  Value shape = rewriter.createNode(
      loc, "Concat", {batch, makeIntegers({1, 1})}, three,
      rewriter.getNamedAttr("axis", rewriter.getI64IntegerAttr(0)));
  SmallVector<int64_t> sizes(getRankedType(table).getShape());
  sizes[0] = getRankedType(x).getDimSize(0);
  return rewriter.createNode(loc, "Expand", {table, shape},
                             getRankedType(table).clone(sizes));
}

Value TableBuilder::build(Value factors, int64_t tokens) {
  Value table = pattern.isWide ? takeHalf(factors) : factors;
  if (!table)
    return nullptr;
  RankedTensorType type = getRankedType(table);
  int64_t rank = getRankedType(x).getRank(), missing = rank - type.getRank();
  SmallVector<int64_t> sizes(type.getShape());
  // The dimension of heads goes, and that of the batch is there.
  if (int64_t heads = 3 - tokens - missing; rank == 4 && heads >= 0) {
    sizes.erase(sizes.begin() + heads);
    table = rewriter.createNode(loc, "Squeeze", {table, makeIntegers({heads})},
                                type.clone(sizes));
  }
  if (sizes.size() == 2) {
    sizes.insert(sizes.begin(), 1);
    table = rewriter.createNode(loc, "Unsqueeze", {table, makeIntegers({0})},
                                type.clone(sizes));
  }
  bool isShared = sizes[0] == 1 && getRankedType(x).getDimSize(0) != 1;
  return isShared ? spreadOverBatch(table) : table;
}

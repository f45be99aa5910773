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

/// The left half of a constant whose right half is the same, or null.
Value TableBuilder::halveConstant(Value value) {
  auto reader = onnx::ElementsReader::get(getConstant(value));
  RankedTensorType type = getRankedType(value);
  auto element =
      type ? dyn_cast<FloatType>(type.getElementType()) : FloatType();
  if (!reader || !element)
    return nullptr;
  int64_t width = type.getShape().back(), half = width / 2;
  SmallVector<Attribute> kept;
  for (int64_t i = 0; i < reader->size(); ++i) {
    if (i % width < half)
      kept.push_back(rewriter.getFloatAttr(element, reader->getDouble(i)));
    else if (reader->getBits(i) != reader->getBits(i - half))
      return nullptr;
  }
  return onnx::InitializerOp::create(
      rewriter, loc, halve(type), getConstantName(value),
      cast<ElementsAttr>(DenseElementsAttr::get(halve(type), kept)));
}

/// `node` again, with `half` for its input `index`.
Value TableBuilder::rebuild(onnx::NodeOp node, unsigned index, Value half) {
  if (!half)
    return nullptr;
  auto copy = cast<onnx::NodeOp>(rewriter.clone(*node));
  copy->setOperand(index, half);
  copy.getResult(0).setType(halve(getResultType(node)));
  copy->removeAttr(onnx::kDimsAttrName);
  return copy.getResult(0);
}

/// The left half of the last dimension of `value`, if its right half is the
/// same in every run, else null.
Value TableBuilder::takeHalf(Value value) {
  value = skipIdentities(value);
  RankedTensorType type = getRankedType(value);
  if (!type || type.getRank() < 1 || type.isDynamicDim(type.getRank() - 1) ||
      type.getShape().back() % 2)
    return nullptr;
  if (getConstant(value))
    return halveConstant(value);
  auto node = value.getDefiningOp<onnx::NodeOp>();
  if (!node || !node.getDomain().empty())
    return nullptr;
  StringRef op = node.getOpType();
  ValueRange inputs = node.getInputs();
  int64_t last = type.getRank() - 1;
  if (op == "Concat")
    return inputs.size() == 2 &&
                   normalizeAxis(getInt(node, "axis", 0), last + 1) == last &&
                   skipIdentities(inputs[0]) == skipIdentities(inputs[1])
               ? inputs[0]
               : Value();
  if (op == "Cos" || op == "Sin" || op == "Cast")
    return rebuild(node, 0, takeHalf(inputs[0]));
  if (op == "Mul")
    for (unsigned i : {0u, 1u})
      if (matchNumber(inputs[1 - i]))
        return rebuild(node, i, takeHalf(inputs[i]));
  bool keepsLast = false;
  if (op == "Gather") {
    RankedTensorType data = getRankedType(inputs[0]);
    keepsLast = data && normalizeAxis(getInt(node, "axis", 0),
                                      data.getRank()) != data.getRank() - 1;
  } else if (op == "Unsqueeze") {
    auto axes = getIntsOrInput(node, "axes", 1);
    keepsLast = axes && llvm::none_of(*axes, [&](int64_t axis) {
                  return normalizeAxis(axis, last + 1) == last;
                });
  } else if (op == "Slice") {
    auto axes = getIntsOrInput(node, "axes", 3);
    keepsLast = axes && llvm::none_of(*axes, [&](int64_t axis) {
                  return normalizeAxis(axis, last + 1) == last;
                });
  }
  return keepsLast ? rebuild(node, 0, takeHalf(inputs[0])) : Value();
}

Value TableBuilder::build(Value factors, bool repeats) {
  RankedTensorType type = getRankedType(factors), wide = getRankedType(x);
  int64_t width = wide.getShape().back();
  int64_t wanted = repeats ? width : width / 2;
  if (!type || type.getRank() != 4 || type.getDimSize(1) != 1 ||
      type.getDimSize(3) != wanted ||
      type.getElementType() != wide.getElementType() ||
      !rewriter.haveSameSize(factors, 2, x, 2))
    return nullptr;
  bool isShared = type.getDimSize(0) == 1 && wide.getDimSize(0) != 1;
  if (!isShared && !rewriter.haveSameSize(factors, 0, x, 0))
    return nullptr;
  Value table = repeats ? takeHalf(factors) : factors;
  if (!table)
    return nullptr;
  auto integers = [&](ArrayRef<int64_t> values) -> Value {
    auto elements = rewriter.getI64TensorAttr(values);
    return onnx::InitializerOp::create(
        rewriter, loc, cast<RankedTensorType>(elements.getType()), "axes",
        cast<ElementsAttr>(elements));
  };
  Type element = type.getElementType();
  auto flat = RankedTensorType::get(
      {type.getDimSize(0), type.getDimSize(2), width / 2}, element);
  table = rewriter.createNode(loc, "Squeeze", {table, integers({1})}, flat);
  if (!isShared)
    return table;
  auto one = RankedTensorType::get({1}, rewriter.getI64Type());
  Value batch = rewriter.createNode(
      loc, "Shape", x, one,
      {rewriter.getNamedAttr("start", rewriter.getI64IntegerAttr(0)),
       rewriter.getNamedAttr("end", rewriter.getI64IntegerAttr(1))});
  auto three = RankedTensorType::get({3}, rewriter.getI64Type());
  Value shape = rewriter.createNode(
      loc, "Concat", {batch, integers({1, 1})}, three,
      rewriter.getNamedAttr("axis", rewriter.getI64IntegerAttr(0)));
  auto all = RankedTensorType::get(
      {wide.getDimSize(0), type.getDimSize(2), width / 2}, element);
  return rewriter.createNode(loc, "Expand", {table, shape}, all);
}

//===- Creation.cpp - Rules of operators that make tensors -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Infers Shape, Range and ConstantOfShape.
//
//===----------------------------------------------------------------------===//

#include "Rules.h"
#include "ecolm/Dialect/ONNX/IR/DataTypes.h"
#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"
#include "llvm/Support/CheckedArithmetic.h"

using namespace mlir;

namespace ecolm::onnx {

LogicalResult inferShape(NodeInference &node) {
  if (failed(node.expectInputs(1, 1)))
    return failure();
  const Dims &dims = node.getDims(0);
  int64_t rank = dims.size();
  auto clamp = [&](int64_t at) {
    return std::clamp<int64_t>(at < 0 ? at + rank : at, 0, rank);
  };
  int64_t begin = clamp(std::max(node.getInt("start", 0), -rank));
  int64_t end = clamp(std::max(node.getInt("end", rank), -rank));
  Dims part(dims.begin() + begin, dims.begin() + std::max(begin, end));
  int64_t count = part.size();
  node.setElements(0, std::move(part));
  return node.setResult(0, IntegerType::get(node.getOp().getContext(), 64),
                        {Dim(count)});
}

LogicalResult inferSize(NodeInference &node) {
  if (failed(node.expectInputs(1, 1)))
    return failure();
  Dim count(1);
  for (Dim dim : node.getDims(0))
    count = multiply(count, dim);
  node.setElements(0, Dims{count});
  return node.setResult(0, IntegerType::get(node.getOp().getContext(), 64), {});
}

/// max(0, ceil((limit - start) / delta)), or unknown.
static Dim countRange(Dim start, Dim limit, Dim delta) {
  if (start.isNumber(0) && delta.isNumber(1) && limit.isSymbol())
    return limit;
  Dim distance = subtract(limit, start);
  if (distance.isSymbol() && delta.isNumber(1))
    return distance;
  if (!distance.isNumber() || !delta.isNumber())
    return Dim();
  // Same sign and not zero, so the quotient is not negative; towards zero, then
  // one more for a remainder.
  int64_t d = distance.getNumber(), step = delta.getNumber();
  if (d == 0 || (d < 0) != (step < 0))
    return Dim(0);
  Dim quotient = divide(distance, delta);
  return d % step == 0 ? quotient : add(quotient, Dim(1));
}

LogicalResult inferRange(NodeInference &node) {
  if (failed(node.expectInputs(3, 3)) || failed(node.expectSameType({0, 1, 2})))
    return failure();
  Dim bounds[3];
  for (unsigned i = 0; i < 3; ++i) {
    if (failed(node.expectRank(i, 0, 1)))
      return failure();
    bounds[i] = node.getWholeNumber(i);
  }
  if (bounds[2].isNumber(0))
    return node.emitError() << "Range has a step of zero";
  Dim count = countRange(bounds[0], bounds[1], bounds[2]);
  if (count.isNumber() && count.getNumber() <= 1024 && bounds[0].isNumber()) {
    Dims elements;
    Dim at = bounds[0];
    for (int64_t i = 0; i < count.getNumber(); ++i, at = add(at, bounds[2]))
      elements.push_back(at);
    node.setElements(0, std::move(elements));
  }
  return node.setResult(0, node.getInput(0).elementType, {count});
}

LogicalResult inferConstantOfShape(NodeInference &node) {
  if (failed(node.expectInputs(1, 1)) || failed(node.expectRank(0, 1, 1)))
    return failure();
  MLIRContext *context = node.getOp().getContext();
  Type elementType = Float32Type::get(context);
  Dim fill;
  if (auto value =
          dyn_cast_or_null<ElementsAttr>(node.getOp().getNodeAttr("value"))) {
    elementType = value.getShapedType().getElementType();
    auto reader = ElementsReader::get(value);
    if (!reader || reader->size() != 1)
      return node.emitError()
             << "ConstantOfShape expects a value of one element";
    if (isa<IntegerType>(elementType))
      fill = Dim(reader->getInteger(0));
  }
  Dims dims;
  if (const Dims *elements = node.getElements(0))
    dims = *elements;
  else if (Dim rank = node.getDims(0)[0];
           rank.isNumber() && rank.getNumber() <= 64)
    dims.resize(rank.getNumber());
  else
    return node.setUnknownDims(0, elementType, std::nullopt);
  bool isSmall = dims.size() == 1 && dims[0].isNumber() &&
                 dims[0].getNumber() >= 0 && dims[0].getNumber() <= 1024;
  if (fill.isNumber() && isSmall)
    node.setElements(0, Dims(dims[0].getNumber(), fill));
  return node.setResult(0, elementType, dims);
}

LogicalResult inferEyeLike(NodeInference &node) {
  if (failed(node.expectInputs(1, 1)) || failed(node.expectRank(0, 2, 2)))
    return failure();
  Type type = node.getInput(0).elementType;
  if (node.getOp().getNodeAttr("dtype"))
    type = getElementType(node.getInt("dtype", 0), node.getOp().getContext());
  if (!type)
    return success();
  return node.setResult(0, type, node.getDims(0));
}

} // namespace ecolm::onnx

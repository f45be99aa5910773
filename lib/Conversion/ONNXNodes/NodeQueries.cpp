//===- NodeQueries.cpp - Questions about a node ---------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Reads attributes, constants and names of onnx nodes.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"
#include "mlir/IR/BuiltinAttributes.h"
#include <cmath>

using namespace mlir;
using namespace ecolm;

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

int64_t ecolm::getInt(onnx::NodeOp node, StringRef name, int64_t fallback) {
  auto attr = dyn_cast_or_null<IntegerAttr>(node.getNodeAttr(name));
  return attr ? attr.getInt() : fallback;
}

double ecolm::getFloat(onnx::NodeOp node, StringRef name, double fallback) {
  auto attr = dyn_cast_or_null<FloatAttr>(node.getNodeAttr(name));
  return attr ? attr.getValueAsDouble() : fallback;
}

StringRef ecolm::getString(onnx::NodeOp node, StringRef name,
                           StringRef fallback) {
  auto attr = dyn_cast_or_null<StringAttr>(node.getNodeAttr(name));
  return attr ? attr.getValue() : fallback;
}

std::optional<SmallVector<int64_t>> ecolm::getInts(onnx::NodeOp node,
                                                   StringRef name) {
  auto attr = dyn_cast_or_null<DenseI64ArrayAttr>(node.getNodeAttr(name));
  if (!attr)
    return std::nullopt;
  return SmallVector<int64_t>(attr.asArrayRef());
}

std::optional<SmallVector<int64_t>>
ecolm::getIntsOrInput(onnx::NodeOp node, StringRef name, unsigned index) {
  if (auto ints = getInts(node, name))
    return ints;
  Value input = node.getPresentInput(index);
  ElementsAttr elements = input ? getConstant(input) : ElementsAttr();
  std::optional<onnx::ElementsReader> reader =
      onnx::ElementsReader::get(elements);
  if (!reader || !isa<IntegerType>(reader->getElementType()))
    return std::nullopt;
  SmallVector<int64_t> ints;
  for (int64_t i = 0; i < reader->size(); ++i)
    ints.push_back(reader->getInteger(i));
  return ints;
}

bool ecolm::hasIntsOrInput(onnx::NodeOp node, StringRef name, unsigned index) {
  return node.getNodeAttr(name) || node.getPresentInput(index);
}

std::optional<int64_t> ecolm::normalizeAxis(int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank)
    return std::nullopt;
  return axis < 0 ? axis + rank : axis;
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

/// The tensor of a Constant node that spells its value without a tensor.
static ElementsAttr getSpelledConstant(onnx::NodeOp node) {
  auto type = dyn_cast<RankedTensorType>(node.getResult(0).getType());
  if (!type || !type.hasStaticShape())
    return {};
  if (auto attr = dyn_cast_or_null<TypedAttr>(node.getNodeAttr("value_float")))
    return DenseElementsAttr::get(type, Attribute(attr));
  if (auto attr = dyn_cast_or_null<TypedAttr>(node.getNodeAttr("value_int")))
    return DenseElementsAttr::get(type, Attribute(attr));
  if (auto attr =
          dyn_cast_or_null<DenseI64ArrayAttr>(node.getNodeAttr("value_ints")))
    return DenseElementsAttr::get(type, attr.asArrayRef());
  if (auto attr =
          dyn_cast_or_null<DenseF32ArrayAttr>(node.getNodeAttr("value_floats")))
    return DenseElementsAttr::get(type, attr.asArrayRef());
  return {};
}

ElementsAttr ecolm::getConstant(Value value) {
  if (ElementsAttr elements = onnx::getConstantElements(value))
    return elements;
  auto node = value.getDefiningOp<onnx::NodeOp>();
  return node && node.isStandard("Constant") ? getSpelledConstant(node)
                                             : ElementsAttr();
}

TypedAttr ecolm::getScalarConstant(Value value) {
  ElementsAttr elements = getConstant(value);
  std::optional<onnx::ElementsReader> reader =
      onnx::ElementsReader::get(elements);
  if (!reader || reader->size() != 1)
    return {};
  Type type = reader->getElementType();
  if (auto floatType = dyn_cast<FloatType>(type))
    return FloatAttr::get(floatType, reader->getDouble(0));
  if (!type.isSignlessInteger())
    return {};
  return IntegerAttr::get(type, reader->getInteger(0));
}

std::optional<SmallVector<int32_t>> ecolm::getPowersOfTwo(Value value) {
  std::optional<onnx::ElementsReader> reader =
      onnx::ElementsReader::get(getConstant(value));
  if (!reader || !reader->getElementType().isF32())
    return std::nullopt;
  SmallVector<int32_t> exponents;
  for (int64_t i = 0; i < reader->size(); ++i) {
    int exponent;
    if (std::frexp(reader->getDouble(i), &exponent) != 0.5)
      return std::nullopt;
    exponents.push_back(exponent - 1);
  }
  if (llvm::all_equal(exponents) && !exponents.empty())
    exponents.resize(1);
  return exponents;
}

//===----------------------------------------------------------------------===//
// Types and names
//===----------------------------------------------------------------------===//

RankedTensorType ecolm::getResultType(onnx::NodeOp node, unsigned index) {
  return cast<RankedTensorType>(node.getResult(index).getType());
}

StringRef ecolm::getLocationName(Location loc) {
  auto name = loc->findInstanceOf<NameLoc>();
  return name ? name.getName().getValue() : StringRef();
}

StringRef ecolm::getNodeName(onnx::NodeOp node) {
  StringRef name = getLocationName(node.getLoc());
  return name.empty() ? node.getOpType() : name;
}

StringRef ecolm::getConstantName(Value value) {
  if (auto initializer = value.getDefiningOp<onnx::InitializerOp>())
    return initializer.getName();
  StringRef name = getLocationName(value.getLoc());
  return name.empty() ? "constant" : name;
}

//===- Positions.cpp - Positions of tokens --------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts a Range that counts the tokens of a sequence.
//
//===----------------------------------------------------------------------===//

#include "EcoLMConversions.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "ecolm/Dialect/ONNX/IR/DataTypes.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"

using namespace mlir;
using namespace ecolm;

/// The dimension of a tensor whose size a scalar or a one-element list holds.
using SizeOrigin = std::optional<std::pair<Value, int64_t>>;

/// Dimension `index` of the list that `shape`, a Shape node, gives.
static SizeOrigin findShapeEntry(Value shape, int64_t index) {
  auto node = shape.getDefiningOp<onnx::NodeOp>();
  if (!node || !node.isStandard("Shape"))
    return std::nullopt;
  Value tensor = node.getInputs()[0];
  int64_t rank = cast<RankedTensorType>(tensor.getType()).getRank();
  auto clamp = [&](int64_t axis) {
    return std::clamp<int64_t>(axis < 0 ? axis + rank : axis, 0, rank);
  };
  int64_t start = clamp(getInt(node, "start", 0));
  int64_t end = clamp(getInt(node, "end", rank));
  std::optional<int64_t> entry = normalizeAxis(index, end - start);
  if (!entry)
    return std::nullopt;
  return std::make_pair(tensor, start + *entry);
}

/// Follows `value` back through operations that only move the one number.
static SizeOrigin findSizeOrigin(Value value) {
  auto node = value.getDefiningOp<onnx::NodeOp>();
  if (!node || !node.getDomain().empty())
    return std::nullopt;
  StringRef op = node.getOpType();
  if (op == "Squeeze" || op == "Unsqueeze" || op == "Reshape" ||
      op == "Identity" || op == "Cast")
    return findSizeOrigin(node.getInputs()[0]);
  if (op == "Shape" &&
      cast<RankedTensorType>(value.getType()).getNumElements() == 1)
    return findShapeEntry(value, 0);
  if (op != "Gather" && op != "Slice")
    return std::nullopt;
  auto index = getIntsOrInput(node, "starts", 1);
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!index || index->size() != 1 || !type || !type.hasStaticShape() ||
      type.getNumElements() != 1)
    return std::nullopt;
  return findShapeEntry(node.getInputs()[0], index->front());
}

static bool isConstantNumber(Value value, double expected) {
  TypedAttr attr = getScalarConstant(value);
  if (auto number = dyn_cast_or_null<IntegerAttr>(attr))
    return static_cast<double>(number.getInt()) == expected;
  auto number = dyn_cast_or_null<FloatAttr>(attr);
  return number && number.getValueAsDouble() == expected;
}

/// `Range(0, Shape(x)[d], 1)` -> `ecolm.positions %size`, cast to the type of
/// the range.
static LogicalResult convertRange(onnx::NodeOp node, GraphRewriter &rewriter) {
  RankedTensorType type = getResultType(node);
  Type element = type.getElementType();
  bool counts = element.isInteger(64) || element.isInteger(32) ||
                element.isF32() || element.isF64();
  if (!counts || !isConstantNumber(node.getInputs()[0], 0) ||
      !isConstantNumber(node.getInputs()[2], 1))
    return failure();
  SizeOrigin origin = findSizeOrigin(node.getInputs()[1]);
  if (!origin)
    return failure();
  Value count = getValueOrCreateConstantIndexOp(
      rewriter, node.getLoc(), rewriter.getSize(origin->first, origin->second));
  RankedTensorType integers = type.clone(rewriter.getI64Type());
  Value result = PositionsOp::create(rewriter, node.getLoc(), integers, count,
                                     /*start=*/Value());
  if (integers != type) {
    onnx::DataType to = element.isF32()   ? onnx::DataType::Float
                        : element.isF64() ? onnx::DataType::Double
                                          : onnx::DataType::Int32;
    NamedAttribute attr = rewriter.getNamedAttr(
        "to", rewriter.getI64IntegerAttr(static_cast<int64_t>(to)));
    result = rewriter.createNode(node.getLoc(), "Cast", result, type, attr,
                                 node.getResult(0));
  }
  return rewriter.replaceNode(node, result);
}

void ecolm::populatePositionConversions(NodeConversions &conversions) {
  conversions.add("Range", convertRange);
}

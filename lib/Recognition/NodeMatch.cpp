//===- NodeMatch.cpp - Looks at what computes a value ---------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Answers the questions that recognizers ask about values.
//
//===----------------------------------------------------------------------===//

#include "NodeMatch.h"
#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"
#include <cmath>

using namespace mlir;
using namespace ecolm;

RankedTensorType ecolm::getRankedType(Value value) {
  return dyn_cast<RankedTensorType>(value.getType());
}

/// The standard node that computes `value`, or null.
static onnx::NodeOp getStandardNode(Value value) {
  auto node = value.getDefiningOp<onnx::NodeOp>();
  return node && node.getDomain().empty() ? node : onnx::NodeOp();
}

Value ecolm::skipIdentities(Value value) {
  while (onnx::NodeOp node = getStandardNode(value)) {
    bool isCast = node.getOpType() == "Cast" &&
                  node.getInputs()[0].getType() == value.getType();
    if (!isCast && node.getOpType() != "Identity")
      break;
    value = node.getInputs()[0];
  }
  return value;
}

Value ecolm::skipFloatCasts(Value value) {
  while (true) {
    value = skipIdentities(value);
    onnx::NodeOp node = getStandardNode(value);
    if (!node ||
        (node.getOpType() != "Cast" && node.getOpType() != "CastLike") ||
        !isa<FloatType>(getElementTypeOrSelf(node.getInputs()[0].getType())) ||
        !isa<FloatType>(getElementTypeOrSelf(value.getType())))
      return value;
    value = node.getInputs()[0];
  }
}

onnx::NodeOp ecolm::matchNode(Value value, StringRef op) {
  onnx::NodeOp node = getStandardNode(skipIdentities(value));
  return node && node.getOpType() == op ? node : onnx::NodeOp();
}

std::optional<double> ecolm::matchNumber(Value value) {
  TypedAttr attr = getScalarConstant(skipFloatCasts(value));
  if (auto number = dyn_cast_or_null<FloatAttr>(attr))
    return number.getValueAsDouble();
  if (auto number = dyn_cast_or_null<IntegerAttr>(attr))
    return static_cast<double>(number.getInt());
  return std::nullopt;
}

bool ecolm::isNumber(Value value, double number) {
  // Constants were rounded once, to f16 at worst.
  bool isNarrow = getElementTypeOrSelf(value.getType()).isF16();
  double slack = (isNarrow ? 1e-3 : 1e-6) * std::abs(number);
  std::optional<double> found = matchNumber(value);
  return found && std::abs(*found - number) <= slack;
}

std::optional<std::pair<Value, Value>>
ecolm::matchBinary(Value value, StringRef op,
                   llvm::function_ref<bool(Value)> second) {
  onnx::NodeOp node = matchNode(value, op);
  if (!node || node.getInputs().size() != 2)
    return std::nullopt;
  Value lhs = node.getInputs()[0], rhs = node.getInputs()[1];
  if (second(rhs))
    return std::make_pair(lhs, rhs);
  bool commutes = op == "Add" || op == "Mul";
  if (commutes && second(lhs))
    return std::make_pair(rhs, lhs);
  return std::nullopt;
}

Value ecolm::matchSquare(Value value) {
  if (auto power =
          matchBinary(value, "Pow", [](Value rhs) { return isNumber(rhs, 2); }))
    return skipIdentities(power->first);
  onnx::NodeOp product = matchNode(value, "Mul");
  if (product && skipIdentities(product.getInputs()[0]) ==
                     skipIdentities(product.getInputs()[1]))
    return skipIdentities(product.getInputs()[0]);
  return nullptr;
}

/// True if both are constants of one type and of the same bits.
static bool isSameConstant(Value lhs, Value rhs) {
  auto a = onnx::ElementsReader::get(getConstant(lhs));
  auto b = onnx::ElementsReader::get(getConstant(rhs));
  return a && b && lhs.getType() == rhs.getType() &&
         llvm::all_of(llvm::seq<int64_t>(0, a->size()), [&](int64_t i) {
           return a->getBits(i) == b->getBits(i);
         });
}

bool ecolm::isSameValue(Value lhs, Value rhs) {
  lhs = skipIdentities(lhs), rhs = skipIdentities(rhs);
  if (lhs == rhs || isSameConstant(lhs, rhs))
    return true;
  auto a = lhs.getDefiningOp<onnx::NodeOp>();
  auto b = rhs.getDefiningOp<onnx::NodeOp>();
  return a && b && a.getOpType() == b.getOpType() &&
         a.getDomain() == b.getDomain() && a.getAttrs() == b.getAttrs() &&
         a.getSubgraphs().empty() && b.getSubgraphs().empty() &&
         a.getNumResults() == 1 && b.getNumResults() == 1 &&
         llvm::equal(a.getInputs(), b.getInputs(), [](Value x, Value y) {
           return skipIdentities(x) == skipIdentities(y) ||
                  isSameConstant(x, y);
         });
}

Value ecolm::matchReductionOverLast(Value value, StringRef op) {
  onnx::NodeOp reduction = matchNode(value, op);
  if (!reduction || !getInt(reduction, "keepdims", 1))
    return nullptr;
  Value x = skipIdentities(reduction.getInputs()[0]);
  RankedTensorType type = getRankedType(x);
  auto axes = getIntsOrInput(reduction, "axes", 1);
  if (!type || !axes || axes->size() != 1)
    return nullptr;
  std::optional<int64_t> axis = normalizeAxis(axes->front(), type.getRank());
  return axis && *axis == type.getRank() - 1 ? x : Value();
}

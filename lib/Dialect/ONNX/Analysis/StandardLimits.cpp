//===- StandardLimits.cpp - Limits of standard operators -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Checks what the table says in words about operators of ai.onnx.
//
//===----------------------------------------------------------------------===//

#include "OperatorLimits.h"
#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"
#include "ecolm/Dialect/ONNX/IR/QuotedName.h"

using namespace mlir;

namespace ecolm::onnx {

int64_t getIntAttr(NodeOp node, StringRef name, int64_t otherwise) {
  auto attr = dyn_cast_or_null<IntegerAttr>(node.getNodeAttr(name));
  return attr && attr.getType().isInteger(64) ? attr.getInt() : otherwise;
}

/// Refuses codes other than integers of at most `width` bits, and floats of
/// less than 16 bits.
static std::optional<Refusal> checkUniform(Value floats, Value codes,
                                           unsigned width) {
  auto elementOf = [](Value value) {
    return cast<TensorType>(value.getType()).getElementType();
  };
  auto integer = dyn_cast<IntegerType>(elementOf(codes));
  if (!integer || integer.getWidth() > width || integer.getWidth() < 2 ||
      !isa<FloatType>(elementOf(floats)))
    return Refusal{"it does not quantize float to integers of 2 to " +
                       std::to_string(width) + " bits",
                   "quantize to int8 with float scales"};
  return std::nullopt;
}

std::optional<Refusal> checkQuantizeLinear(NodeOp node) {
  return checkUniform(node.getInputs()[1], node.getResult(0), 16);
}

std::optional<Refusal> checkDequantizeLinear(NodeOp node) {
  return checkUniform(node.getResult(0), node.getInputs()[0], 32);
}

std::optional<Refusal> checkGelu(NodeOp node) {
  auto approximate =
      dyn_cast_or_null<StringAttr>(node.getNodeAttr("approximate"));
  if (!approximate || approximate == "none" || approximate == "tanh")
    return std::nullopt;
  return Refusal{"approximate is " + quoteName(approximate),
                 "use approximate \"none\" or \"tanh\""};
}

std::optional<Refusal> checkNormalization(NodeOp node) {
  constexpr int64_t kFloat = 1;
  if (getIntAttr(node, "stash_type", kFloat) != kFloat)
    return Refusal{"stash_type is not float", "export with stash_type 1"};
  return std::nullopt;
}

} // namespace ecolm::onnx

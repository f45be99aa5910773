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

/// The first result after the first one that somebody uses, or nothing.
static std::optional<unsigned> findUsedExtraResult(NodeOp node) {
  for (OpResult result : node->getResults())
    if (result.getResultNumber() > 0 && !result.use_empty())
      return result.getResultNumber();
  return std::nullopt;
}

static std::optional<Refusal> refuseExtraResults(NodeOp node) {
  if (auto index = findUsedExtraResult(node))
    return Refusal{"output " + std::to_string(*index) + " is used",
                   "export the model so that only the first output is used"};
  return std::nullopt;
}

/// Refuses an input that must be a constant and is computed.
static std::optional<Refusal> refuseComputed(NodeOp node, unsigned index,
                                             StringRef name) {
  Value input = node.getPresentInput(index);
  if (!input || getConstantElements(input))
    return std::nullopt;
  return Refusal{(name + " is computed").str(),
                 ("export the model with constant " + name +
                  ", or fold constants with onnxsim")
                     .str()};
}

std::optional<Refusal> checkAttention(NodeOp node) {
  static constexpr StringLiteral kInputs[] = {"attn_mask", "past_key",
                                              "past_value", "nonpad_kv_seqlen"};
  for (auto [i, name] : llvm::enumerate(kInputs))
    if (node.getPresentInput(3 + i))
      return Refusal{"input " + name.str() + " is given",
                     "export the model without a cache and with is_causal "
                     "instead of a mask; the program keeps its own cache"};
  auto softcap = dyn_cast_or_null<FloatAttr>(node.getNodeAttr("softcap"));
  if (softcap && !softcap.getValue().isZero())
    return Refusal{"softcap is not 0", "train or export without softcap"};
  for (StringRef window : {"left_window_size", "right_window_size"})
    if (getIntAttr(node, window, -1) != -1)
      return Refusal{(window + " is set").str(),
                     "export with attention to all earlier positions"};
  return refuseExtraResults(node);
}

/// Refuses a quantized tensor or a float tensor of another type, and scales of
/// blocks.
static std::optional<Refusal> checkUniform(NodeOp node, Value floats,
                                           Value codes) {
  auto elementOf = [](Value value) {
    return cast<TensorType>(value.getType()).getElementType();
  };
  if (!elementOf(codes).isSignlessInteger(8) || !elementOf(floats).isF32() ||
      !elementOf(node.getInputs()[1]).isF32())
    return Refusal{"it does not quantize float to int8",
                   "quantize symmetrically to int8 with float scales"};
  auto scale = cast<TensorType>(node.getInputs()[1].getType());
  if (getIntAttr(node, "block_size", 0) != 0 || !scale.hasRank() ||
      scale.getRank() > 1)
    return Refusal{"it has a scale for each block",
                   "quantize by tensor or by axis"};
  return std::nullopt;
}

std::optional<Refusal> checkQuantizeLinear(NodeOp node) {
  return checkUniform(node, node.getInputs()[0], node.getResult(0));
}

std::optional<Refusal> checkDequantizeLinear(NodeOp node) {
  return checkUniform(node, node.getResult(0), node.getInputs()[0]);
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
  return refuseExtraResults(node);
}

std::optional<Refusal> checkRange(NodeOp node) {
  auto type = cast<TensorType>(node.getInputs()[0].getType());
  if (type.getElementType().isInteger(64) ||
      type.getElementType().isInteger(32))
    return std::nullopt;
  return Refusal{"it counts in a type other than int32 and int64",
                 "count in int64 and cast the result"};
}

std::optional<Refusal> checkReduction(NodeOp node) {
  return refuseComputed(node, 1, "axes");
}

std::optional<Refusal> checkConstantAxes(NodeOp node) {
  return refuseComputed(node, 1, "axes");
}

std::optional<Refusal> checkSlice(NodeOp node) {
  if (auto refusal = refuseComputed(node, 3, "axes"))
    return refusal;
  return refuseComputed(node, 4, "steps");
}

std::optional<Refusal> checkSplit(NodeOp node) {
  return refuseComputed(node, 1, "split");
}

} // namespace ecolm::onnx

//===- EcoLMLimits.cpp - Limits of the domain ai.ecolm -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Verifies signatures, attributes and codes of the compiler's own operators.
//
//===----------------------------------------------------------------------===//

#include "OperatorLimits.h"
#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"
#include "ecolm/Dialect/ONNX/IR/QuotedName.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace ecolm::onnx {

static constexpr const char *kExport =
    "export the model with the ecolm package";

/// The exponents of a power-of-two format must be those of normal f32 numbers.
static std::optional<Refusal> checkExponents(NodeOp node) {
  constexpr int64_t kAbsent = INT64_MAX;
  int64_t least = getIntAttr(node, "emin", kAbsent);
  int64_t most = getIntAttr(node, "emax", kAbsent);
  if (least == kAbsent || most == kAbsent)
    return Refusal{"emin or emax is missing", kExport};
  if (least < -126 || least > most || most > 127)
    return Refusal{"emin is " + std::to_string(least) + " and emax " +
                       std::to_string(most) +
                       "; expected -126 <= emin <= emax <= 127",
                   kExport};
  return std::nullopt;
}

static std::optional<Refusal> checkChoice(NodeOp node, StringRef name,
                                          ArrayRef<StringRef> choices) {
  auto attr = dyn_cast_or_null<StringAttr>(node.getNodeAttr(name));
  if (attr && llvm::is_contained(choices, attr.getValue()))
    return std::nullopt;
  return Refusal{(name + " is " + (attr ? quoteName(attr) : "missing") +
                  "; expected one of " + llvm::join(choices, ", "))
                     .str(),
                 kExport};
}

static Type elementTypeOf(Value value) {
  return cast<TensorType>(value.getType()).getElementType();
}

/// Refuses input `index` if it is neither of the two types.
static std::optional<Refusal> checkType(NodeOp node, unsigned index,
                                        bool mayBeFloat, bool mayBeByte) {
  Type type = elementTypeOf(node.getInputs()[index]);
  if ((mayBeFloat && type.isF32()) || (mayBeByte && type.isSignlessInteger(8)))
    return std::nullopt;
  std::string expected =
      mayBeFloat ? mayBeByte ? "float or int8" : "float" : "int8";
  return Refusal{"input " + std::to_string(index) + " is not " + expected,
                 kExport};
}

/// Refuses weights that are neither in the file nor unpacked from the file, and
/// integers in the file that are no codes from -`limit` to `limit`.
static std::optional<Refusal> checkWeight(NodeOp node, int64_t limit) {
  Value weight = node.getInputs()[1];
  auto producer = weight.getDefiningOp<NodeOp>();
  if (producer && producer.isEcoLM("UnpackTernary"))
    return std::nullopt;
  auto reader = ElementsReader::get(getConstantElements(weight));
  if (!reader)
    return Refusal{"its weight is computed, not stored", kExport};
  if (!reader->getElementType().isSignlessInteger(8))
    return std::nullopt;
  for (int64_t i = 0; i < reader->size(); ++i)
    if (int64_t code = reader->getInteger(i); code < -limit || code > limit)
      return Refusal{"weight " + std::to_string(i) + " is " +
                         std::to_string(code) + "; expected -" +
                         std::to_string(limit) + " to " + std::to_string(limit),
                     kExport};
  return std::nullopt;
}

/// Refuses attributes that describe no log quantizer.
static std::optional<Refusal> checkLogQuantizer(NodeOp node) {
  if (auto refusal = checkExponents(node))
    return refusal;
  if (auto refusal = checkChoice(node, "rounding",
                                 {"floor", "nearest_log", "nearest", "ceil"}))
    return refusal;
  return checkChoice(node, "underflow", {"zero", "clamp"});
}

std::optional<Refusal> checkLogQuantize(NodeOp node) {
  if (auto refusal =
          checkType(node, 0, /*mayBeFloat=*/true, /*mayBeByte=*/false))
    return refusal;
  return checkLogQuantizer(node);
}

std::optional<Refusal> checkLogQuantizedAttention(NodeOp node) {
  for (unsigned input : {0, 1, 2})
    if (auto refusal =
            checkType(node, input, /*mayBeFloat=*/true, /*mayBeByte=*/false))
      return refusal;
  if (!isa_and_nonnull<FloatAttr>(node.getNodeAttr("scale")))
    return Refusal{"scale is missing", kExport};
  if (!isa_and_nonnull<IntegerAttr>(node.getNodeAttr("is_causal")))
    return Refusal{"is_causal is missing", kExport};
  return checkLogQuantizer(node);
}

std::optional<Refusal> checkButterflyFactor(NodeOp node) {
  if (auto refusal =
          checkType(node, 0, /*mayBeFloat=*/true, /*mayBeByte=*/false))
    return refusal;
  if (auto refusal =
          checkType(node, 1, /*mayBeFloat=*/true, /*mayBeByte=*/true))
    return refusal;
  return checkWeight(node, /*limit=*/1);
}

std::optional<Refusal> checkUnpackTernary(NodeOp node) {
  auto reader = ElementsReader::get(getConstantElements(node.getInputs()[0]));
  if (!reader || !reader->getElementType().isUnsignedInteger(8))
    return Refusal{"its codes are not uint8 numbers stored in the file",
                   kExport};
  if (!getConstantElements(node.getInputs()[1]))
    return Refusal{"its shape is computed", kExport};
  // Code 3 is the one pair of bits that no ternary value has. What fills up
  // the last byte counts as well: a writer fills it with valid codes.
  for (int64_t i = 0; i < reader->size(); ++i)
    if (uint8_t byte = reader->getInteger(i); byte & (byte >> 1) & 0x55)
      return Refusal{"byte " + std::to_string(i) +
                         " of its codes holds a 3; expected 0, 1 and 2",
                     kExport};
  return std::nullopt;
}

std::optional<Refusal> checkQuantizeInt8(NodeOp node) {
  return checkType(node, 0, /*mayBeFloat=*/true, /*mayBeByte=*/false);
}

std::optional<Refusal> checkTernaryMatMul(NodeOp node) {
  if (auto refusal =
          checkType(node, 0, /*mayBeFloat=*/true, /*mayBeByte=*/false))
    return refusal;
  if (auto refusal =
          checkType(node, 1, /*mayBeFloat=*/false, /*mayBeByte=*/true))
    return refusal;
  if (auto refusal =
          checkType(node, 2, /*mayBeFloat=*/true, /*mayBeByte=*/false))
    return refusal;
  return checkWeight(node, /*limit=*/1);
}

std::optional<Refusal> checkPotMatMul(NodeOp node) {
  if (auto refusal = checkExponents(node))
    return refusal;
  if (auto refusal =
          checkType(node, 0, /*mayBeFloat=*/true, /*mayBeByte=*/false))
    return refusal;
  if (auto refusal =
          checkType(node, 1, /*mayBeFloat=*/false, /*mayBeByte=*/true))
    return refusal;
  if (auto refusal =
          checkType(node, 2, /*mayBeFloat=*/true, /*mayBeByte=*/false))
    return refusal;
  return checkWeight(node, getIntAttr(node, "emax", 0) -
                               getIntAttr(node, "emin", 0) + 1);
}

/// Refuses scales that are not in the file, or of no equal groups.
static std::optional<Refusal> checkGroupScales(NodeOp node) {
  if (!getConstantElements(node.getInputs()[2]))
    return Refusal{"its scales are computed, not stored", kExport};
  auto weight = dyn_cast<RankedTensorType>(node.getInputs()[1].getType());
  auto scales = dyn_cast<RankedTensorType>(node.getInputs()[2].getType());
  if (!weight || weight.getRank() != 2 || !scales || scales.getRank() != 2)
    return std::nullopt;
  int64_t inputs = weight.getDimSize(1), groups = scales.getDimSize(1);
  if (groups < 1 || inputs % groups)
    return Refusal{"its " + std::to_string(inputs) +
                       " inputs are not divisible by " +
                       std::to_string(groups) + " groups",
                   kExport};
  return std::nullopt;
}

std::optional<Refusal> checkTernaryGroupMatMul(NodeOp node) {
  if (auto refusal = checkTernaryMatMul(node))
    return refusal;
  return checkGroupScales(node);
}

std::optional<Refusal> checkPotGroupMatMul(NodeOp node) {
  if (auto refusal = checkPotMatMul(node))
    return refusal;
  return checkGroupScales(node);
}

} // namespace ecolm::onnx

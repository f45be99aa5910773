//===- SizePower.cpp - Numbers that are powers of a size ------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Follows numbers from Shape through casts, roots, products and quotients.
//
//===----------------------------------------------------------------------===//

#include "SizePower.h"
#include "NodeMatch.h"
#include <cmath>

using namespace mlir;
using namespace ecolm;

std::optional<SizePower> SizePower::times(const SizePower &other,
                                          int sign) const {
  if (exponent != 0 && other.exponent != 0 && !(size == other.size))
    return std::nullopt;
  return SizePower{factor * std::pow(other.factor, sign),
                   exponent + sign * other.exponent,
                   exponent != 0 ? size : other.size};
}

std::optional<SizePower> ecolm::matchSizePower(Value value) {
  value = skipIdentities(value);
  RankedTensorType type = getRankedType(value);
  if (!type || !type.hasStaticShape() || type.getNumElements() != 1)
    return std::nullopt;
  if (std::optional<double> number = matchNumber(value))
    return SizePower{*number, 0, {}};
  if (std::optional<LinearForm> size = getIntegerForm(value))
    return size->terms.empty()
               ? SizePower{static_cast<double>(size->constant), 0, {}}
               : SizePower{1, 1, *size};
  auto node = value.getDefiningOp<onnx::NodeOp>();
  if (!node || !node.getDomain().empty() || node.getInputs().empty())
    return std::nullopt;
  StringRef op = node.getOpType();
  bool isKnown = op == "Cast" || op == "CastLike" || op == "Squeeze" ||
                 op == "Unsqueeze" || op == "Reshape" || op == "Sqrt" ||
                 op == "Reciprocal" || op == "Mul" || op == "Div" ||
                 op == "Pow";
  std::optional<SizePower> first =
      isKnown ? matchSizePower(node.getInputs()[0]) : std::nullopt;
  if (!first)
    return std::nullopt;
  if (op == "Sqrt")
    return SizePower{std::sqrt(first->factor), first->exponent / 2,
                     first->size};
  if (op == "Pow") {
    std::optional<double> power = matchNumber(node.getInputs()[1]);
    return power
               ? std::optional(SizePower{std::pow(first->factor, *power),
                                         first->exponent * *power, first->size})
               : std::nullopt;
  }
  if (op == "Reciprocal")
    return SizePower().times(*first, -1);
  if (op != "Mul" && op != "Div")
    return first;
  std::optional<SizePower> second = matchSizePower(node.getInputs()[1]);
  return second ? first->times(*second, op == "Mul" ? 1 : -1) : std::nullopt;
}

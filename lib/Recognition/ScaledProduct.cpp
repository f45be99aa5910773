//===- ScaledProduct.cpp - Scales of rows behind products -----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Follows the result of a product of codes until their scale is made up for.
//
//===----------------------------------------------------------------------===//

#include "ScaledProduct.h"
#include "EcoLMNodes.h"
#include "NodeMatch.h"
#include "ecolm/Dialect/ONNX/Evaluate/Evaluate.h"
#include <cmath>

using namespace mlir;
using namespace ecolm;

/// Nodes behind a product that may scale its result.
static constexpr int kMaxTail = 8;
/// Numbers that are 1 but for the rounding of their factors.
static constexpr double kRounding = 0x1p-20;

//===----------------------------------------------------------------------===//
// Monomials
//===----------------------------------------------------------------------===//

void Monomial::multiply(Value value, int exponent) {
  value = skipIdentities(value);
  if (std::optional<double> constant = matchNumber(value)) {
    number *= std::pow(*constant, exponent);
    return;
  }
  auto node = value.getDefiningOp<onnx::NodeOp>();
  if (node && (node.isStandard("Mul") || node.isStandard("Div"))) {
    multiply(node.getInputs()[0], exponent);
    multiply(node.getInputs()[1],
             node.isStandard("Mul") ? exponent : -exponent);
    return;
  }
  if (node && node.isStandard("Reciprocal"))
    return multiply(node.getInputs()[0], -exponent);
  auto known = llvm::find_if(
      powers, [&](const auto &power) { return power.first == value; });
  if (known == powers.end())
    powers.push_back({value, exponent});
  else if ((known->second += exponent) == 0)
    powers.erase(known);
}

int Monomial::getPower(Value value) const {
  for (auto [base, exponent] : powers)
    if (base == value)
      return exponent;
  return 0;
}

//===----------------------------------------------------------------------===//
// Search
//===----------------------------------------------------------------------===//

static bool isF32(Value value) {
  RankedTensorType type = getRankedType(value);
  return type && type.getElementType().isF32();
}

/// The Round that computes `codes`, past limits and casts, or null.
static onnx::NodeOp findRound(Value codes) {
  while (true) {
    codes = skipIdentities(codes);
    auto node = codes.getDefiningOp<onnx::NodeOp>();
    if (!node || !node.getDomain().empty())
      return {};
    if (node.getOpType() == "Round")
      return node;
    bool limits = node.getOpType() == "Min" || node.getOpType() == "Max";
    if (limits &&
        (node.getInputs().size() != 2 || !matchNumber(node.getInputs()[1])))
      return {};
    if (!limits && node.getOpType() != "Clip" && node.getOpType() != "Cast")
      return {};
    codes = node.getInputs()[0];
  }
}

/// True if `value` has one element for each row of `type`.
static bool isPerRow(Value value, RankedTensorType type) {
  RankedTensorType own = getRankedType(value);
  return own && own.getElementType().isF32() &&
         own.getRank() == type.getRank() && own.getShape().back() == 1 &&
         own.getShape().drop_back() == type.getShape().drop_back() &&
         type.getShape().back() != 1;
}

/// Finds the scale of the rows that `codes` are.
static bool findScale(Value codes, ScaledProduct &found) {
  onnx::NodeOp round = findRound(codes);
  if (!round || !isF32(codes))
    return false;
  auto scaled =
      skipIdentities(round.getInputs()[0]).getDefiningOp<onnx::NodeOp>();
  if (!scaled || !(scaled.isStandard("Mul") || scaled.isStandard("Div")))
    return false;
  found.divides = scaled.isStandard("Div");
  RankedTensorType type = getRankedType(codes);
  for (unsigned i : {1u, 0u}) {
    found.scale = scaled.getInputs()[i];
    if (isPerRow(found.scale, type))
      return true;
    if (found.divides)
      return false;
  }
  return false;
}

/// Finds the node behind which the scale is made up for.
static bool findTail(ScaledProduct &found) {
  Monomial scale;
  scale.multiply(found.scale, found.divides ? -1 : 1);
  if (scale.powers.empty())
    return false;
  found.rest = scale;
  Value result = found.product.getResult(0);
  for (int i = 0; i < kMaxTail && result.hasOneUse(); ++i) {
    OpOperand &use = *result.getUses().begin();
    auto node = dyn_cast<onnx::NodeOp>(use.getOwner());
    bool isMul = node && node.isStandard("Mul");
    bool isDiv = node && node.isStandard("Div") && use.getOperandNumber() == 0;
    if ((!isMul && !isDiv) ||
        node.getResult(0).getType() != found.product.getResult(0).getType())
      return false;
    found.rest.multiply(node.getInputs()[1 - use.getOperandNumber()],
                        isMul ? 1 : -1);
    result = node.getResult(0);
    auto isLeft = [&](const auto &power) {
      return found.rest.getPower(power.first) != 0;
    };
    if (std::isnormal(found.rest.number) &&
        llvm::none_of(scale.powers, isLeft)) {
      found.tail = node;
      return true;
    }
  }
  return false;
}

/// True for `node(a, b)` that is `a @ b`, or `a @ b^T`, and no more.
static bool isPlainProduct(onnx::NodeOp node) {
  if (node.isStandard("Gemm"))
    return !node.getPresentInput(2) && !getInt(node, "transA", 0) &&
           getFloat(node, "alpha", 1) == 1;
  return node.isStandard("MatMul");
}

SmallVector<ScaledProduct> ecolm::findScaledProducts(ModuleOp module) {
  SmallVector<ScaledProduct> products;
  module.walk([&](onnx::NodeOp node) {
    if (!isPlainProduct(node) ||
        !onnx::findReorderedConstant(node.getInputs()[1]) ||
        !isF32(node.getResult(0)))
      return;
    ScaledProduct found;
    found.product = node;
    if (findScale(node.getInputs()[0], found) && findTail(found))
      products.push_back(found);
  });
  return products;
}

//===----------------------------------------------------------------------===//
// Rewriting
//===----------------------------------------------------------------------===//

Value ScaledProduct::createRows(OpBuilder &builder) const {
  builder.setInsertionPoint(product);
  Value codes = product->getOperand(0);
  return createStandardNode(builder, product->getLoc(), divides ? "Mul" : "Div",
                            {codes, scale}, getRankedType(codes), {}, codes);
}

void ScaledProduct::moveScale(Value rows, OpBuilder &builder) {
  product->setOperand(0, rows);
  builder.setInsertionPoint(tail);
  Value value = product.getResult(0);
  auto scaleBy = [&](StringRef op, Value factor) {
    value = createStandardNode(builder, tail.getLoc(), op, {value, factor},
                               getRankedType(value), {}, product.getResult(0));
  };
  if (std::fabs(rest.number - 1) > kRounding)
    scaleBy("Mul", createFloats(builder, tail.getLoc(), "scale",
                                static_cast<float>(rest.number), {}));
  for (auto [factor, exponent] : rest.powers)
    for (int i = 0; i < std::abs(exponent); ++i)
      scaleBy(exponent > 0 ? "Mul" : "Div", factor);
  tail.getResult(0).replaceAllUsesWith(value);
}

//===- RecognizeNorms.cpp - Norms that are spelled in steps ---------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Writes decomposed norms as RMSNormalization and LayerNormalization.
//
//===----------------------------------------------------------------------===//

#include "NodeMatch.h"
#include "ecolm/Conversion/ONNXNodes/GraphRewriter.h"
#include "ecolm/Recognition/Passes.h"
#include "ecolm/Recognition/RecognitionNotes.h"

namespace ecolm {
#define GEN_PASS_DEF_RECOGNIZENORMS
#include "ecolm/Recognition/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

namespace {
/// `x / sqrt(mean(x^2) + epsilon)`, of x or of `x - mean(x)`.
struct Norm {
  Value x;
  double epsilon;
  bool centers;
  /// What multiplies and what is added, or null.
  Value gain, bias;
};
} // namespace

/// v of `1 / sqrt(v)` in any spelling, or null.
static Value matchInverseRoot(Value value) {
  if (onnx::NodeOp inverse = matchNode(value, "Reciprocal"))
    value = inverse.getInputs()[0];
  else if (auto power = matchBinary(
               value, "Pow", [](Value rhs) { return isNumber(rhs, -0.5); }))
    return power->first;
  else if (onnx::NodeOp division = matchNode(value, "Div");
           division && isNumber(division.getInputs()[0], 1))
    value = division.getInputs()[1];
  else
    return nullptr;
  onnx::NodeOp root = matchNode(value, "Sqrt");
  return root ? root.getInputs()[0] : Value();
}

/// True for one factor or summand for each element of the last dimension.
static bool isPerColumn(Value value, RankedTensorType type) {
  RankedTensorType own = getRankedType(value);
  return own && own.getRank() == 1 && own.hasStaticShape() &&
         own.getDimSize(0) == type.getShape().back() &&
         own.getElementType() == type.getElementType();
}

/// x, epsilon and what multiplies x before it is divided; what the norm centers
/// is found later.
static std::optional<Norm> matchScaled(Value value,
                                       function_ref<bool(Value)> isPerColumn) {
  Value x, variance;
  if (auto product = matchBinary(value, "Mul", [](Value rhs) {
        return bool(matchInverseRoot(rhs));
      })) {
    x = product->first;
    variance = matchInverseRoot(product->second);
  } else if (onnx::NodeOp division = matchNode(value, "Div")) {
    onnx::NodeOp root = matchNode(division.getInputs()[1], "Sqrt");
    if (!root)
      return std::nullopt;
    x = division.getInputs()[0];
    variance = root.getInputs()[0];
  } else {
    return std::nullopt;
  }
  auto sum = matchBinary(
      variance, "Add", [](Value rhs) { return matchNumber(rhs).has_value(); });
  Value square =
      sum ? matchReductionOverLast(sum->first, "ReduceMean") : Value();
  Value squared = square ? matchSquare(square) : Value();
  if (!squared)
    return std::nullopt;
  Norm norm{skipIdentities(x), *matchNumber(sum->second), false, nullptr,
            nullptr};
  if (isSameValue(squared, x))
    return norm;
  auto gained = matchBinary(x, "Mul", isPerColumn);
  if (!gained || !isSameValue(squared, gained->first))
    return std::nullopt;
  norm.x = skipIdentities(gained->first);
  norm.gain = gained->second;
  return norm;
}

/// Turns a norm of `x - mean(x)` into one of x that centers.
static void matchCenter(Norm &norm) {
  onnx::NodeOp difference = matchNode(norm.x, "Sub");
  if (!difference)
    return;
  Value x = skipIdentities(difference.getInputs()[0]);
  if (matchReductionOverLast(difference.getInputs()[1], "ReduceMean") == x) {
    norm.x = x;
    norm.centers = true;
  }
}

/// The norm whose last step is `root`, with the gain and bias that it has.
static std::optional<Norm> matchNorm(onnx::NodeOp root) {
  Value value = root.getResult(0), gain, bias;
  RankedTensorType type = getRankedType(value);
  if (!type || type.getRank() < 1 ||
      ShapedType::isDynamic(type.getShape().back()))
    return std::nullopt;
  auto perColumn = [&](Value operand) { return isPerColumn(operand, type); };
  if (auto sum = matchBinary(value, "Add", perColumn)) {
    value = sum->first;
    bias = sum->second;
  }
  if (auto product = matchBinary(value, "Mul", perColumn)) {
    value = product->first;
    gain = product->second;
  }
  std::optional<Norm> norm = matchScaled(value, perColumn);
  if (!norm || (gain && norm->gain))
    return std::nullopt;
  matchCenter(*norm);
  // A gain may be wider than what it multiplies, which is repeated then.
  RankedTensorType xType = getRankedType(norm->x);
  if (!xType || xType.getShape().back() != type.getShape().back())
    return std::nullopt;
  norm->gain = gain ? gain : norm->gain;
  norm->bias = bias;
  if (bias && !norm->centers)
    return std::nullopt; // The Mul before it is the root.
  return norm;
}

/// True if a later step takes `node` for a part of its own norm.
static bool isPartOfNorm(onnx::NodeOp node) {
  for (Operation *user : node->getUsers()) {
    auto next = dyn_cast<onnx::NodeOp>(user);
    if (!next)
      continue;
    bool isIdentity =
        next.isStandard("Identity") ||
        (next.isStandard("Cast") &&
         next.getResult(0).getType() == node.getResult(0).getType());
    if (isIdentity && isPartOfNorm(next))
      return true;
    std::optional<Norm> norm = isIdentity ? std::nullopt : matchNorm(next);
    // A norm of this value begins here; the value is no part of it.
    if (norm && norm->x != skipIdentities(node.getResult(0)))
      return true;
  }
  return false;
}

namespace {
struct RecognizeNorms final : ecolm::impl::RecognizeNormsBase<RecognizeNorms> {
  using Base::Base;

  void runOnOperation() override {
    RecognitionNotes notes(getOperation(), "norm");
    GraphRewriter rewriter(getOperation());
    SmallVector<onnx::NodeOp> found;
    getOperation().walk([&](onnx::NodeOp node) {
      if (!node.isStandard("Add") && !node.isStandard("Mul") &&
          !node.isStandard("Div"))
        return;
      std::optional<Norm> norm = matchNorm(node);
      if (!norm || isPartOfNorm(node))
        return;
      Type type = getResultType(node).getElementType();
      if (isa<Float32Type, Float64Type>(type))
        found.push_back(node);
      else
        notes.almost(node.getLoc(), getNodeName(node),
                     "its elements are not f32 or f64");
    });
    // Matched again: what a norm starts from may have been replaced.
    for (onnx::NodeOp node : found)
      replace(node, *matchNorm(node), rewriter, notes);
    numNorms += found.size();
    eraseUnusedNodes(getOperation());
  }

  /// A gain of ones, which the standard operators cannot leave out.
  static Value makeOnes(onnx::NodeOp node, GraphRewriter &rewriter) {
    RankedTensorType result = getResultType(node);
    auto type = RankedTensorType::get({result.getShape().back()},
                                      result.getElementType());
    Attribute one = rewriter.getFloatAttr(type.getElementType(), 1);
    return onnx::InitializerOp::create(
        rewriter, node.getLoc(), type, "ones",
        cast<ElementsAttr>(DenseElementsAttr::get(type, one)));
  }

  static void replace(onnx::NodeOp node, const Norm &norm,
                      GraphRewriter &rewriter, RecognitionNotes &notes) {
    rewriter.setInsertionPoint(node);
    SmallVector<Value> operands = {
        norm.x, norm.gain ? norm.gain : makeOnes(node, rewriter)};
    if (norm.bias)
      operands.push_back(norm.bias);
    StringRef op = norm.centers ? "LayerNormalization" : "RMSNormalization";
    NamedAttribute epsilon = rewriter.getNamedAttr(
        "epsilon", rewriter.getF32FloatAttr(static_cast<float>(norm.epsilon)));
    notes.found(getNodeName(node), op + " from its steps");
    Value result = rewriter.createNode(node.getLoc(), op, operands,
                                       node.getResult(0).getType(), epsilon);
    (void)rewriter.replaceNode(node, result);
  }
};
} // namespace

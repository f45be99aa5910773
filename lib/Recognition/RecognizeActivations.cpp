//===- RecognizeActivations.cpp - Gelu and Swish in steps -----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Writes decomposed activations as Gelu and Swish.
//
//===----------------------------------------------------------------------===//

#include "NodeMatch.h"
#include "ecolm/Conversion/ONNXNodes/GraphRewriter.h"
#include "ecolm/Recognition/Passes.h"
#include "ecolm/Recognition/RecognitionNotes.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/MathExtras.h"

namespace ecolm {
#define GEN_PASS_DEF_RECOGNIZEACTIVATIONS
#include "ecolm/Recognition/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

namespace {
enum class Activation { None, Gelu, TanhGelu, Swish };

/// A product as its constant factor and the others.
struct Product {
  double constant = 1;
  SmallVector<Value> factors;
};
} // namespace

/// Longer products are none of an activation.
static constexpr size_t kMostFactors = 6;

/// Multiplies `product` by `value`, taken apart down to what `isWhole` says.
static void multiply(Product &product, Value value,
                     llvm::function_ref<bool(Value)> isWhole) {
  value = skipIdentities(value);
  if (product.factors.size() > kMostFactors)
    return;
  if (std::optional<double> number = matchNumber(value)) {
    product.constant *= *number;
    return;
  }
  if (isWhole(value)) {
    product.factors.push_back(value);
    return;
  }
  if (onnx::NodeOp node = matchNode(value, "Mul")) {
    multiply(product, node.getInputs()[0], isWhole);
    multiply(product, node.getInputs()[1], isWhole);
    return;
  }
  auto isConstant = [](Value operand) {
    return matchNumber(operand).has_value();
  };
  if (auto division = matchBinary(value, "Div", isConstant)) {
    product.constant /= *matchNumber(division->second);
    return multiply(product, division->first, isWhole);
  }
  if (auto power = matchBinary(value, "Pow", isConstant)) {
    double exponent = *matchNumber(power->second);
    if (exponent == 2 || exponent == 3) {
      for (int i = 0; i < exponent; ++i)
        multiply(product, power->first, isWhole);
      return;
    }
  }
  product.factors.push_back(value);
}

/// True if `value` is `constant` times `count` factors x.
static bool isMonomial(Value value, Value x, size_t count, double constant) {
  Product product;
  multiply(product, value, [&](Value v) { return v == x; });
  return product.factors.size() == count && llvm::all_equal(product.factors) &&
         product.factors.front() == x &&
         std::abs(product.constant - constant) <= 1e-6 * constant;
}

/// True if `value` is `sqrt(2 / pi) (x + 0.044715 x^3)`.
static bool isBentArgument(Value value, Value x) {
  constexpr double kScale = 2 * llvm::numbers::inv_sqrtpi * 0.7071067811865476;
  Product product;
  multiply(product, value,
           [](Value v) { return matchNode(v, "Add") != nullptr; });
  if (product.factors.size() != 1 || std::abs(product.constant - kScale) > 1e-6)
    return false;
  auto sum = matchBinary(product.factors[0], "Add", [&](Value rhs) {
    return isMonomial(rhs, x, 3, 0.044715);
  });
  return sum && skipIdentities(sum->first) == x;
}

/// Which function `value` is of `x`, if `gate` is its one factor but x and a
/// constant.
static Activation classify(Value x, Value gate, double constant) {
  if (onnx::NodeOp sigmoid = matchNode(gate, "Sigmoid")) {
    bool isSwish = constant == 1 && skipIdentities(sigmoid.getInputs()[0]) == x;
    return isSwish ? Activation::Swish : Activation::None;
  }
  auto sum =
      matchBinary(gate, "Add", [](Value rhs) { return isNumber(rhs, 1); });
  if (!sum || std::abs(constant - 0.5) > 1e-6)
    return Activation::None;
  if (onnx::NodeOp erf = matchNode(sum->first, "Erf"))
    return isMonomial(erf.getInputs()[0], x, 1, 0.7071067811865476)
               ? Activation::Gelu
               : Activation::None;
  onnx::NodeOp tanh = matchNode(sum->first, "Tanh");
  return tanh && isBentArgument(tanh.getInputs()[0], x) ? Activation::TanhGelu
                                                        : Activation::None;
}

/// True for the factor of an activation that is computed from its argument.
static bool isGate(Value value) {
  if (matchNode(value, "Sigmoid"))
    return true;
  auto sum =
      matchBinary(value, "Add", [](Value rhs) { return isNumber(rhs, 1); });
  return sum && (matchNode(sum->first, "Erf") || matchNode(sum->first, "Tanh"));
}

/// The activation that `root`, a product, computes, and of what.
static std::pair<Activation, Value> matchActivation(onnx::NodeOp root) {
  Product product;
  multiply(product, root.getResult(0), isGate);
  // The argument is a factor of the last products or one of theirs.
  SmallVector<Value> candidates;
  for (Value operand : root.getInputs()) {
    candidates.push_back(skipIdentities(operand));
    if (auto inner = matchNode(operand, "Mul"))
      for (Value deeper : inner.getInputs())
        candidates.push_back(skipIdentities(deeper));
  }
  for (Value gate : llvm::make_filter_range(product.factors, isGate))
    for (Value x : candidates) {
      Product exact;
      multiply(exact, root.getResult(0),
               [&](Value v) { return v == x || v == gate; });
      if (x == gate || exact.factors.size() != 2 ||
          !llvm::is_contained(exact.factors, x) ||
          !llvm::is_contained(exact.factors, gate))
        continue;
      Activation kind = classify(x, gate, exact.constant);
      if (kind != Activation::None)
        return {kind, x};
    }
  return {Activation::None, nullptr};
}

namespace {
struct RecognizeActivations final
    : ecolm::impl::RecognizeActivationsBase<RecognizeActivations> {
  using Base::Base;

  void runOnOperation() override {
    RecognitionNotes notes(getOperation(), "activation");
    GraphRewriter rewriter(getOperation());
    SmallVector<onnx::NodeOp> products;
    getOperation().walk([&](onnx::NodeOp node) {
      if (node.isStandard("Mul"))
        products.push_back(node);
    });
    // The last step first: what it replaces are parts of it.
    for (onnx::NodeOp node : llvm::reverse(products)) {
      auto [kind, x] = matchActivation(node);
      if (kind == Activation::None ||
          x.getType() != node.getResult(0).getType())
        continue;
      StringRef op = kind == Activation::Swish ? "Swish" : "Gelu";
      notes.found(getNodeName(node), op + " from its steps");
      SmallVector<NamedAttribute> attrs;
      if (kind == Activation::TanhGelu)
        attrs.push_back(rewriter.getNamedAttr("approximate",
                                              rewriter.getStringAttr("tanh")));
      rewriter.setInsertionPoint(node);
      Value result =
          rewriter.createNode(node.getLoc(), op, x, x.getType(), attrs);
      (void)rewriter.replaceNode(node, result);
      ++numActivations;
    }
    eraseUnusedNodes(getOperation());
  }
};
} // namespace

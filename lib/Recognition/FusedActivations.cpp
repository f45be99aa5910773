//===- FusedActivations.cpp - Gelu with a bias, and its like --------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Writes the activations of com.microsoft as standard nodes.
//
//===----------------------------------------------------------------------===//

#include "FusedNode.h"

using namespace mlir;
using namespace ecolm;

/// `BiasGelu(x, bias)`, `Gelu(x)` -> `Gelu(x + bias)`
static LogicalResult expandGelu(onnx::NodeOp node, GraphRewriter &rewriter) {
  FusedNode f(node, rewriter);
  return f.replace(f.make("Gelu", f.addInput(f.input(0), 1)));
}

/// `FastGelu(x, bias?)` -> `Gelu(x + bias)` by a hyperbolic tangent.
static LogicalResult expandFastGelu(onnx::NodeOp node,
                                    GraphRewriter &rewriter) {
  FusedNode f(node, rewriter);
  NamedAttribute approximate =
      rewriter.getNamedAttr("approximate", rewriter.getStringAttr("tanh"));
  return f.replace(f.make("Gelu", f.addInput(f.input(0), 1), approximate));
}

/// `QuickGelu(x)` -> `x * Sigmoid(alpha * x)`
static LogicalResult expandQuickGelu(onnx::NodeOp node,
                                     GraphRewriter &rewriter) {
  FusedNode f(node, rewriter);
  Value x = f.input(0);
  Value alpha =
      f.number(f.type(0).getElementType(), getFloat(node, "alpha", 1.702));
  Value gate = f.make("Sigmoid", f.make("Mul", {x, alpha}));
  return f.replace(f.make("Mul", {x, gate}));
}

void ecolm::populateFusedActivations(NodeConversions &conversions) {
  conversions.addMicrosoft("BiasGelu", expandGelu);
  conversions.addMicrosoft("FastGelu", expandFastGelu);
  conversions.addMicrosoft("Gelu", expandGelu);
  conversions.addMicrosoft("QuickGelu", expandQuickGelu);
}

//===- FusedProducts.cpp - Products by quantized matrices -----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Writes integer products of com.microsoft with float results as standard
// nodes.
//
//===----------------------------------------------------------------------===//

#include "FusedNode.h"

using namespace mlir;
using namespace ecolm;

namespace {
/// The operands of `(a - aZero) aScale . (b - bZero) bScale + bias`; zeros and
/// bias may be null.
struct QuantizedProduct {
  Value a, b, aScale, bScale, aZero, bZero, bias;
};
} // namespace

/// `MatMulInteger(a, b)`, which is exact, times both scales.
static LogicalResult replaceByProduct(FusedNode &f, const QuantizedProduct &p) {
  SmallVector<Value> operands = {p.a, p.b};
  if (p.aZero || p.bZero)
    operands.append({p.aZero, p.bZero});
  Value exact = f.castTo(f.make("MatMulInteger", operands), kOnnxFloat);
  Value scale = f.make("Mul", {p.aScale, p.bScale});
  Value product = f.make("Mul", {exact, scale});
  return f.replace(p.bias ? f.make("Add", {product, p.bias}) : product);
}

/// `MatMulIntegerToFloat(a, b, aScale, bScale, aZero?, bZero?, bias?)`
static LogicalResult expandIntegerProduct(onnx::NodeOp node,
                                          GraphRewriter &rewriter) {
  FusedNode f(node, rewriter);
  return replaceByProduct(f, {f.input(0), f.input(1), f.input(2), f.input(3),
                              f.input(4), f.input(5), f.input(6)});
}

/// `DynamicQuantizeMatMul(a, b, bScale, bZero?, bias?)`, which quantizes `a` as
/// a whole.
static LogicalResult expandDynamicProduct(onnx::NodeOp node,
                                          GraphRewriter &rewriter) {
  FusedNode f(node, rewriter);
  SmallVector<Value> a = f.makeAll("DynamicQuantizeLinear", f.input(0), 3);
  return replaceByProduct(
      f, {a[0], f.input(1), a[1], f.input(2), a[2], f.input(3), f.input(4)});
}

void ecolm::populateFusedProducts(NodeConversions &conversions) {
  conversions.addMicrosoft("MatMulIntegerToFloat", expandIntegerProduct);
  conversions.addMicrosoft("DynamicQuantizeMatMul", expandDynamicProduct);
}

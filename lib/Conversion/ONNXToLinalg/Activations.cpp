//===- Activations.cpp - Activation functions -----------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts the functions between the linear layers of a network.
//
//===----------------------------------------------------------------------===//

#include "ElementwiseConversion.h"
#include "LinalgConversions.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include <cmath>

using namespace mlir;
using namespace ecolm;

namespace {
/// Writes formulas over one float type.
struct Formula {
  ImplicitLocOpBuilder &builder;
  Type type;

  Value number(double value) { return createNumber(builder, type, value); }
  Value add(Value l, Value r) { return arith::AddFOp::create(builder, l, r); }
  Value sub(Value l, Value r) { return arith::SubFOp::create(builder, l, r); }
  Value mul(Value l, Value r) { return arith::MulFOp::create(builder, l, r); }
  Value div(Value l, Value r) { return arith::DivFOp::create(builder, l, r); }
  Value neg(Value x) { return arith::NegFOp::create(builder, x); }
  Value exp(Value x) { return math::ExpOp::create(builder, x); }
  Value max(Value l, Value r) {
    return arith::MaximumFOp::create(builder, l, r);
  }
  Value min(Value l, Value r) {
    return arith::MinimumFOp::create(builder, l, r);
  }
  /// `yes` where `x < 0`, else `no`.
  Value ifNegative(Value x, Value yes, Value no) {
    Value negative =
        arith::CmpFOp::create(builder, arith::CmpFPredicate::OLT, x, number(0));
    return arith::SelectOp::create(builder, negative, yes, no);
  }
  /// `1 / (1 + exp(-x))`; exp overflows to infinity and the quotient to 0.
  Value sigmoid(Value x) { return div(number(1), add(number(1), exp(neg(x)))); }
};
} // namespace

static Value createRelu(ImplicitLocOpBuilder &builder, ValueRange values,
                        onnx::NodeOp) {
  Value zero = createNumber(builder, values[0].getType(), 0);
  return createByType<arith::MaximumFOp, arith::MaxSIOp>(builder,
                                                         {values[0], zero});
}

static Value createLeakyRelu(ImplicitLocOpBuilder &builder, ValueRange values,
                             onnx::NodeOp node) {
  Formula f{builder, values[0].getType()};
  Value alpha = f.number(getFloat(node, "alpha", 0.01));
  return f.ifNegative(values[0], f.mul(values[0], alpha), values[0]);
}

static Value createSigmoid(ImplicitLocOpBuilder &builder, ValueRange values,
                           onnx::NodeOp) {
  return Formula{builder, values[0].getType()}.sigmoid(values[0]);
}

/// `x * sigmoid(alpha * x)`.
static Value createSwish(ImplicitLocOpBuilder &builder, ValueRange values,
                         onnx::NodeOp node) {
  Formula f{builder, values[0].getType()};
  double alpha = getFloat(node, "alpha", 1.0);
  Value x = values[0];
  Value scaled = alpha == 1.0 ? x : f.mul(x, f.number(alpha));
  return f.mul(x, f.sigmoid(scaled));
}

/// `0.5 x (1 + erf(x / sqrt 2))`, or its approximation
/// `0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))`.
static Value createGelu(ImplicitLocOpBuilder &builder, ValueRange values,
                        onnx::NodeOp node) {
  Formula f{builder, values[0].getType()};
  Value x = values[0], inner;
  if (getString(node, "approximate", "none") == "tanh") {
    Value cube = f.mul(f.mul(x, x), x);
    Value sum = f.add(x, f.mul(f.number(0.044715), cube));
    inner = math::TanhOp::create(builder,
                                 f.mul(f.number(std::sqrt(2.0 / M_PI)), sum));
  } else {
    inner = math::ErfOp::create(builder, f.mul(x, f.number(M_SQRT1_2)));
  }
  return f.mul(f.mul(f.number(0.5), x), f.add(f.number(1), inner));
}

/// `log(1 + exp(x))`, written so that exp does not overflow.
static Value createSoftplus(ImplicitLocOpBuilder &builder, ValueRange values,
                            onnx::NodeOp) {
  Formula f{builder, values[0].getType()};
  Value magnitude = math::AbsFOp::create(builder, values[0]);
  Value rest = math::Log1pOp::create(builder, f.exp(f.neg(magnitude)));
  return f.add(f.max(values[0], f.number(0)), rest);
}

static Value createElu(ImplicitLocOpBuilder &builder, ValueRange values,
                       onnx::NodeOp node) {
  Formula f{builder, values[0].getType()};
  Value alpha = f.number(getFloat(node, "alpha", 1.0));
  Value below = f.mul(alpha, math::ExpM1Op::create(builder, values[0]));
  return f.ifNegative(values[0], below, values[0]);
}

static Value createHardSigmoid(ImplicitLocOpBuilder &builder, ValueRange values,
                               onnx::NodeOp node) {
  Formula f{builder, values[0].getType()};
  Value alpha = f.number(getFloat(node, "alpha", 0.2));
  Value beta = f.number(getFloat(node, "beta", 0.5));
  Value line = f.add(f.mul(alpha, values[0]), beta);
  return f.max(f.number(0), f.min(f.number(1), line));
}

static Value createHardSwish(ImplicitLocOpBuilder &builder, ValueRange values,
                             onnx::NodeOp) {
  Formula f{builder, values[0].getType()};
  Value line = f.add(f.mul(f.number(1.0 / 6.0), values[0]), f.number(0.5));
  return f.mul(values[0], f.max(f.number(0), f.min(f.number(1), line)));
}

void ecolm::populateActivationConversions(NodeConversions &conversions) {
  conversions.add("Relu", convertElementwise<createRelu>);
  conversions.add("LeakyRelu", convertElementwise<createLeakyRelu>);
  conversions.add("Sigmoid", convertElementwise<createSigmoid>);
  conversions.add("Swish", convertElementwise<createSwish>);
  conversions.add("Tanh", convertElementwise<createUniform<math::TanhOp>>);
  conversions.add("Gelu", convertElementwise<createGelu>);
  conversions.add("Softplus", convertElementwise<createSoftplus>);
  conversions.add("Elu", convertElementwise<createElu>);
  conversions.add("HardSigmoid", convertElementwise<createHardSigmoid>);
  conversions.add("HardSwish", convertElementwise<createHardSwish>);
}

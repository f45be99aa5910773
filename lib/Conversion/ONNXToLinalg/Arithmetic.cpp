//===- Arithmetic.cpp - Arithmetic by element -----------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts operators that compute numbers from numbers.
//
//===----------------------------------------------------------------------===//

#include "ElementwiseConversion.h"
#include "LinalgConversions.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace ecolm;

Value ecolm::createNumber(ImplicitLocOpBuilder &builder, Type type,
                          double value) {
  if (auto floatType = dyn_cast<FloatType>(type))
    return arith::ConstantOp::create(builder,
                                     builder.getFloatAttr(floatType, value));
  return arith::ConstantOp::create(
      builder, builder.getIntegerAttr(type, static_cast<int64_t>(value)));
}

//===----------------------------------------------------------------------===//
// Two or more operands
//===----------------------------------------------------------------------===//

/// `FloatOp` or `IntegerOp` over all operands, from the left.
template <typename FloatOp, typename IntegerOp>
static Value createFold(ImplicitLocOpBuilder &builder, ValueRange values,
                        onnx::NodeOp) {
  Value result = values[0];
  for (Value value : values.drop_front())
    result = createByType<FloatOp, IntegerOp>(builder, {result, value});
  return result;
}

static Value createMean(ImplicitLocOpBuilder &builder, ValueRange values,
                        onnx::NodeOp node) {
  Value sum = createFold<arith::AddFOp, arith::AddIOp>(builder, values, node);
  Value count = createNumber(builder, sum.getType(), values.size());
  return createByType<arith::DivFOp, arith::DivSIOp>(builder, {sum, count});
}

/// Whether `divisor` is -1: the machine traps where the quotient of the
/// smallest integer would not fit, so that is no division.
static Value createIsMinusOne(ImplicitLocOpBuilder &builder, Value divisor) {
  Value minusOne = createNumber(builder, divisor.getType(), -1);
  return arith::CmpIOp::create(builder, arith::CmpIPredicate::eq, divisor,
                               minusOne);
}

/// Integer division traps on the machine, so a zero divisor stops the program
/// where it can say why.
static void createDivisorCheck(ImplicitLocOpBuilder &builder, Value divisor) {
  Value zero = createNumber(builder, divisor.getType(), 0);
  Value valid =
      arith::CmpIOp::create(builder, arith::CmpIPredicate::ne, divisor, zero);
  createAssert(builder, builder.getLoc(), valid,
               "an integer is divided by zero");
}

/// Integers divide toward zero, and wrap around.
static Value createDiv(ImplicitLocOpBuilder &builder, ValueRange values,
                       onnx::NodeOp) {
  Type type = values[0].getType();
  if (isa<FloatType>(type))
    return arith::DivFOp::create(builder, values[0], values[1]);
  createDivisorCheck(builder, values[1]);
  Value negates = createIsMinusOne(builder, values[1]);
  Value divisor = arith::SelectOp::create(
      builder, negates, createNumber(builder, type, 1), values[1]);
  Value quotient = arith::DivSIOp::create(builder, values[0], divisor);
  Value negated =
      arith::SubIOp::create(builder, createNumber(builder, type, 0), values[0]);
  return arith::SelectOp::create(builder, negates, negated, quotient);
}

/// With `fmod` the result has the dividend's sign, as in C; without it, and on
/// integers only, the divisor's, as in Python.
static Value createMod(ImplicitLocOpBuilder &builder, ValueRange values,
                       onnx::NodeOp node) {
  Type type = values[0].getType();
  if (isa<FloatType>(type))
    return arith::RemFOp::create(builder, values[0], values[1]);
  createDivisorCheck(builder, values[1]);
  // Nothing is left after a division by 1 or -1.
  Value divisor =
      arith::SelectOp::create(builder, createIsMinusOne(builder, values[1]),
                              createNumber(builder, type, 1), values[1]);
  Value rest = arith::RemSIOp::create(builder, values[0], divisor);
  if (getInt(node, "fmod", 0))
    return rest;
  Value zero = createNumber(builder, type, 0);
  Value isZero =
      arith::CmpIOp::create(builder, arith::CmpIPredicate::eq, rest, zero);
  Value signs = arith::XOrIOp::create(builder, rest, values[1]);
  Value agree =
      arith::CmpIOp::create(builder, arith::CmpIPredicate::sge, signs, zero);
  Value keep = arith::OrIOp::create(builder, isZero, agree);
  Value moved = arith::AddIOp::create(builder, rest, values[1]);
  return arith::SelectOp::create(builder, keep, rest, moved);
}

/// Small constant exponents multiply, as ONNX Runtime does; the rest is pow.
static Value createPow(ImplicitLocOpBuilder &builder, ValueRange values,
                       onnx::NodeOp node) {
  Value base = values[0];
  Type type = base.getType();
  if (!isa<FloatType>(type)) {
    Value exponent = createCast(builder, values[1], type);
    return math::IPowIOp::create(builder, base, exponent);
  }
  TypedAttr attr = getScalarConstant(node.getInputs()[1]);
  double constant = 0;
  if (auto number = dyn_cast_or_null<FloatAttr>(attr))
    constant = number.getValueAsDouble();
  else if (auto integer = dyn_cast_or_null<IntegerAttr>(attr))
    constant = integer.getInt();
  if (constant == 0.5)
    return math::SqrtOp::create(builder, base);
  if (constant == 2 || constant == 3) {
    Value square = arith::MulFOp::create(builder, base, base);
    return constant == 2 ? square
                         : arith::MulFOp::create(builder, square, base);
  }
  return math::PowFOp::create(builder, base,
                              createCast(builder, values[1], type));
}

//===----------------------------------------------------------------------===//
// One operand
//===----------------------------------------------------------------------===//

static Value createNeg(ImplicitLocOpBuilder &builder, ValueRange values,
                       onnx::NodeOp) {
  if (isa<FloatType>(values[0].getType()))
    return arith::NegFOp::create(builder, values[0]);
  Value zero = createNumber(builder, values[0].getType(), 0);
  return arith::SubIOp::create(builder, zero, values[0]);
}

static Value createAbs(ImplicitLocOpBuilder &builder, ValueRange values,
                       onnx::NodeOp) {
  return createByType<math::AbsFOp, math::AbsIOp>(builder, values);
}

/// -1, 0 or 1; zeros and NaN stay what they are.
static Value createSign(ImplicitLocOpBuilder &builder, ValueRange values,
                        onnx::NodeOp) {
  Value value = values[0];
  Type type = value.getType();
  Value zero = createNumber(builder, type, 0),
        one = createNumber(builder, type, 1);
  Value minusOne = createNumber(builder, type, -1);
  Value above, below;
  if (isa<FloatType>(type)) {
    above =
        arith::CmpFOp::create(builder, arith::CmpFPredicate::OGT, value, zero);
    below =
        arith::CmpFOp::create(builder, arith::CmpFPredicate::OLT, value, zero);
  } else {
    above =
        arith::CmpIOp::create(builder, arith::CmpIPredicate::sgt, value, zero);
    below =
        arith::CmpIOp::create(builder, arith::CmpIPredicate::slt, value, zero);
  }
  Value negative = arith::SelectOp::create(builder, below, minusOne, value);
  return arith::SelectOp::create(builder, above, one, negative);
}

static Value createReciprocal(ImplicitLocOpBuilder &builder, ValueRange values,
                              onnx::NodeOp) {
  Value one = createNumber(builder, values[0].getType(), 1);
  return arith::DivFOp::create(builder, one, values[0]);
}

/// `Clip(x, min, max)`, in this order: where min > max the result is max.
static LogicalResult convertClip(onnx::NodeOp node, GraphRewriter &rewriter) {
  Value min = node.getPresentInput(1), max = node.getPresentInput(2);
  if (node.getNodeAttr("min") || node.getNodeAttr("max"))
    return rewriter.refuse(node, "expects its limits as inputs, as from opset "
                                 "11 on");
  SmallVector<Value> operands = {node.getInputs()[0]};
  if (min)
    operands.push_back(min);
  if (max)
    operands.push_back(max);
  auto body = [&](ImplicitLocOpBuilder &builder, ValueRange values) {
    Value result = values[0];
    if (min)
      result = createByType<arith::MaximumFOp, arith::MaxSIOp>(
          builder, {result, values[1]});
    if (max)
      result = createByType<arith::MinimumFOp, arith::MinSIOp>(
          builder, {result, values.back()});
    return result;
  };
  Value result = createElementwise(rewriter, node.getLoc(), operands,
                                   getResultType(node), body);
  return rewriter.replaceNode(node, result);
}

void ecolm::populateArithmeticConversions(NodeConversions &conversions) {
  conversions.add("Add",
                  convertElementwise<createFold<arith::AddFOp, arith::AddIOp>>);
  conversions.add("Sub",
                  convertElementwise<createFold<arith::SubFOp, arith::SubIOp>>);
  conversions.add("Mul",
                  convertElementwise<createFold<arith::MulFOp, arith::MulIOp>>);
  conversions.add("Sum",
                  convertElementwise<createFold<arith::AddFOp, arith::AddIOp>>);
  conversions.add(
      "Min", convertElementwise<createFold<arith::MinimumFOp, arith::MinSIOp>>);
  conversions.add(
      "Max", convertElementwise<createFold<arith::MaximumFOp, arith::MaxSIOp>>);
  conversions.add("Mean", convertElementwise<createMean>);
  conversions.add("Div", convertElementwise<createDiv>);
  conversions.add("Mod", convertElementwise<createMod>);
  conversions.add("Pow", convertElementwise<createPow>);
  conversions.add("Neg", convertElementwise<createNeg>);
  conversions.add("Abs", convertElementwise<createAbs>);
  conversions.add("Sign", convertElementwise<createSign>);
  conversions.add("Reciprocal", convertElementwise<createReciprocal>);
  conversions.add("Sqrt", convertElementwise<createUniform<math::SqrtOp>>);
  conversions.add("Exp", convertElementwise<createUniform<math::ExpOp>>);
  conversions.add("Log", convertElementwise<createUniform<math::LogOp>>);
  conversions.add("Sin", convertElementwise<createUniform<math::SinOp>>);
  conversions.add("Cos", convertElementwise<createUniform<math::CosOp>>);
  conversions.add("Erf", convertElementwise<createUniform<math::ErfOp>>);
  conversions.add("Floor", convertElementwise<createUniform<math::FloorOp>>);
  conversions.add("Ceil", convertElementwise<createUniform<math::CeilOp>>);
  conversions.add("Round",
                  convertElementwise<createUniform<math::RoundEvenOp>>);
  conversions.add("Clip", convertClip);
}

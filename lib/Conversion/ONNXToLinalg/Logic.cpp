//===- Logic.cpp - Comparisons, choices and casts -------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts operators on truth values, and between element types.
//
//===----------------------------------------------------------------------===//

#include "ElementwiseConversion.h"
#include "LinalgConversions.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace ecolm;

/// Floats compare as IEEE 754 orders them, so NaN is in no relation.
template <arith::CmpFPredicate floats, arith::CmpIPredicate integers>
static Value createCompare(ImplicitLocOpBuilder &builder, ValueRange values,
                           onnx::NodeOp) {
  if (isa<FloatType>(values[0].getType()))
    return arith::CmpFOp::create(builder, floats, values[0], values[1]);
  return arith::CmpIOp::create(builder, integers, values[0], values[1]);
}

static Value createNot(ImplicitLocOpBuilder &builder, ValueRange values,
                       onnx::NodeOp) {
  Value one = arith::ConstantIntOp::create(builder, 1, 1);
  return arith::XOrIOp::create(builder, values[0], one);
}

static Value createIsNaN(ImplicitLocOpBuilder &builder, ValueRange values,
                         onnx::NodeOp) {
  return arith::CmpFOp::create(builder, arith::CmpFPredicate::UNO, values[0],
                               values[0]);
}

static Value createWhere(ImplicitLocOpBuilder &builder, ValueRange values,
                         onnx::NodeOp) {
  return arith::SelectOp::create(builder, values[0], values[1], values[2]);
}

//===----------------------------------------------------------------------===//
// Cast
//===----------------------------------------------------------------------===//

/// The end of the range of `type` toward zero from which a float still fits.
static double findLimit(IntegerType type, FloatType from, bool isLower) {
  unsigned width = type.getWidth();
  APSInt end(isLower ? APInt::getSignedMinValue(width)
                     : APInt::getSignedMaxValue(width),
             /*isUnsigned=*/false);
  APFloat limit(from.getFloatSemantics());
  limit.convertFromAPInt(end, /*IsSigned=*/true, APFloat::rmTowardZero);
  return limit.convertToDouble();
}

static Value createFloatToInteger(ImplicitLocOpBuilder &builder, Value value,
                                  IntegerType type) {
  auto from = cast<FloatType>(value.getType());
  Value zero = createNumber(builder, from, 0);
  if (type.getWidth() == 1)
    return arith::CmpFOp::create(builder, arith::CmpFPredicate::UNE, value,
                                 zero);
  Value lower = createNumber(builder, from, findLimit(type, from, true));
  Value upper = createNumber(builder, from, findLimit(type, from, false));
  Value isNaN =
      arith::CmpFOp::create(builder, arith::CmpFPredicate::UNO, value, value);
  Value number = arith::SelectOp::create(builder, isNaN, zero, value);
  number = arith::MaximumFOp::create(builder, number, lower);
  number = arith::MinimumFOp::create(builder, number, upper);
  return arith::FPToSIOp::create(builder, type, number);
}

static Value createFloatToFloat(ImplicitLocOpBuilder &builder, Value value,
                                FloatType type) {
  auto from = cast<FloatType>(value.getType());
  if (type.getWidth() < from.getWidth())
    return arith::TruncFOp::create(builder, type, value);
  if (type.getWidth() > from.getWidth())
    return arith::ExtFOp::create(builder, type, value);
  // f16 and bf16 meet in f32, which holds both.
  Value wide = arith::ExtFOp::create(builder, builder.getF32Type(), value);
  return arith::TruncFOp::create(builder, type, wide);
}

static Value createIntegerToInteger(ImplicitLocOpBuilder &builder, Value value,
                                    IntegerType type) {
  auto from = cast<IntegerType>(value.getType());
  if (type.getWidth() == 1)
    return arith::CmpIOp::create(builder, arith::CmpIPredicate::ne, value,
                                 createNumber(builder, from, 0));
  if (from.getWidth() == 1)
    return arith::ExtUIOp::create(builder, type, value);
  if (type.getWidth() < from.getWidth())
    return arith::TruncIOp::create(builder, type, value);
  return arith::ExtSIOp::create(builder, type, value);
}

Value ecolm::createCast(ImplicitLocOpBuilder &builder, Value value, Type type) {
  Type from = value.getType();
  if (from == type)
    return value;
  auto floatType = dyn_cast<FloatType>(type);
  if (isa<FloatType>(from))
    return floatType
               ? createFloatToFloat(builder, value, floatType)
               : createFloatToInteger(builder, value, cast<IntegerType>(type));
  if (!floatType)
    return createIntegerToInteger(builder, value, cast<IntegerType>(type));
  if (from.isInteger(1))
    return arith::UIToFPOp::create(builder, type, value);
  return arith::SIToFPOp::create(builder, type, value);
}

/// CastLike has a second input of which only the type counts.
static LogicalResult convertCast(onnx::NodeOp node, GraphRewriter &rewriter) {
  RankedTensorType type = getResultType(node);
  Value input = node.getInputs()[0];
  if (cast<RankedTensorType>(input.getType()).getElementType() ==
      type.getElementType())
    return rewriter.replaceNode(node, input);
  Value result = createElementwise(
      rewriter, node.getLoc(), input, type,
      [&](ImplicitLocOpBuilder &builder, ValueRange values) {
        return createCast(builder, values[0], type.getElementType());
      });
  return rewriter.replaceNode(node, result);
}

void ecolm::populateLogicConversions(NodeConversions &conversions) {
  using FP = arith::CmpFPredicate;
  using IP = arith::CmpIPredicate;
  conversions.add("Equal", convertElementwise<createCompare<FP::OEQ, IP::eq>>);
  conversions.add("Less", convertElementwise<createCompare<FP::OLT, IP::slt>>);
  conversions.add("LessOrEqual",
                  convertElementwise<createCompare<FP::OLE, IP::sle>>);
  conversions.add("Greater",
                  convertElementwise<createCompare<FP::OGT, IP::sgt>>);
  conversions.add("GreaterOrEqual",
                  convertElementwise<createCompare<FP::OGE, IP::sge>>);
  conversions.add("And", convertElementwise<createUniform<arith::AndIOp>>);
  conversions.add("Or", convertElementwise<createUniform<arith::OrIOp>>);
  conversions.add("Xor", convertElementwise<createUniform<arith::XOrIOp>>);
  conversions.add("Not", convertElementwise<createNot>);
  conversions.add("IsNaN", convertElementwise<createIsNaN>);
  conversions.add("Where", convertElementwise<createWhere>);
  conversions.add("Cast", convertCast);
  conversions.add("CastLike", convertCast);
}

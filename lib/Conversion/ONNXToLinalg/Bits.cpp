//===- Bits.cpp - Operators on bits ---------------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts BitShift, BitwiseAnd and its relatives, and BitCast.
//
//===----------------------------------------------------------------------===//

#include "ElementwiseConversion.h"
#include "LinalgConversions.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace ecolm;

static Value createBitwiseNot(ImplicitLocOpBuilder &builder, ValueRange values,
                              onnx::NodeOp) {
  Value ones = createNumber(builder, values[0].getType(), -1);
  return arith::XOrIOp::create(builder, values[0], ones);
}

/// A shift by the width or more leaves nothing.
static Value createBitShift(ImplicitLocOpBuilder &builder, ValueRange values,
                            onnx::NodeOp node) {
  Type type = values[0].getType();
  bool left = getString(node, "direction", "LEFT") == "LEFT";
  Value shifted =
      left ? arith::ShLIOp::create(builder, values[0], values[1]).getResult()
           : arith::ShRUIOp::create(builder, values[0], values[1]).getResult();
  Value width = createNumber(builder, type, type.getIntOrFloatBitWidth());
  Value within = arith::CmpIOp::create(builder, arith::CmpIPredicate::ult,
                                       values[1], width);
  return arith::SelectOp::create(builder, within, shifted,
                                 createNumber(builder, type, 0));
}

/// The same bits as another type; a bool is a byte of 0 or 1.
static LogicalResult convertBitCast(onnx::NodeOp node,
                                    GraphRewriter &rewriter) {
  Value input = node.getInputs()[0];
  RankedTensorType type = getResultType(node);
  Type from = cast<RankedTensorType>(input.getType()).getElementType();
  Type to = type.getElementType();
  if (from == to)
    return rewriter.replaceNode(node, input);
  auto body = [&](ImplicitLocOpBuilder &builder, ValueRange values) -> Value {
    if (from.isInteger(1))
      return arith::ExtUIOp::create(builder, to, values[0]);
    if (to.isInteger(1))
      return arith::TruncIOp::create(builder, to, values[0]);
    return arith::BitcastOp::create(builder, to, values[0]);
  };
  return rewriter.replaceNode(
      node, createElementwise(rewriter, node.getLoc(), input, type, body));
}

void ecolm::populateBitConversions(NodeConversions &conversions) {
  conversions.add("BitwiseAnd",
                  convertElementwise<createUniform<arith::AndIOp>>);
  conversions.add("BitwiseOr", convertElementwise<createUniform<arith::OrIOp>>);
  conversions.add("BitwiseXor",
                  convertElementwise<createUniform<arith::XOrIOp>>);
  conversions.add("BitwiseNot", convertElementwise<createBitwiseNot>);
  conversions.add("BitShift", convertElementwise<createBitShift>);
  conversions.add("BitCast", convertBitCast);
}

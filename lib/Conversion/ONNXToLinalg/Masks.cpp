//===- Masks.cpp - Elements chosen by their place -------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts Trilu and OneHot.
//
//===----------------------------------------------------------------------===//

#include "ElementwiseConversion.h"
#include "Indexing.h"
#include "LinalgConversions.h"
#include "SizeArithmetic.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace ecolm;

/// Input `index` of `node`, an integer or a list of one, as an index.
static Value createInteger(onnx::NodeOp node, unsigned index,
                           GraphRewriter &rewriter) {
  ImplicitLocOpBuilder builder(node.getLoc(), rewriter);
  SizeArithmetic arithmetic(rewriter, node.getLoc());
  Value input = node.getPresentInput(index);
  if (!input)
    return arith::ConstantIndexOp::create(builder, 0);
  SmallVector<Value> first;
  if (cast<RankedTensorType>(input.getType()).getRank() == 1)
    first.push_back(arith::ConstantIndexOp::create(builder, 0));
  Value number = createExtract(builder, input, first);
  if (isa<FloatType>(number.getType()))
    number = createCast(builder, number, builder.getI64Type());
  return arithmetic.materialize(arithmetic.fromInteger(number));
}

/// Keeps what lies on or above the k-th diagonal, or on and below it.
static LogicalResult convertTrilu(onnx::NodeOp node, GraphRewriter &rewriter) {
  Value data = node.getInputs()[0];
  RankedTensorType type = getResultType(node);
  Value k = createInteger(node, 1, rewriter);
  auto predicate = getInt(node, "upper", 1) ? arith::CmpIPredicate::sge
                                            : arith::CmpIPredicate::sle;
  auto body = [&](ImplicitLocOpBuilder &builder, ValueRange at) -> Value {
    ValueRange last = at.take_back(2);
    Value diagonal = arith::SubIOp::create(builder, last[1], last[0]);
    Value kept = arith::CmpIOp::create(builder, predicate, diagonal, k);
    Value zero = createNumber(builder, type.getElementType(), 0);
    Value element = createExtract(builder, data, at);
    return arith::SelectOp::create(builder, kept, element, zero);
  };
  Value result = createIndexed(rewriter, node.getLoc(), type,
                               rewriter.getSizes(data), body);
  return rewriter.replaceNode(node, result);
}

/// `values[1]` where the index along the axis is that of `indices`, which count
/// from the end when negative, else `values[0]`.
static LogicalResult convertOneHot(onnx::NodeOp node, GraphRewriter &rewriter) {
  Value indices = node.getInputs()[0], values = node.getInputs()[2];
  RankedTensorType type = getResultType(node);
  std::optional<int64_t> axis =
      normalizeAxis(getInt(node, "axis", -1), type.getRank());
  if (!axis)
    return rewriter.refuse(node, "expects an axis below the rank");
  Value depth = createInteger(node, 1, rewriter);
  SmallVector<OpFoldResult> sizes = rewriter.getSizes(indices);
  sizes.insert(sizes.begin() + *axis, depth);
  auto body = [&](ImplicitLocOpBuilder &builder, ValueRange at) -> Value {
    SmallVector<Value> place(at);
    place.erase(place.begin() + *axis);
    Value index = createExtract(builder, indices, place);
    index =
        createCast(builder, index, builder.getI64Type(), isUnsignedInput(node));
    index = arith::IndexCastOp::create(builder, builder.getIndexType(), index);
    Value zero = arith::ConstantIndexOp::create(builder, 0);
    Value negative =
        arith::CmpIOp::create(builder, arith::CmpIPredicate::slt, index, zero);
    Value fromEnd = arith::AddIOp::create(builder, index, depth);
    index = arith::SelectOp::create(builder, negative, fromEnd, index);
    Value isHot = arith::CmpIOp::create(builder, arith::CmpIPredicate::eq,
                                        index, at[*axis]);
    Value which =
        arith::IndexCastUIOp::create(builder, builder.getIndexType(), isHot);
    return createExtract(builder, values, which);
  };
  return rewriter.replaceNode(
      node, createIndexed(rewriter, node.getLoc(), type, sizes, body));
}

void ecolm::populateMaskConversions(NodeConversions &conversions) {
  conversions.add("Trilu", convertTrilu);
  conversions.add("OneHot", convertOneHot);
}

//===- Scatter.cpp - Writes at computed places ----------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts ScatterElements, ScatterND and TensorScatter, update by update.
//
//===----------------------------------------------------------------------===//

#include "ElementwiseConversion.h"
#include "Indexing.h"
#include "LinalgConversions.h"
#include "SizeArithmetic.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace ecolm;

/// What attribute `reduction` makes of the element that is there and a new one.
static Value createCombined(ImplicitLocOpBuilder &builder, onnx::NodeOp node,
                            Value old, Value update) {
  StringRef reduction = getString(node, "reduction", "none");
  SmallVector<Value> values = {old, update};
  if (reduction == "add")
    return createByType<arith::AddFOp, arith::AddIOp>(builder, values);
  if (reduction == "mul")
    return createByType<arith::MulFOp, arith::MulIOp>(builder, values);
  if (reduction == "max")
    return createBySign<arith::MaximumFOp, arith::MaxSIOp, arith::MaxUIOp>(
        builder, values, node);
  if (reduction == "min")
    return createBySign<arith::MinimumFOp, arith::MinSIOp, arith::MinUIOp>(
        builder, values, node);
  return update;
}

/// Replaces `node` by input 0 with every element of `updates` written where
/// `place` says.
static LogicalResult scatter(
    onnx::NodeOp node, Value updates, GraphRewriter &rewriter,
    llvm::function_ref<SmallVector<Value>(ImplicitLocOpBuilder &, ValueRange)>
        place) {
  auto body = [&](ImplicitLocOpBuilder &builder, ValueRange at,
                  ValueRange carried) -> SmallVector<Value> {
    Value update = createExtract(builder, updates, at);
    SmallVector<Value> position = place(builder, at);
    Value old = createExtract(builder, carried[0], position);
    update = createCombined(builder, node, old, update);
    return {createInsert(builder, update, carried[0], position)};
  };
  Value data = node.getInputs()[0];
  return rewriter.replaceNode(node, createLoops(rewriter, node.getLoc(),
                                                rewriter.getSizes(updates),
                                                data, body)[0]);
}

/// `data[i.. with dimension axis replaced by indices[i..]] = updates[i..]`.
static LogicalResult convertScatterElements(onnx::NodeOp node,
                                            GraphRewriter &rewriter) {
  FailureOr<ElementPlaces> places = ElementPlaces::find(node, rewriter);
  if (failed(places))
    return failure();
  return scatter(node, node.getInputs()[2], rewriter,
                 [&](ImplicitLocOpBuilder &builder, ValueRange at) {
                   return places->create(builder, at);
                 });
}

/// `data[indices[i.., :], j..] = updates[i.., j..]`.
static LogicalResult convertScatterND(onnx::NodeOp node,
                                      GraphRewriter &rewriter) {
  Value data = node.getInputs()[0], indices = node.getInputs()[1];
  auto indicesType = cast<RankedTensorType>(indices.getType());
  int64_t outer = indicesType.getRank() - 1;
  auto rankOf = [&](unsigned index) {
    return cast<RankedTensorType>(node.getInputs()[index].getType()).getRank();
  };
  int64_t depth = findIndexDepth(node, outer + rankOf(0) - rankOf(2), rewriter);
  SmallVector<Value> limits = createSizes(rewriter, node.getLoc(), data);
  return scatter(node, node.getInputs()[2], rewriter,
                 [&](ImplicitLocOpBuilder &builder, ValueRange at) {
                   SmallVector<Value> position;
                   for (int64_t i = 0; i < depth; ++i) {
                     SmallVector<Value> place(at.take_front(outer));
                     place.push_back(
                         arith::ConstantIndexOp::create(builder, i));
                     position.push_back(createCheckedIndex(
                         builder, builder.getLoc(),
                         createExtract(builder, indices, place), limits[i]));
                   }
                   llvm::append_range(position, at.drop_front(outer));
                   return position;
                 });
}

/// Writes `update` into a cache from `write_indices[batch]` on along the axis,
/// past the end or, in mode circular, from the start again.
static LogicalResult convertTensorScatter(onnx::NodeOp node,
                                          GraphRewriter &rewriter) {
  Value cache = node.getInputs()[0], starts = node.getPresentInput(2);
  int64_t rank = cast<RankedTensorType>(cache.getType()).getRank();
  std::optional<int64_t> axis = normalizeAxis(getInt(node, "axis", -2), rank);
  if (!axis || *axis == 0)
    return rewriter.refuse(node, "expects an axis behind the batch");
  bool wraps = getString(node, "mode", "linear") == "circular";
  SmallVector<Value> limits = createSizes(rewriter, node.getLoc(), cache);
  return scatter(node, node.getInputs()[1], rewriter,
                 [&](ImplicitLocOpBuilder &builder, ValueRange at) {
                   SmallVector<Value> position(at);
                   if (starts) {
                     Value start = createExtract(builder, starts, at[0]);
                     Value moved = arith::IndexCastOp::create(
                         builder, start.getType(), at[*axis]);
                     moved = arith::AddIOp::create(builder, start, moved);
                     if (wraps) {
                       Value limit = arith::IndexCastOp::create(
                           builder, moved.getType(), limits[*axis]);
                       moved = arith::RemSIOp::create(builder, moved, limit);
                     }
                     position[*axis] = createCheckedIndex(
                         builder, builder.getLoc(), moved, limits[*axis]);
                   }
                   return position;
                 });
}

void ecolm::populateScatterConversions(NodeConversions &conversions) {
  conversions.add("ScatterElements", convertScatterElements);
  conversions.add("ScatterND", convertScatterND);
  conversions.add("TensorScatter", convertTensorScatter);
}

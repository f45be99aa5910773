//===- Scan.cpp - Sums along an axis --------------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts CumSum.
//
//===----------------------------------------------------------------------===//

#include "ElementwiseConversion.h"
#include "Indexing.h"
#include "LinalgConversions.h"
#include "SizeArithmetic.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace ecolm;

/// The axis of a CumSum, known now or in the run, counted from the front.
static FailureOr<Value> findAxis(onnx::NodeOp node, int64_t rank,
                                 GraphRewriter &rewriter) {
  auto axis = readIntegers(node, "axis", 1, rewriter, 1);
  if (failed(axis) || axis->size() != 1)
    return rewriter.refuse(node, "expects one axis");
  SizeArithmetic arithmetic(rewriter, node.getLoc());
  Value given = arithmetic.materialize(axis->front());
  Value limit = arithmetic.materialize(arithmetic.constant(rank));
  return createCheckedIndex(rewriter, node.getLoc(),
                            arith::IndexCastOp::create(rewriter, node.getLoc(),
                                                       rewriter.getI64Type(),
                                                       given),
                            limit);
}

/// `place` moved by `step` along `axis`, which only the run may know.
static SmallVector<Value> move(ImplicitLocOpBuilder &builder, ValueRange place,
                               Value axis, Value step) {
  SmallVector<Value> moved;
  Value zero = arith::ConstantIndexOp::create(builder, 0);
  for (auto [dim, index] : llvm::enumerate(place)) {
    Value own = arith::ConstantIndexOp::create(builder, dim);
    Value here =
        arith::CmpIOp::create(builder, arith::CmpIPredicate::eq, axis, own);
    Value by = arith::SelectOp::create(builder, here, step, zero);
    moved.push_back(arith::AddIOp::create(builder, index, by));
  }
  return moved;
}

/// The index and the size along `axis`.
static std::pair<Value, Value> select(ImplicitLocOpBuilder &builder,
                                      ValueRange place, ValueRange sizes,
                                      Value axis) {
  Value index = place[0], size = sizes[0];
  for (auto [dim, pair] : llvm::enumerate(llvm::zip_equal(place, sizes))) {
    auto [placeHere, sizeHere] = pair;
    Value own = arith::ConstantIndexOp::create(builder, dim);
    Value here =
        arith::CmpIOp::create(builder, arith::CmpIPredicate::eq, axis, own);
    index = arith::SelectOp::create(builder, here, placeHere, index);
    size = arith::SelectOp::create(builder, here, sizeHere, size);
  }
  return {index, size};
}

/// Every element is the sum of those up to it, added in their order; in
/// reverse, of those from the end down to it.
static LogicalResult convertCumSum(onnx::NodeOp node, GraphRewriter &rewriter) {
  Location loc = node.getLoc();
  Value data = node.getInputs()[0];
  RankedTensorType type = getResultType(node);
  if (type.getRank() == 0)
    return rewriter.refuse(node, "expects an input with a dimension");
  FailureOr<Value> axis = findAxis(node, type.getRank(), rewriter);
  if (failed(axis))
    return failure();
  bool reverse = getInt(node, "reverse", 0);
  bool exclusive = getInt(node, "exclusive", 0);
  SmallVector<Value> sizes = createSizes(rewriter, loc, node.getInputs()[0]);
  auto body = [&](ImplicitLocOpBuilder &builder, ValueRange at) -> Value {
    auto [place, size] = select(builder, at, sizes, *axis);
    Value index = place;
    Value one = arith::ConstantIndexOp::create(builder, 1);
    // How many elements the sum has, and where it starts.
    Value count = arith::AddIOp::create(builder, index, one);
    if (reverse)
      count = arith::SubIOp::create(builder, size, index);
    if (exclusive)
      count = arith::SubIOp::create(builder, count, one);
    Value first = arith::ConstantIndexOp::create(builder, 0);
    if (reverse)
      first = arith::SubIOp::create(builder, size, one);
    Value zero = createNumber(builder, type.getElementType(), 0);
    auto add = [&](ImplicitLocOpBuilder &inner, ValueRange step,
                   ValueRange carried) -> SmallVector<Value> {
      Value next = step[0];
      if (reverse)
        next = arith::SubIOp::create(inner, first, next);
      Value by = arith::SubIOp::create(inner, next, index);
      Value element = createExtract(inner, data, move(inner, at, *axis, by));
      return {createByType<arith::AddFOp, arith::AddIOp>(
          inner, {carried[0], element})};
    };
    return createLoops(builder, loc, OpFoldResult(count), zero, add)[0];
  };
  Value result = createIndexed(rewriter, loc, type,
                               rewriter.getSizes(node.getInputs()[0]), body);
  return rewriter.replaceNode(node, result);
}

void ecolm::populateScanConversions(NodeConversions &conversions) {
  conversions.add("CumSum", convertCumSum);
}

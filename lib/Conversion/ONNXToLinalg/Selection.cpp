//===- Selection.cpp - Largest elements and their places ------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts ArgMax, ArgMin, TopK and NonZero.
//
//===----------------------------------------------------------------------===//

#include "ElementwiseConversion.h"
#include "Indexing.h"
#include "LinalgConversions.h"
#include "Reshaping.h"
#include "SizeArithmetic.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace ecolm;

/// True where `value` comes before `best`: it is larger, or smaller.
static Value createIsBefore(ImplicitLocOpBuilder &builder, onnx::NodeOp node,
                            bool largest, bool orEqual, Value value,
                            Value best) {
  using FP = arith::CmpFPredicate;
  using IP = arith::CmpIPredicate;
  if (isa<FloatType>(value.getType())) {
    FP predicate =
        largest ? (orEqual ? FP::OGE : FP::OGT) : (orEqual ? FP::OLE : FP::OLT);
    return arith::CmpFOp::create(builder, predicate, value, best);
  }
  bool natural = isUnsignedInput(node);
  IP above =
      orEqual ? (natural ? IP::uge : IP::sge) : (natural ? IP::ugt : IP::sgt);
  IP below =
      orEqual ? (natural ? IP::ule : IP::sle) : (natural ? IP::ult : IP::slt);
  return arith::CmpIOp::create(builder, largest ? above : below, value, best);
}

/// The place of the first, or last, extreme element along an axis.
template <bool largest>
static LogicalResult convertArgExtreme(onnx::NodeOp node,
                                       GraphRewriter &rewriter) {
  Value data = node.getInputs()[0];
  auto dataType = cast<RankedTensorType>(data.getType());
  std::optional<int64_t> axis =
      normalizeAxis(getInt(node, "axis", 0), dataType.getRank());
  if (!axis)
    return rewriter.refuse(node, "expects an axis below the rank");
  bool last = getInt(node, "select_last_index", 0);
  Location loc = node.getLoc();
  SmallVector<OpFoldResult> all = rewriter.getSizes(node.getInputs()[0]);
  SmallVector<OpFoldResult> sizes(all);
  sizes.erase(sizes.begin() + *axis);
  SmallVector<int64_t> shape(dataType.getShape());
  shape.erase(shape.begin() + *axis);
  auto type = RankedTensorType::get(shape, rewriter.getI64Type());
  auto body = [&](ImplicitLocOpBuilder &builder, ValueRange at) -> Value {
    auto read = [&](ImplicitLocOpBuilder &inner, Value index) {
      SmallVector<Value> place(at);
      place.insert(place.begin() + *axis, index);
      return createExtract(inner, data, place);
    };
    Value zero = arith::ConstantIndexOp::create(builder, 0);
    SmallVector<Value> init = {read(builder, zero), zero};
    Value best = createLoops(
        builder, loc, all[*axis], init,
        [&](ImplicitLocOpBuilder &inner, ValueRange index,
            ValueRange carried) -> SmallVector<Value> {
          Value value = read(inner, index[0]);
          Value before =
              createIsBefore(inner, node, largest, last, value, carried[0]);
          return {arith::SelectOp::create(inner, before, value, carried[0]),
                  arith::SelectOp::create(inner, before, index[0], carried[1])};
        })[1];
    return arith::IndexCastOp::create(builder, builder.getI64Type(), best);
  };
  Value result = createIndexed(rewriter, loc, type, sizes, body);
  if (getInt(node, "keepdims", 1))
    result = insertUnitDims(rewriter, loc, result, *axis);
  return rewriter.replaceNode(node, result);
}

/// How many elements of `data` along the axis come before that at `place`;
/// of equal ones the first.
static Value createRank(ImplicitLocOpBuilder &builder, onnx::NodeOp node,
                        Value data, OpFoldResult size, ValueRange place,
                        int64_t axis) {
  bool largest = getInt(node, "largest", 1);
  Value own = createExtract(builder, data, place);
  Value zero = arith::ConstantIndexOp::create(builder, 0);
  return createLoops(
      builder, builder.getLoc(), size, zero,
      [&](ImplicitLocOpBuilder &inner, ValueRange index,
          ValueRange carried) -> SmallVector<Value> {
        SmallVector<Value> other(place);
        other[axis] = index[0];
        Value value = createExtract(inner, data, other);
        Value before = createIsBefore(inner, node, largest, false, value, own);
        Value equal = arith::XOrIOp::create(
            inner, createIsBefore(inner, node, largest, true, value, own),
            before);
        Value earlier = arith::CmpIOp::create(inner, arith::CmpIPredicate::ult,
                                              index[0], place[axis]);
        Value tie = arith::AndIOp::create(inner, equal, earlier);
        Value counts = arith::OrIOp::create(inner, before, tie);
        Value one =
            arith::IndexCastUIOp::create(inner, inner.getIndexType(), counts);
        return {arith::AddIOp::create(inner, carried[0], one)};
      })[0];
}

/// The number of elements that TopK asks for, at most `size`.
static FailureOr<OpFoldResult> findCount(onnx::NodeOp node, OpFoldResult size,
                                         GraphRewriter &rewriter) {
  SizeArithmetic arithmetic(rewriter, node.getLoc());
  Value count = node.getPresentInput(1);
  if (!count)
    return arithmetic.constant(getInt(node, "k", 1));
  if (std::optional<SmallVector<int64_t>> given = getIntsOrInput(node, "", 1))
    return arithmetic.constant(given->front());
  ImplicitLocOpBuilder builder(node.getLoc(), rewriter);
  SmallVector<Value> first;
  if (cast<RankedTensorType>(count.getType()).getRank() == 1)
    first.push_back(arith::ConstantIndexOp::create(builder, 0));
  Value k = arithmetic.materialize(
      arithmetic.fromInteger(createExtract(builder, count, first)));
  Value fits = arith::CmpIOp::create(builder, arith::CmpIPredicate::ule, k,
                                     arithmetic.materialize(size));
  createAssert(rewriter, node.getLoc(), fits, "k exceeds the dimension");
  return OpFoldResult(k);
}

/// Every element that fewer than k others precede goes to the place of its
/// rank, so that the results are sorted.
static LogicalResult convertTopK(onnx::NodeOp node, GraphRewriter &rewriter) {
  Value data = node.getInputs()[0];
  auto dataType = cast<RankedTensorType>(data.getType());
  std::optional<int64_t> axis =
      normalizeAxis(getInt(node, "axis", -1), dataType.getRank());
  if (!axis)
    return rewriter.refuse(node, "expects an axis below the rank");
  Location loc = node.getLoc();
  SmallVector<OpFoldResult> all = rewriter.getSizes(data), sizes(all);
  FailureOr<OpFoldResult> count = findCount(node, all[*axis], rewriter);
  if (failed(count))
    return failure();
  sizes[*axis] = *count;
  SizeArithmetic arithmetic(rewriter, loc);
  Value limit = arithmetic.materialize(*count);
  SmallVector<Value> init = {
      createEmpty(rewriter, loc, getResultType(node, 0), sizes),
      createEmpty(rewriter, loc, getResultType(node, 1), sizes)};
  auto body = [&](ImplicitLocOpBuilder &builder, ValueRange at,
                  ValueRange carried) -> SmallVector<Value> {
    Value rank = createRank(builder, node, data, all[*axis], at, *axis);
    Value kept =
        arith::CmpIOp::create(builder, arith::CmpIPredicate::ult, rank, limit);
    SmallVector<Value> place(at);
    place[*axis] = rank;
    auto write = [&](OpBuilder &nested, Location nestedLoc) {
      ImplicitLocOpBuilder inner(nestedLoc, nested);
      Value index =
          arith::IndexCastOp::create(inner, inner.getI64Type(), at[*axis]);
      Value value = createExtract(inner, data, at);
      scf::YieldOp::create(
          inner, ValueRange{createInsert(inner, value, carried[0], place),
                            createInsert(inner, index, carried[1], place)});
    };
    auto keep = [&](OpBuilder &nested, Location nestedLoc) {
      scf::YieldOp::create(nested, nestedLoc, carried);
    };
    auto choice = scf::IfOp::create(builder, kept, write, keep);
    return SmallVector<Value>(choice.getResults());
  };
  return rewriter.replaceNode(node,
                              createLoops(rewriter, loc, all, init, body));
}

/// True where `value` is not zero.
static Value createIsNonZero(ImplicitLocOpBuilder &builder, Value value) {
  return createCast(builder, value, builder.getI1Type());
}

/// The indices of the elements other than zero, a column for each.
static LogicalResult convertNonZero(onnx::NodeOp node,
                                    GraphRewriter &rewriter) {
  Location loc = node.getLoc();
  ImplicitLocOpBuilder builder(loc, rewriter);
  Value data = node.getInputs()[0];
  SmallVector<OpFoldResult> sizes = rewriter.getSizes(node.getInputs()[0]);
  Value zero = arith::ConstantIndexOp::create(builder, 0);
  auto countOne = [&](ImplicitLocOpBuilder &inner, ValueRange at,
                      ValueRange carried) -> SmallVector<Value> {
    Value found = createIsNonZero(inner, createExtract(inner, data, at));
    Value one =
        arith::IndexCastUIOp::create(inner, inner.getIndexType(), found);
    return {arith::AddIOp::create(inner, carried[0], one)};
  };
  Value count = createLoops(rewriter, loc, sizes, zero, countOne)[0];
  RankedTensorType type = getResultType(node);
  SmallVector<OpFoldResult> resultSizes = {
      rewriter.getIndexAttr(static_cast<int64_t>(sizes.size())), count};
  SmallVector<Value> init = {createEmpty(rewriter, loc, type, resultSizes),
                             zero};
  auto writeOne = [&](ImplicitLocOpBuilder &inner, ValueRange at,
                      ValueRange carried) -> SmallVector<Value> {
    Value found = createIsNonZero(inner, createExtract(inner, data, at));
    auto write = [&](OpBuilder &nested, Location nestedLoc) {
      ImplicitLocOpBuilder b(nestedLoc, nested);
      Value result = carried[0];
      for (auto [row, index] : llvm::enumerate(at)) {
        Value number = arith::IndexCastOp::create(b, b.getI64Type(), index);
        Value at0 = arith::ConstantIndexOp::create(b, row);
        result = createInsert(b, number, result, {at0, carried[1]});
      }
      Value one = arith::ConstantIndexOp::create(b, 1);
      Value next = arith::AddIOp::create(b, carried[1], one);
      scf::YieldOp::create(b, ValueRange{result, next});
    };
    auto keep = [&](OpBuilder &nested, Location nestedLoc) {
      scf::YieldOp::create(nested, nestedLoc, carried);
    };
    auto choice = scf::IfOp::create(inner, found, write, keep);
    return SmallVector<Value>(choice.getResults());
  };
  return rewriter.replaceNode(
      node, createLoops(rewriter, loc, sizes, init, writeOne)[0]);
}

void ecolm::populateSelectionConversions(NodeConversions &conversions) {
  conversions.add("ArgMax", convertArgExtreme<true>);
  conversions.add("ArgMin", convertArgExtreme<false>);
  conversions.add("TopK", convertTopK);
  conversions.add("NonZero", convertNonZero);
}

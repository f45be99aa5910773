//===- AttentionHeads.cpp - Tensors of heads ------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Reads queries, keys and values by head, whatever their form, and sums over
// keys.
//
//===----------------------------------------------------------------------===//

#include "AttentionHeads.h"
#include "ElementwiseConversion.h"
#include "Indexing.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace ecolm;

Value HeadTensor::read(ImplicitLocOpBuilder &b, Value n, Value h, Value i,
                       Value d) const {
  if (cast<RankedTensorType>(tensor.getType()).getRank() == 4)
    return createExtract(b, tensor, {n, h, i, d});
  Value column =
      arith::AddIOp::create(b, arith::MulIOp::create(b, h, width), d);
  return createExtract(b, tensor, {n, i, column});
}

HeadTensor ecolm::splitHeads(GraphRewriter &rewriter, Location loc,
                             Value tensor, int64_t numHeads) {
  ImplicitLocOpBuilder b(loc, rewriter);
  SmallVector<Value> sizes = createSizes(rewriter, loc, tensor);
  if (sizes.size() == 4)
    return {tensor, sizes[0], sizes[1], sizes[2], sizes[3]};
  Value heads =
      arith::ConstantIndexOp::create(b, std::max<int64_t>(numHeads, 1));
  Value width = arith::DivUIOp::create(b, sizes[2], heads);
  return {tensor, sizes[0], heads, sizes[1], width};
}

/// The dimension of `heads` that counts rows.
static int64_t getLengthDim(const HeadTensor &heads) {
  return cast<RankedTensorType>(heads.tensor.getType()).getRank() - 2;
}

void ecolm::checkHeads(GraphRewriter &rewriter, Location loc,
                       const HeadTensor &query, const HeadTensor &key,
                       const HeadTensor &value) {
  constexpr StringLiteral kMisfit =
      "its queries, keys and values do not fit each other";
  createSizeCheck(rewriter, loc, query.tensor, 0, key.tensor, 0, kMisfit);
  createSizeCheck(rewriter, loc, value.tensor, 0, key.tensor, 0, kMisfit);
  createSizeCheck(rewriter, loc, key.tensor, getLengthDim(key), value.tensor,
                  getLengthDim(value), kMisfit);
  createSizeCheck(rewriter, loc, key.heads, value.heads, kMisfit);
  createSizeCheck(rewriter, loc, query.width, key.width, kMisfit);
  if (getConstantIntValue(query.heads) && getConstantIntValue(key.heads))
    return;
  ImplicitLocOpBuilder b(loc, rewriter);
  Value zero = arith::ConstantIndexOp::create(b, 0);
  Value one = arith::ConstantIndexOp::create(b, 1);
  Value divisor = arith::MaxUIOp::create(b, key.heads, one);
  createSizeCheck(rewriter, loc, key.heads, divisor, kMisfit);
  Value rest = arith::RemUIOp::create(b, query.heads, divisor);
  createSizeCheck(rewriter, loc, rest, zero, kMisfit);
}

HeadTensor ecolm::appendToPast(GraphRewriter &rewriter, Location loc,
                               const HeadTensor &fresh, Value past) {
  ImplicitLocOpBuilder b(loc, rewriter);
  Value before = arith::ConstantIndexOp::create(b, 0);
  if (past) {
    constexpr StringLiteral kMisfit = "what is past does not fit what follows";
    SmallVector<Value> sizes = createSizes(rewriter, loc, past);
    createSizeCheck(rewriter, loc, past, 0, fresh.tensor, 0, kMisfit);
    createSizeCheck(rewriter, loc, sizes[1], fresh.heads, kMisfit);
    createSizeCheck(rewriter, loc, sizes[3], fresh.width, kMisfit);
    before = sizes[2];
  }
  Value total = arith::AddIOp::create(b, before, fresh.length);
  SmallVector<int64_t> shape(4, ShapedType::kDynamic);
  Type type = getElementTypeOrSelf(fresh.tensor.getType());
  SmallVector<OpFoldResult> sizes = {fresh.batch, fresh.heads, total,
                                     fresh.width};
  auto body = [&](ImplicitLocOpBuilder &inner, ValueRange at) -> Value {
    auto readFresh = [&](ImplicitLocOpBuilder &nested) {
      Value own = arith::SubIOp::create(nested, at[2], before);
      return fresh.read(nested, at[0], at[1], own, at[3]);
    };
    if (!past)
      return readFresh(inner);
    Value isPast =
        arith::CmpIOp::create(inner, arith::CmpIPredicate::ult, at[2], before);
    auto old = [&](OpBuilder &nested, Location nestedLoc) {
      ImplicitLocOpBuilder builder(nestedLoc, nested);
      scf::YieldOp::create(builder, createExtract(builder, past, at));
    };
    auto next = [&](OpBuilder &nested, Location nestedLoc) {
      ImplicitLocOpBuilder builder(nestedLoc, nested);
      scf::YieldOp::create(builder, readFresh(builder));
    };
    return scf::IfOp::create(inner, isPast, old, next).getResult(0);
  };
  Value joined = createIndexed(rewriter, loc,
                               RankedTensorType::get(shape, type), sizes, body);
  return {joined, fresh.batch, fresh.heads, total, fresh.width};
}

Value ecolm::sumOverKeys(ImplicitLocOpBuilder &inner, Value keys, Type type,
                         AddTerm addTerm) {
  Value width = arith::ConstantIndexOp::create(inner, 16);
  Value zero = createNumber(inner, type, 0);
  Value blocks = arith::CeilDivUIOp::create(inner, keys, width);
  auto addBlock = [&](ImplicitLocOpBuilder &nested, ValueRange block,
                      ValueRange total) -> SmallVector<Value> {
    Value first = arith::MulIOp::create(nested, block[0], width);
    Value rest = arith::SubIOp::create(nested, keys, first);
    Value size = arith::MinUIOp::create(nested, rest, width);
    auto add = [&](ImplicitLocOpBuilder &innermost, ValueRange i,
                   ValueRange sum) -> SmallVector<Value> {
      Value key = arith::AddIOp::create(innermost, first, i[0]);
      return {addTerm(innermost, key, sum[0])};
    };
    Value sum =
        createLoops(nested, nested.getLoc(), OpFoldResult(size), zero, add)[0];
    return {arith::AddFOp::create(nested, total[0], sum)};
  };
  return createLoops(inner, inner.getLoc(), OpFoldResult(blocks), zero,
                     addBlock)[0];
}

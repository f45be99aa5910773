//===- AttentionHeads.cpp - Tensors of heads ------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Reads queries, keys and values by head, whatever their form.
//
//===----------------------------------------------------------------------===//

#include "AttentionHeads.h"
#include "Indexing.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

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

HeadTensor ecolm::appendToPast(GraphRewriter &rewriter, Location loc,
                               const HeadTensor &fresh, Value past) {
  ImplicitLocOpBuilder b(loc, rewriter);
  Value before = arith::ConstantIndexOp::create(b, 0);
  if (past)
    before = createSizes(rewriter, loc, past)[2];
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

//===- RunTimeAxes.cpp - Axes that the run names --------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Inserts and drops dimensions of which only the run knows where they are.
//
//===----------------------------------------------------------------------===//

#include "RunTimeAxes.h"
#include "Indexing.h"
#include "Reshaping.h"
#include "SizeArithmetic.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace ecolm;

SmallVector<Value> ecolm::createAxisFlags(GraphRewriter &rewriter, Location loc,
                                          Value axes, int64_t rank,
                                          Value otherwise) {
  ImplicitLocOpBuilder builder(loc, rewriter);
  SizeArithmetic arithmetic(rewriter, loc);
  Value limit = arithmetic.materialize(arithmetic.constant(rank));
  SmallVector<OpFoldResult> lengths = rewriter.getSizes(axes);
  if (lengths.size() == 1) {
    Value zero = arithmetic.materialize(arithmetic.constant(0));
    Value isEmpty =
        arith::CmpIOp::create(builder, arith::CmpIPredicate::eq,
                              arithmetic.materialize(lengths[0]), zero);
    otherwise = arith::AndIOp::create(builder, isEmpty, otherwise);
  } else {
    otherwise = arith::ConstantIntOp::create(builder, 0, 1);
  }
  return createLoops(
      rewriter, loc, lengths, SmallVector<Value>(rank, otherwise),
      [&](ImplicitLocOpBuilder &inner, ValueRange at,
          ValueRange carried) -> SmallVector<Value> {
        Value axis = createCheckedIndex(inner, loc,
                                        createExtract(inner, axes, at), limit);
        SmallVector<Value> next;
        for (auto [dim, flag] : llvm::enumerate(carried)) {
          Value own = arith::ConstantIndexOp::create(inner, dim);
          Value hit =
              arith::CmpIOp::create(inner, arith::CmpIPredicate::eq, axis, own);
          next.push_back(arith::OrIOp::create(inner, flag, hit));
        }
        return next;
      });
}

/// `flag ? yes : no`.
static OpFoldResult choose(GraphRewriter &rewriter, Location loc, Value flag,
                           OpFoldResult yes, OpFoldResult no) {
  SizeArithmetic arithmetic(rewriter, loc);
  return arith::SelectOp::create(rewriter, loc, flag,
                                 arithmetic.materialize(yes),
                                 arithmetic.materialize(no))
      .getResult();
}

/// Stops the program unless as many dimensions are left as there are places.
static void checkCount(GraphRewriter &rewriter, Location loc,
                       OpFoldResult count, int64_t places) {
  SizeArithmetic arithmetic(rewriter, loc);
  Value fits = arith::CmpIOp::create(
      rewriter, loc, arith::CmpIPredicate::eq, arithmetic.materialize(count),
      arithmetic.materialize(arithmetic.constant(places)));
  createAssert(rewriter, loc, fits,
               "the axes give another rank than the model says");
}

// Dimension `to` of the result is the one that as many others precede.
Value ecolm::dropMarkedDims(GraphRewriter &rewriter, Location loc, Value tensor,
                            ValueRange flags, RankedTensorType type) {
  SizeArithmetic arithmetic(rewriter, loc);
  OpFoldResult one = arithmetic.constant(1), kept = arithmetic.constant(0);
  SmallVector<OpFoldResult> sizes(type.getRank(), one);
  for (auto [dim, flag] : llvm::enumerate(flags)) {
    OpFoldResult own = rewriter.getSize(tensor, dim);
    for (auto [to, size] : llvm::enumerate(sizes)) {
      OpFoldResult here = arithmetic.selectEqual(kept, to, own, size);
      size = choose(rewriter, loc, flag, size, here);
    }
    kept = choose(rewriter, loc, flag, kept, arithmetic.add(kept, one));
  }
  checkCount(rewriter, loc, kept, type.getRank());
  return createReshape(rewriter, loc, tensor, type, sizes);
}

Value ecolm::insertMarkedDims(GraphRewriter &rewriter, Location loc,
                              Value tensor, ValueRange flags,
                              RankedTensorType type) {
  SizeArithmetic arithmetic(rewriter, loc);
  OpFoldResult one = arithmetic.constant(1), taken = arithmetic.constant(0);
  SmallVector<OpFoldResult> own = rewriter.getSizes(tensor), sizes;
  for (Value flag : flags) {
    OpFoldResult next = one;
    for (auto [from, size] : llvm::enumerate(own))
      next = arithmetic.selectEqual(taken, from, size, next);
    sizes.push_back(choose(rewriter, loc, flag, one, next));
    taken = choose(rewriter, loc, flag, taken, arithmetic.add(taken, one));
  }
  checkCount(rewriter, loc, taken, own.size());
  return createReshape(rewriter, loc, tensor, type, sizes);
}

//===- ExpandFloatFunctions.cpp - Floats without libm ---------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// A machine without floating-point unit computes sums and products of floats in
// functions that every compiler brings along. The others are of a C library:
// here they become integer arithmetic.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Target/CPU/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/Transforms/VectorRewritePatterns.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace ecolm {
#define GEN_PASS_DEF_EXPANDFLOATFUNCTIONS
#include "ecolm/Target/CPU/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

namespace {

/// Integer arithmetic on a type, and on vectors of it.
class IntegerBuilder : public ImplicitLocOpBuilder {
public:
  IntegerBuilder(Location loc, OpBuilder &builder, Type type)
      : ImplicitLocOpBuilder(loc, builder), type(type) {}

  Value get(uint32_t value) {
    TypedAttr attr = getI32IntegerAttr(static_cast<int32_t>(value));
    if (auto vector = dyn_cast<VectorType>(type))
      attr = DenseElementsAttr::get(vector, attr);
    return arith::ConstantOp::create(*this, attr);
  }
  Value add(Value a, Value b) { return arith::AddIOp::create(*this, a, b); }
  Value sub(Value a, Value b) { return arith::SubIOp::create(*this, a, b); }
  Value both(Value a, Value b) { return arith::AndIOp::create(*this, a, b); }
  Value up(Value a, Value b) { return arith::ShLIOp::create(*this, a, b); }
  Value down(Value a, uint32_t bits) {
    return arith::ShRUIOp::create(*this, a, get(bits));
  }
  Value choose(arith::CmpIPredicate is, Value a, Value b, Value yes, Value no) {
    Value condition = arith::CmpIOp::create(*this, is, a, b);
    return arith::SelectOp::create(*this, condition, yes, no);
  }

private:
  Type type;
};

/// The bits of the square root of the number whose bits are `x`, rounded to the
/// nearest, one digit after the other:
///
///   x = m * 4^e, 2^23 <= m < 2^25, and the root is sqrt(m) * 2^e
///   q = the 25 digits of sqrt(m) * 2^13, the last of which rounds
///
struct SquareRoot {
  IntegerBuilder &b;

  /// A normal number: its mantissa with the leading one, and its exponent.
  std::pair<Value, Value> split(Value x) {
    Value exponent = b.down(x, 23);
    // A subnormal number moves up until its leading one is where it belongs.
    Value shift = b.sub(math::CountLeadingZerosOp::create(b, x), b.get(8));
    Value leading = b.get(1 << 23);
    Value mantissa =
        arith::OrIOp::create(b, b.both(x, b.get((1 << 23) - 1)), leading);
    auto isSubnormal = arith::CmpIPredicate::eq;
    mantissa = b.choose(isSubnormal, exponent, b.get(0),
                        b.up(x, b.both(shift, b.get(31))), mantissa);
    exponent = b.choose(isSubnormal, exponent, b.get(0), b.sub(b.get(1), shift),
                        exponent);
    return {mantissa, b.sub(exponent, b.get(127))};
  }

  /// The root of a positive number, 25 digits from the greatest to the least.
  Value compute(Value x) {
    auto [mantissa, exponent] = split(x);
    Value isOdd = b.both(exponent, b.get(1));
    Value rest = b.up(b.up(mantissa, isOdd), b.get(1));
    Value first = arith::ConstantIndexOp::create(b, 0),
          step = arith::ConstantIndexOp::create(b, 1),
          last = arith::ConstantIndexOp::create(b, 25);
    Value init[] = {rest, b.get(0), b.get(0), b.get(1 << 24)};
    auto loop = scf::ForOp::create(
        b, first, last, step, init,
        [&](OpBuilder &builder, Location loc, Value, ValueRange c) {
          OpBuilder::InsertionGuard guard(b);
          b.setInsertionPoint(builder.getInsertionBlock(),
                              builder.getInsertionPoint());
          Value rest = c[0], sum = c[1], root = c[2], digit = c[3];
          Value next = b.add(sum, digit);
          auto fits = arith::CmpIPredicate::ule;
          Value zero = b.get(0);
          sum = b.choose(fits, next, rest, b.add(next, digit), sum);
          root = b.add(root, b.choose(fits, next, rest, digit, zero));
          rest = b.sub(rest, b.choose(fits, next, rest, next, zero));
          scf::YieldOp::create(
              b, ValueRange{b.up(rest, b.get(1)), sum, root, b.down(digit, 1)});
        });
    // What is left says that the root goes on: then it is no tie.
    Value root = loop.getResult(2);
    Value rounded = b.add(root, b.both(root, b.get(1)));
    root = b.choose(arith::CmpIPredicate::ne, loop.getResult(0), b.get(0),
                    rounded, root);
    Value half = arith::ShRSIOp::create(b, exponent, b.get(1));
    return b.add(b.add(b.down(root, 1), b.get(0x3f000000)),
                 b.up(half, b.get(23)));
  }

  /// Zeros, infinity and what is no number are their own roots, but negative
  /// numbers have none.
  Value computeAny(Value x) {
    Value magnitude = b.both(x, b.get(0x7fffffff)),
          infinity = b.get(0x7f800000);
    Value negative = b.choose(arith::CmpIPredicate::ugt, magnitude, infinity, x,
                              b.get(0x7fc00000));
    Value root =
        b.choose(arith::CmpIPredicate::slt, x, b.get(0), negative, compute(x));
    root = b.choose(arith::CmpIPredicate::sge, x, infinity, x, root);
    return b.choose(arith::CmpIPredicate::eq, magnitude, b.get(0), x, root);
  }
};

} // namespace

/// The nearest whole number, the even one of two. From 2^23 on all are whole;
/// below, the sum with 2^23 has no room for a fraction.
static Value roundToEven(IntegerBuilder &b, Value x, Type floats) {
  Value magnitude = b.both(x, b.get(0x7fffffff)), limit = b.get(0x4b000000);
  Value all = arith::BitcastOp::create(b, floats, limit);
  Value sum = arith::BitcastOp::create(b, floats, magnitude);
  sum = arith::AddFOp::create(b, sum, all);
  sum = arith::SubFOp::create(b, sum, all);
  Value whole = arith::BitcastOp::create(b, x.getType(), sum);
  whole = arith::OrIOp::create(b, whole, b.both(x, b.get(0x80000000)));
  return b.choose(arith::CmpIPredicate::ult, magnitude, limit, whole, x);
}

namespace {

/// An operation on f32, or vectors of it, as one on their bits.
template <typename OpTy>
struct ExpandInBits : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;
  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    Type type = op.getType();
    if (!getElementTypeOrSelf(type).isF32())
      return rewriter.notifyMatchFailure(op, "not of f32");
    Type integers = rewriter.getI32Type();
    if (auto vector = dyn_cast<VectorType>(type))
      integers = vector.clone(integers);
    IntegerBuilder b(op.getLoc(), rewriter, integers);
    Value bits = arith::BitcastOp::create(b, integers, op.getOperand());
    if constexpr (std::is_same_v<OpTy, math::SqrtOp>)
      bits = SquareRoot{b}.computeAny(bits);
    else
      bits = roundToEven(b, bits, type);
    rewriter.replaceOpWithNewOp<arith::BitcastOp>(op, type, bits);
    return success();
  }
};

struct ExpandFloatFunctionsPass final
    : ecolm::impl::ExpandFloatFunctionsBase<ExpandFloatFunctionsPass> {
  using Base::Base;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ExpandInBits<math::SqrtOp>, ExpandInBits<math::RoundEvenOp>>(
        &getContext());
    // Greatest elements of vectors: comparisons of two scalars each.
    constexpr unsigned kMostElements = 64;
    vector::populateBreakDownVectorReductionPatterns(patterns, kMostElements);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace

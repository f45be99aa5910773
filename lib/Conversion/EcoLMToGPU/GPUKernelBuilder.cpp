//===- GPUKernelBuilder.cpp - Arithmetic of kernels -----------------------===//
//--------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Spells ternary and power-of-two products with the operations of arith.
//
//===----------------------------------------------------------------------===//

#include "GPUKernelBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace ecolm;

Value GPUKernelBuilder::index(int64_t value) {
  return arith::ConstantIndexOp::create(*this, value);
}

Value GPUKernelBuilder::i32(int64_t value) {
  return arith::ConstantIntOp::create(*this, getI32Type(), value);
}

Value GPUKernelBuilder::zero(Type type) {
  return arith::ConstantOp::create(*this, getZeroAttr(type));
}

Value GPUKernelBuilder::add(Value lhs, Value rhs) {
  return createOrFold<arith::AddIOp>(lhs, rhs);
}

Value GPUKernelBuilder::mul(Value lhs, int64_t rhs) {
  return rhs == 1 ? lhs : createOrFold<arith::MulIOp>(lhs, index(rhs));
}

Value GPUKernelBuilder::div(Value lhs, int64_t rhs) {
  return rhs == 1 ? lhs : createOrFold<arith::DivUIOp>(lhs, index(rhs));
}

Value GPUKernelBuilder::rem(Value lhs, int64_t rhs) {
  return rhs == 1 ? index(0) : createOrFold<arith::RemUIOp>(lhs, index(rhs));
}

Value GPUKernelBuilder::toI32(Value value) {
  return createOrFold<arith::IndexCastOp>(getI32Type(), value);
}

Value GPUKernelBuilder::addTernaryTerm(Value sum, Value x, TernaryCode w) {
  Value none = zero(x.getType());
  if (isa<FloatType>(x.getType())) {
    // One addition per term, so that the order of the definition is kept.
    Value negated = arith::NegFOp::create(*this, x);
    Value minus = arith::SelectOp::create(*this, w.isMinus, negated, none);
    Value term = arith::SelectOp::create(*this, w.isPlus, x, minus);
    return arith::AddFOp::create(*this, sum, term);
  }
  Value plus = arith::SelectOp::create(*this, w.isPlus, x, none);
  Value minus = arith::SelectOp::create(*this, w.isMinus, x, none);
  sum = arith::AddIOp::create(*this, sum, plus);
  return arith::SubIOp::create(*this, sum, minus);
}

Value GPUKernelBuilder::shiftByCode(Value x, Value code) {
  Value none = i32(0);
  Value negative =
      arith::CmpIOp::create(*this, arith::CmpIPredicate::slt, code, none);
  Value isZero =
      arith::CmpIOp::create(*this, arith::CmpIPredicate::eq, code, none);
  Value opposite = arith::SubIOp::create(*this, none, code);
  Value size = arith::SelectOp::create(*this, negative, opposite, code);
  // A shift by -1 would be undefined; the code of zero shifts by 0 instead.
  Value shift = arith::SubIOp::create(*this, size, i32(1));
  shift = arith::SelectOp::create(*this, isZero, none, shift);
  Value shifted = arith::ShLIOp::create(*this, x, shift);
  Value negated = arith::SubIOp::create(*this, none, shifted);
  Value value = arith::SelectOp::create(*this, negative, negated, shifted);
  return arith::SelectOp::create(*this, isZero, none, value);
}

Value GPUKernelBuilder::decodePot(Value code) {
  return shiftByCode(i32(1), code);
}

Value GPUKernelBuilder::addPotTerm(Value sum, Value x, Value code, int32_t min,
                                   Arithmetic arithmetic) {
  if (!isa<FloatType>(x.getType()))
    return arith::AddIOp::create(*this, sum, shiftByCode(x, code));

  Value none = i32(0);
  Value negative =
      arith::CmpIOp::create(*this, arith::CmpIPredicate::slt, code, none);
  Value isZero =
      arith::CmpIOp::create(*this, arith::CmpIPredicate::eq, code, none);
  Value opposite = arith::SubIOp::create(*this, none, code);
  Value size = arith::SelectOp::create(*this, negative, opposite, code);
  Value exponent = arith::AddIOp::create(*this, size, i32(min - 1));
  Value product;
  if (arithmetic == Arithmetic::Native) {
    // 2^exponent is a normal number: its bits are the biased exponent alone.
    Value biased = arith::AddIOp::create(*this, exponent, i32(127));
    Value bits = arith::ShLIOp::create(*this, biased, i32(23));
    Value power = arith::BitcastOp::create(*this, getF32Type(), bits);
    product = arith::MulFOp::create(*this, x, power);
  } else {
    product = addExponent(x, exponent);
  }
  Value negated = arith::NegFOp::create(*this, product);
  Value term = arith::SelectOp::create(*this, negative, negated, product);
  term = arith::SelectOp::create(*this, isZero, zero(x.getType()), term);
  return arith::AddFOp::create(*this, sum, term);
}

// The float is taken apart into `significand * 2^(e - 150)` with the leading
// one of the significand at bit 23:
//
//   bit 31   30 ... 23   22 ... 0
//   | sign | exponent  | fraction |     e = exponent
//
// A subnormal operand is the integer `fraction` in units of 2^-149; as a float
// of its own that integer has the significand at bit 23, and e is 149 less. A
// result below the normal numbers is shifted down, to nearest with ties to
// even; the carry out of the fraction then is the exponent of the smallest
// normal number.
Value GPUKernelBuilder::addExponent(Value x, Value exponent) {
  auto compare = [&](arith::CmpIPredicate predicate, Value lhs, Value rhs) {
    return arith::CmpIOp::create(*this, predicate, lhs, rhs).getResult();
  };
  auto select = [&](Value condition, Value yes, Value no) {
    return arith::SelectOp::create(*this, condition, yes, no).getResult();
  };
  auto subtract = [&](Value lhs, Value rhs) {
    return arith::SubIOp::create(*this, lhs, rhs).getResult();
  };
  auto shiftLeft = [&](Value lhs, Value rhs) {
    return arith::ShLIOp::create(*this, lhs, rhs).getResult();
  };
  auto shiftRight = [&](Value lhs, Value rhs) {
    return arith::ShRUIOp::create(*this, lhs, rhs).getResult();
  };
  auto bitAnd = [&](Value lhs, Value rhs) {
    return arith::AndIOp::create(*this, lhs, rhs).getResult();
  };
  using Predicate = arith::CmpIPredicate;
  Value one = i32(1), fractionBits = i32(23);

  Value bits = arith::BitcastOp::create(*this, getI32Type(), x);
  Value sign = bitAnd(bits, i32(INT32_MIN));
  Value magnitude = bitAnd(bits, i32(0x7FFFFFFF));
  Value subnormal = compare(Predicate::ult, magnitude, i32(0x00800000));
  Value asFloat = arith::UIToFPOp::create(*this, getF32Type(), magnitude);
  Value lifted =
      select(subnormal, arith::BitcastOp::create(*this, getI32Type(), asFloat),
             magnitude);
  Value biased = subtract(shiftRight(lifted, fractionBits),
                          select(subnormal, i32(149), i32(0)));
  biased = add(biased, exponent);
  Value significand = arith::OrIOp::create(
      *this, bitAnd(lifted, i32(0x007FFFFF)), i32(0x00800000));

  // Normal result: the leading one adds 1 to the exponent field.
  Value normal =
      add(shiftLeft(subtract(biased, one), fractionBits), significand);

  // Result below the normal numbers. 25 drops every bit, the rounding bit too.
  Value drop = subtract(one, biased);
  drop = select(compare(Predicate::slt, drop, one), one, drop);
  drop = select(compare(Predicate::sgt, drop, i32(25)), i32(25), drop);
  Value kept = shiftRight(significand, drop);
  Value rest = subtract(significand, shiftLeft(kept, drop));
  Value half = shiftLeft(one, subtract(drop, one));
  Value above = compare(Predicate::ugt, rest, half);
  Value tie = compare(Predicate::eq, rest, half);
  Value odd = compare(Predicate::eq, bitAnd(kept, one), one);
  Value up = arith::OrIOp::create(*this, above,
                                  arith::AndIOp::create(*this, tie, odd));
  Value gradual = select(up, add(kept, one), kept);

  Value result = select(compare(Predicate::sge, biased, one), normal, gradual);
  Value infinity = i32(0x7F800000);
  result = select(compare(Predicate::sge, biased, i32(255)), infinity, result);
  // Zero, infinity and NaN are their own products.
  Value isZero = compare(Predicate::eq, magnitude, i32(0));
  Value isSpecial = compare(Predicate::sge, magnitude, infinity);
  Value kind = arith::OrIOp::create(*this, isZero, isSpecial);
  result = select(kind, magnitude, result);
  return arith::BitcastOp::create(*this, getF32Type(),
                                  arith::OrIOp::create(*this, result, sign));
}

Value GPUKernelBuilder::loop(
    Value from, Value to, Value step, Value init,
    llvm::function_ref<Value(Value i, Value carried)> body) {
  auto loop = scf::ForOp::create(*this, from, to, step, init);
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPointToStart(loop.getBody());
  Value next = body(loop.getInductionVar(), loop.getRegionIterArg(0));
  scf::YieldOp::create(*this, next);
  return loop.getResult(0);
}

void GPUKernelBuilder::loop(Value from, Value to, Value step,
                            llvm::function_ref<void(Value i)> body) {
  auto loop = scf::ForOp::create(*this, from, to, step);
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPointToStart(loop.getBody());
  body(loop.getInductionVar());
}

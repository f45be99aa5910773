//===- FloatBits.cpp - Floats as bits -------------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Quantizes, scales and converts floats through their bit patterns:
//
//   31 30      23 22                   0
//    s  eeeeeeee  mmmmmmmmmmmmmmmmmmmmmmm      value = s 1.m * 2^(e - 127)
//
//===----------------------------------------------------------------------===//

#include "FloatBits.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace ecolm;

namespace {

/// Integer words for one i32 expression, a scalar or a vector like `model`.
struct Bits {
  KernelBuilder &b;
  Type i32, f32;

  Bits(KernelBuilder &b, Value model)
      : b(b), i32(like(model, b.getI32Type())),
        f32(like(model, b.getF32Type())) {}
  static Type like(Value model, Type element) {
    if (auto vector = dyn_cast<VectorType>(model.getType()))
      return vector.cloneWith(std::nullopt, element);
    return element;
  }
  Value c(int64_t value) { return b.integer(i32, value); }
  Value add(Value x, Value y) { return arith::AddIOp::create(b, x, y); }
  Value sub(Value x, Value y) { return arith::SubIOp::create(b, x, y); }
  Value both(Value x, Value y) { return arith::AndIOp::create(b, x, y); }
  Value either(Value x, Value y) { return arith::OrIOp::create(b, x, y); }
  Value flip(Value x, Value y) { return arith::XOrIOp::create(b, x, y); }
  Value left(Value x, Value y) { return arith::ShLIOp::create(b, x, y); }
  Value right(Value x, Value y) { return arith::ShRUIOp::create(b, x, y); }
  Value signOf(Value x) { return arith::ShRSIOp::create(b, x, c(31)); }
  Value is(arith::CmpIPredicate p, Value x, Value y) {
    return arith::CmpIOp::create(b, p, x, y);
  }
  Value pick(Value condition, Value x, Value y) {
    return arith::SelectOp::create(b, condition, x, y);
  }
  Value toBits(Value x) { return arith::BitcastOp::create(b, i32, x); }
  Value toFloat(Value x) { return arith::BitcastOp::create(b, f32, x); }
  /// x >> amount, rounded half to even; 1 <= amount <= 31.
  Value roundingRight(Value x, Value amount) {
    Value quotient = right(x, amount);
    Value half = left(c(1), sub(amount, c(1)));
    Value rest = both(x, sub(left(c(1), amount), c(1)));
    Value above = is(arith::CmpIPredicate::ugt, rest, half);
    Value tie = is(arith::CmpIPredicate::eq, rest, half);
    Value odd = is(arith::CmpIPredicate::eq, both(quotient, c(1)), c(1));
    Value up = either(above, both(tie, odd));
    return add(quotient, arith::ExtUIOp::create(b, i32, up));
  }
};

/// What is added to the magnitude's bits so that the exponent field becomes the
/// rounded exponent: 2^23 minus the smallest mantissa that rounds up.
int32_t getRoundingBias(Rounding rounding) {
  switch (rounding) {
  case Rounding::Floor:
    return 0;
  case Rounding::NearestLog: // 1.m^2 >= 2
    return 0x800000 - 0x3504F4;
  case Rounding::Nearest: // 1.m >= 1.5
    return 0x400000;
  case Rounding::Ceil: // 1.m > 1
    return 0x7FFFFF;
  }
  llvm_unreachable("unknown rounding");
}

/// Bits of 2^min, below which a magnitude underflows whatever the rounding.
int32_t getLowestBits(int32_t min) { return (min + 127) << 23; }

/// A number rounded to a power of two: its bits, the exponent, and whether zero
/// stands for it.
struct Power {
  Value bits, exponent, isZero;
};

/// Rounds x to an exponent in [min, max]. A number that underflows to zero, or
/// is NaN, is zero; with `clamp` what underflows is not.
Power roundToPower(Bits &i, Value x, int32_t min, int32_t max,
                   Rounding rounding, Underflow underflow) {
  using P = arith::CmpIPredicate;
  Value bits = i.toBits(x);
  Value magnitude = i.both(bits, i.c(0x7FFFFFFF));
  Value rounded = i.add(magnitude, i.c(getRoundingBias(rounding)));
  Value e = i.sub(i.right(rounded, i.c(23)), i.c(127));
  e = arith::MaxSIOp::create(i.b, e, i.c(min));
  e = arith::MinSIOp::create(i.b, e, i.c(max));
  Value none = underflow == Underflow::Zero
                   ? i.is(P::slt, magnitude, i.c(getLowestBits(min)))
                   : i.is(P::eq, magnitude, i.c(0));
  Value nan = i.is(P::sgt, magnitude, i.c(0x7F800000));
  return {bits, e, i.either(none, nan)};
}

} // namespace

Value ecolm::emitLogQuantize(KernelBuilder &b, Value x, PotType type,
                             Rounding rounding, Underflow underflow, bool fpu) {
  Bits i(b, x);
  Power power =
      roundToPower(i, x, type.getMin(), type.getMax(), rounding, underflow);
  Value k = i.sub(power.exponent, i.c(type.getMin()));
  Value value;
  if (fpu) {
    Value units = i.toFloat(i.left(i.add(k, i.c(127)), i.c(23)));
    value = arith::FPToSIOp::create(b, i.i32, units);
  } else {
    value = i.left(i.c(1), k);
  }
  Value sign = i.signOf(power.bits);
  value = i.sub(i.flip(value, sign), sign);
  return type.getZero() ? i.pick(power.isZero, i.c(0), value) : value;
}

Value ecolm::emitLogQuantizeToFloat(KernelBuilder &b, Value x,
                                    LogQuantizerAttr quantizer) {
  Bits i(b, x);
  Power power = roundToPower(i, x, quantizer.getMin(), quantizer.getMax(),
                             quantizer.getRounding(), quantizer.getUnderflow());
  Value field = i.left(i.add(power.exponent, i.c(127)), i.c(23));
  Value bits = i.either(field, i.both(power.bits, i.c(-0x80000000LL)));
  return i.toFloat(i.pick(power.isZero, i.c(0), bits));
}

Value ecolm::emitExponentAdd(KernelBuilder &b, Value x, Value exponent,
                             bool staysNormal) {
  using P = arith::CmpIPredicate;
  Bits i(b, x);
  Value bits = i.toBits(x);
  Value magnitude = i.both(bits, i.c(0x7FFFFFFF));
  Value isZero = i.is(P::eq, magnitude, i.c(0));
  if (staysNormal) {
    Value moved = i.add(bits, i.left(exponent, i.c(23)));
    return i.toFloat(i.pick(isZero, bits, moved));
  }

  // Bring the leading one to bit 23 and take the exponent from the shift.
  Value zeros = math::CountLeadingZerosOp::create(b, magnitude);
  Value shift = arith::MaxSIOp::create(b, i.sub(zeros, i.c(8)), i.c(0));
  Value isSubnormal = i.is(P::slt, magnitude, i.c(0x800000));
  Value field = i.right(magnitude, i.c(23));
  Value mantissa = i.either(i.both(magnitude, i.c(0x7FFFFF)), i.c(0x800000));
  mantissa = i.pick(isSubnormal, i.left(magnitude, shift), mantissa);
  Value e = i.pick(isSubnormal, i.sub(i.c(1), shift), field);
  e = i.add(e, exponent);

  Value normal = i.either(i.left(e, i.c(23)), i.both(mantissa, i.c(0x7FFFFF)));
  Value deep = arith::MaxSIOp::create(b, i.sub(i.c(1), e), i.c(1));
  deep = arith::MinSIOp::create(b, deep, i.c(25));
  Value gradual = i.roundingRight(mantissa, deep);
  Value result = i.pick(i.is(P::sge, e, i.c(1)), normal, gradual);
  result = i.pick(i.is(P::sge, e, i.c(255)), i.c(0x7F800000), result);
  Value special = i.is(P::sge, magnitude, i.c(0x7F800000));
  result = i.pick(i.either(special, isZero), magnitude, result);
  Value sign = i.both(bits, i.c(-0x80000000LL));
  return i.toFloat(i.either(result, sign));
}

Value ecolm::emitIntToFloat(KernelBuilder &b, Value x) {
  using P = arith::CmpIPredicate;
  Bits i(b, x);
  Value sign = i.signOf(x);
  Value magnitude = i.sub(i.flip(x, sign), sign);
  Value zeros = math::CountLeadingZerosOp::create(b, magnitude);
  zeros = arith::MinSIOp::create(b, zeros, i.c(31));
  // Leading one at bit 31; 24 bits stay, a carry runs into the exponent.
  Value mantissa = i.roundingRight(i.left(magnitude, zeros), i.c(8));
  Value field = i.sub(i.c(127 + 31 - 1), zeros);
  Value bits = i.add(i.left(field, i.c(23)), mantissa);
  bits = i.pick(i.is(P::eq, magnitude, i.c(0)), i.c(0), bits);
  return i.toFloat(i.either(bits, i.left(sign, i.c(31))));
}

//===- LowerMulToShift.cpp - Chooses what stands for a product ------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Sets the arithmetic of low-bit products by the target's cost or the user's
// wish, and turns integer products with constants into shifts and sums.
//
// Cost of one product in additions, the sum into the accumulator left out. A
// product in software is a loop over 32 bits; one of floats unpacks besides.
//
//                                 native                shift_add  exponent_add
//   i32, ternary weights          2 + multiplier        1 (mask)        -
//   i32, power-of-two weights     2 + multiplier        2 (shift, sign) -
//   i32, shift                    1 + multiplier        1               -
//   i32, bytes by 2 or 4 bits     1/4 where the target sums products of bytes
//   f32, ternary weights          1 + FPU               -               1
//   (sign) f32, power-of-two weights     1 + FPU               - 5 f32, shift
//   0 + FPU               -               5
//
//   multiplier: 1, or 64 without one         FPU: 1, or 96 without one
//
//===----------------------------------------------------------------------===//

#include "ecolm/Analysis/QuantizedPath.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "ecolm/Dialect/EcoLM/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Remarks.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/TypeSwitch.h"

namespace ecolm {
#define GEN_PASS_DEF_LOWERMULTOSHIFT
#include "ecolm/Dialect/EcoLM/Transforms/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

/// Set bits, or runs of them, that an integer constant may have to be worth
/// shifts and additions: one shift and one addition each.
static constexpr size_t kMaxTerms = 3;

namespace {
/// What the machine has.
struct Target {
  bool hasMultiplier, hasFPU, hasByteProducts, hasLookups;

  int getIntegerProduct() const { return hasMultiplier ? 1 : 64; }
  int getFloatProduct() const { return hasFPU ? 1 : 96; }
};

/// What the factor of a product is.
enum class FactorKind { Ternary, Power, Shift, Any };

/// `coefficient * 2^shift`, the coefficient 1 or -1.
struct Term {
  int coefficient;
  unsigned shift;
};
} // namespace

/// The words of the modes, in the order of MulMode.
static constexpr StringLiteral kModeNames[] = {"auto", "shift", "exponent",
                                               "native"};

//===----------------------------------------------------------------------===//
// Arithmetic of ecolm operations
//===----------------------------------------------------------------------===//

/// What `op` multiplies by: the most demanding of its weights.
static FactorKind getFactorKind(Operation *op) {
  if (isa<ShiftOp>(op))
    return FactorKind::Shift;
  FactorKind kind = FactorKind::Ternary;
  for (Value weight : op->getOperands().drop_front()) {
    Type element = getElementTypeOrSelf(weight.getType());
    if (isa<PotType>(element) && kind == FactorKind::Ternary)
      kind = FactorKind::Power;
    else if (!isa<TernaryType, PotType>(element))
      kind = FactorKind::Any;
  }
  return kind;
}

/// The arithmetic that costs the target least; see the table above.
static Arithmetic chooseCheapest(FactorKind kind, bool isFloat,
                                 const Target &target) {
  if (isFloat) {
    int native = (kind == FactorKind::Shift ? 0 : 1) + target.getFloatProduct();
    int exponent = kind == FactorKind::Ternary ? 1 : 5;
    return native <= exponent ? Arithmetic::Native : Arithmetic::ExponentAdd;
  }
  int native = (kind == FactorKind::Shift ? 1 : 2) + target.getIntegerProduct();
  int shift = kind == FactorKind::Power ? 2 : 1;
  return native <= shift ? Arithmetic::Native : Arithmetic::ShiftAdd;
}

/// The arithmetic of `op` in `mode`.
static Arithmetic chooseArithmetic(Operation *op, MulMode mode,
                                   const Target &target) {
  FactorKind kind = getFactorKind(op);
  // Arbitrary numbers need a multiplier, wherever it comes from.
  if (kind == FactorKind::Any || mode == MulMode::Native)
    return Arithmetic::Native;
  auto matmul = dyn_cast<MatmulOp>(op);
  if (mode == MulMode::Auto && target.hasByteProducts && matmul &&
      matmul.isByteProduct() &&
      (kind != FactorKind::Power || target.hasLookups))
    return Arithmetic::Native;
  bool isFloat = isa<FloatType>(getElementTypeOrSelf(op->getResult(0)));
  if (mode == MulMode::Auto || (mode == MulMode::Exponent && !isFloat))
    return chooseCheapest(kind, isFloat, target);
  return isFloat ? Arithmetic::ExponentAdd : Arithmetic::ShiftAdd;
}

//===----------------------------------------------------------------------===//
// Integer products with constants
//===----------------------------------------------------------------------===//

/// `value` as the shortest sum of signed powers of two (its non-adjacent form).
static SmallVector<Term> getSignedPowers(const APInt &value) {
  SmallVector<Term> terms;
  // One bit more than the value, for the carry of the last run.
  APInt rest = value.sext(value.getBitWidth() + 2);
  for (unsigned shift = 0; shift < value.getBitWidth() && !rest.isZero();
       ++shift) {
    if (rest[0]) {
      int coefficient = rest[1] ? -1 : 1;
      terms.push_back({coefficient, shift});
      rest -= coefficient;
    }
    rest.ashrInPlace(1);
  }
  return terms;
}

/// A constant of `type` with `value` everywhere.
static Value createConstant(OpBuilder &builder, Location loc, Type type,
                            int64_t value) {
  TypedAttr attr = builder.getIntegerAttr(getElementTypeOrSelf(type), value);
  if (auto shaped = dyn_cast<ShapedType>(type))
    attr = DenseElementsAttr::get(shaped, attr);
  return arith::ConstantOp::create(builder, loc, attr);
}

/// Replaces `product`, an integer product with a constant, by shifts and sums.
/// Wrapping arithmetic makes the two equal for every operand.
static FailureOr<Value> expandProduct(RewriterBase &rewriter,
                                      arith::MulIOp product) {
  Value input = product.getLhs();
  APInt factor;
  if (!matchPattern(product.getRhs(), m_ConstantInt(&factor)))
    return rewriter.notifyMatchFailure(product, "no constant factor");
  auto shaped = dyn_cast<ShapedType>(product.getType());
  if (shaped && !shaped.hasStaticShape())
    return rewriter.notifyMatchFailure(product, "dynamic shape");
  SmallVector<Term> terms = getSignedPowers(factor);
  if (terms.size() > kMaxTerms)
    return rewriter.notifyMatchFailure(product, "too many bits are set");

  Location loc = product.getLoc();
  rewriter.setInsertionPoint(product);
  Type type = product.getType();
  // Positive terms first: most sums then need no negation.
  llvm::sort(terms, [](Term a, Term b) {
    return std::pair(-a.coefficient, a.shift) <
           std::pair(-b.coefficient, b.shift);
  });
  Value sum;
  for (auto [coefficient, shift] : terms) {
    Value term = input;
    if (shift)
      term = arith::ShLIOp::create(rewriter, loc, input,
                                   createConstant(rewriter, loc, type, shift));
    if (!sum && coefficient > 0) {
      sum = term;
      continue;
    }
    if (!sum)
      sum = createConstant(rewriter, loc, type, 0);
    sum = coefficient > 0
              ? arith::AddIOp::create(rewriter, loc, sum, term).getResult()
              : arith::SubIOp::create(rewriter, loc, sum, term).getResult();
  }
  if (!sum)
    sum = createConstant(rewriter, loc, type, 0);
  rewriter.replaceOp(product, sum);
  return sum;
}

/// Unsigned quotients and remainders by powers of two are a shift and a mask.
static FailureOr<Value> expandQuotient(RewriterBase &rewriter, Operation *op) {
  APInt divisor;
  if (!isa<arith::DivUIOp, arith::RemUIOp>(op) ||
      !matchPattern(op->getOperand(1), m_ConstantInt(&divisor)) ||
      !divisor.isPowerOf2())
    return rewriter.notifyMatchFailure(op, "no division by a power of two");
  auto shaped = dyn_cast<ShapedType>(op->getResult(0).getType());
  if (shaped && !shaped.hasStaticShape())
    return rewriter.notifyMatchFailure(op, "dynamic shape");
  rewriter.setInsertionPoint(op);
  auto constant = [&](int64_t value) {
    return createConstant(rewriter, op->getLoc(), op->getResult(0).getType(),
                          value);
  };
  Value result;
  if (isa<arith::DivUIOp>(op))
    result = arith::ShRUIOp::create(rewriter, op->getLoc(), op->getOperand(0),
                                    constant(divisor.logBase2()));
  else
    result = arith::AndIOp::create(rewriter, op->getLoc(), op->getOperand(0),
                                   constant((divisor - 1).getSExtValue()));
  rewriter.replaceOp(op, result);
  return result;
}

namespace {

struct LowerMulToShiftPass final
    : ecolm::impl::LowerMulToShiftBase<LowerMulToShiftPass> {
  using Base::Base;

  void runOnOperation() override {
    Target target = {targetHasMultiplier, targetHasFPU, targetHasByteProducts,
                     targetHasLookups};
    getOperation()->walk([&](Operation *op) { setArithmetic(op, target); });
    StringRef name = kModeNames[static_cast<int>(mode.getValue())];
    getOperation()->setAttr(kArithmeticAttr,
                            StringAttr::get(&getContext(), name));
    if (mode == MulMode::Native ||
        (mode != MulMode::Shift && targetHasMultiplier))
      return;
    IRRewriter rewriter(&getContext());
    for (PathScope scope : {PathScope::Graph, PathScope::Functions})
      for (Operation *op : collectQuantizedPath(getOperation(), scope)) {
        auto product = dyn_cast<arith::MulIOp>(op);
        FailureOr<Value> expanded = product ? expandProduct(rewriter, product)
                                            : expandQuotient(rewriter, op);
        if (succeeded(expanded))
          ++numExpanded;
      }
  }

private:
  void setArithmetic(Operation *op, const Target &target) {
    if (!isa<ButterflyOp, MatmulOp, ShiftOp>(op))
      return;
    Arithmetic arithmetic = chooseArithmetic(op, mode, target);
    if (arithmetic != Arithmetic::Native)
      ++numReplaced;
    else if (mode == MulMode::Shift)
      remark::missed(op->getLoc(), remark::RemarkOpts::name("arithmetic")
                                       .category("ecolm-lower-mul-to-shift"))
          << remark::reason("weights of any value need a multiplier");
    TypeSwitch<Operation *>(op).Case<ButterflyOp, MatmulOp, ShiftOp>(
        [&](auto typed) { typed.setArithmetic(arithmetic); });
  }
};

} // namespace

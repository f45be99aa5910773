//===- MathKernels.cpp - Functions of floats ------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Lowers functions that a C library has only for one number at a time to
// arithmetic, which loops over elements do in vectors.
//
//===----------------------------------------------------------------------===//

#include "KernelBuilder.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace ecolm;

// Cephes' tanhf: a minimax polynomial below 0.625, above it
//
//     tanh(x) = 1 - 2 / (exp(2 x) + 1)        which is 1 from 10 on.
static Value emitTanh(KernelBuilder &b, Value x) {
  Type type = x.getType();
  auto number = [&](double value) { return b.constant(type, value); };
  auto mul = [&](Value u, Value v) -> Value {
    return arith::MulFOp::create(b, u, v);
  };
  Value magnitude = math::AbsFOp::create(b, x);
  // Takes NaN away: exp converts to integers.
  Value bounded = arith::MinNumFOp::create(b, magnitude, number(10));
  Value power = b.exp(b.add(bounded, bounded));
  Value rest = arith::DivFOp::create(b, number(2), b.add(power, number(1)));
  Value large = arith::SubFOp::create(b, number(1), rest);
  large = math::CopySignOp::create(b, large, x);

  Value square = mul(x, x);
  Value p = number(-5.70498872745e-3);
  for (double c : {2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1,
                   -3.33332819422e-1})
    p = b.add(mul(p, square), number(c));
  Value small = b.add(mul(mul(p, square), x), x);
  // Unordered: NaN stays what it is.
  Value isSmall = arith::CmpFOp::create(b, arith::CmpFPredicate::ULT, magnitude,
                                        number(0.625));
  return arith::SelectOp::create(b, isSmall, small, large);
}

namespace {

struct TanhLowering : OpConversionPattern<math::TanhOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(math::TanhOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!op.getType().isF32())
      return rewriter.notifyMatchFailure(op, "not f32");
    KernelBuilder b(op.getLoc(), rewriter);
    rewriter.replaceOp(op, emitTanh(b, adaptor.getOperand()));
    return success();
  }
};

} // namespace

void ecolm::populateMathKernels(const TypeConverter &converter,
                                RewritePatternSet &patterns) {
  patterns.add<TanhLowering>(converter, patterns.getContext());
}

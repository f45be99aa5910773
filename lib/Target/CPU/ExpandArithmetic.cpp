//===- ExpandArithmetic.cpp - Arithmetic that LLVM lacks ------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Expands divisions that round up or down, minima of floats, and conversions to
// and from bf16, for which LLVM calls functions. Minima and
// maxima of integers stay operations: LLVM has them, and knows more of them
// than of comparisons with selections.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Target/CPU/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Transforms/DialectConversion.h"

namespace ecolm {
#define GEN_PASS_DEF_EXPANDARITHMETIC
#include "ecolm/Target/CPU/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

namespace {
/// f64 becomes bf16 by way of f32, as everybody else converts it.
struct NarrowInSteps : OpRewritePattern<arith::TruncFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::TruncFOp op,
                                PatternRewriter &rewriter) const override {
    Type from = op.getIn().getType(), to = op.getType();
    if (!getElementTypeOrSelf(from).isF64() ||
        !getElementTypeOrSelf(to).isBF16())
      return failure();
    Type between = rewriter.getF32Type();
    if (auto shaped = dyn_cast<ShapedType>(from))
      between = shaped.clone(between);
    Value narrow =
        arith::TruncFOp::create(rewriter, op.getLoc(), between, op.getIn());
    rewriter.replaceOpWithNewOp<arith::TruncFOp>(op, to, narrow);
    return success();
  }
};

struct ExpandArithmeticPass final
    : ecolm::impl::ExpandArithmeticBase<ExpandArithmeticPass> {
  using Base::Base;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    arith::populateArithExpandOpsPatterns(patterns);
    arith::populateExpandBFloat16Patterns(patterns);
    patterns.add<NarrowInSteps>(&getContext());
    ConversionTarget target(getContext());
    target.addLegalDialect<arith::ArithDialect>();
    target
        .addIllegalOp<arith::CeilDivSIOp, arith::CeilDivUIOp,
                      arith::FloorDivSIOp, arith::MaximumFOp, arith::MinimumFOp,
                      arith::MaxNumFOp, arith::MinNumFOp>();
    target.addDynamicallyLegalOp<arith::ExtFOp, arith::TruncFOp>(
        [](Operation *op) {
          Type from = getElementTypeOrSelf(op->getOperand(0));
          Type to = getElementTypeOrSelf(op->getResult(0));
          return !(from.isBF16() && to.isF32()) &&
                 !((from.isF32() || from.isF64()) && to.isBF16());
        });
    if (failed(applyPartialConversion(getOperation(), target,
                                      std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace

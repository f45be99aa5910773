//===- ComputeOnCodes.cpp - Products of quantized rows on integers --------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Multiplies the integers that rows were quantized to, and scales the product.
//
//===----------------------------------------------------------------------===//

#include "ScaledProduct.h"
#include "ecolm/Analysis/AccumulatorBound.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "ecolm/Dialect/EcoLM/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace ecolm {
#define GEN_PASS_DEF_COMPUTEONCODES
#include "ecolm/Dialect/EcoLM/Transforms/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

/// The dequantized bytes that `input` is, with one scale for each row; null for
/// anything else.
static DequantizeOp getDequantizedRows(Value input) {
  auto dequantize = input.getDefiningOp<DequantizeOp>();
  if (!dequantize || !dequantize.getScale() ||
      !dequantize.getCodes().getType().getElementType().isSignlessInteger(8) ||
      dequantize.getScale().getType().getRank() !=
          dequantize.getType().getRank() - 1)
    return nullptr;
  return dequantize;
}

/// Whether sums of products of `codes` with `weights` fit into i32.
static bool fitsAccumulators(DequantizeOp codes, Value weights,
                             SymbolTableCollection &symbols) {
  FailureOr<AccumulatorBound> bound =
      boundAccumulators(codes.getCodes().getType(), weights, symbols);
  return succeeded(bound) && bound->getIntegerWidth();
}

/// matmul(dequantize(q, s), w) : f32  ==>  dequantize(matmul(q, w) : i32, s)
static Value multiplyCodes(MatmulOp op, DequantizeOp input,
                           PatternRewriter &rewriter) {
  RankedTensorType type = op.getType();
  Value product =
      MatmulOp::create(rewriter, op.getLoc(), type.clone(rewriter.getI32Type()),
                       input.getCodes(), op.getWeights());
  Value result = DequantizeOp::create(rewriter, op.getLoc(), type, product,
                                      input.getScale());
  // Sums with powers of two count the smallest one.
  auto pot = dyn_cast<PotType>(op.getWeights().getType().getElementType());
  if (!pot || !pot.getMin())
    return result;
  return ShiftOp::create(rewriter, op.getLoc(), type, result, pot.getMin(),
                         ShiftRounding::Floor, Arithmetic::Native);
}

/// group_matmul(dequantize(q, s), w)  ==>  group_matmul(q, w) * s
static Value multiplyCodes(GroupMatmulOp op, DequantizeOp input,
                           PatternRewriter &rewriter) {
  Value product = GroupMatmulOp::create(
      rewriter, op.getLoc(), op.getType(), input.getCodes(), op.getWeights(),
      op.getScales(), op.getOffsets(), op.getGroup());
  int64_t rank = op.getType().getRank();
  AffineMap rows =
      rewriter.getMultiDimIdentityMap(rank).getMajorSubMap(rank - 1);
  return createScaledProduct(rewriter, op.getLoc(), product, input.getScale(),
                             rows);
}

namespace {

template <typename ProductOp>
struct MultiplyCodes : OpRewritePattern<ProductOp> {
  MultiplyCodes(MLIRContext *context, SymbolTableCollection &symbols,
                Pass::Statistic &count)
      : OpRewritePattern<ProductOp>(context), symbols(symbols), count(count) {}
  LogicalResult matchAndRewrite(ProductOp op,
                                PatternRewriter &rewriter) const override {
    DequantizeOp input = getDequantizedRows(op.getInput());
    if (!input)
      return rewriter.notifyMatchFailure(op, "no dequantized rows");
    if (!fitsAccumulators(input, op.getWeights(), symbols))
      return rewriter.notifyMatchFailure(op, "no proof that sums fit");
    rewriter.replaceOp(op, multiplyCodes(op, input, rewriter));
    ++count;
    return success();
  }
  SymbolTableCollection &symbols;
  Pass::Statistic &count;
};

struct ComputeOnCodesPass final
    : ecolm::impl::ComputeOnCodesBase<ComputeOnCodesPass> {
  using Base::Base;

  void runOnOperation() override {
    SymbolTableCollection symbols;
    RewritePatternSet patterns(&getContext());
    patterns.add<MultiplyCodes<MatmulOp>, MultiplyCodes<GroupMatmulOp>>(
        &getContext(), symbols, numProducts);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace

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

/// `product[.., n] * scale[..]`.
static Value scaleRows(RewriterBase &rewriter, Location loc, Value product,
                       Value scale) {
  auto type = cast<RankedTensorType>(product.getType());
  int64_t rank = type.getRank();
  AffineMap identity = rewriter.getMultiDimIdentityMap(rank);
  AffineMap rows = identity.getMajorSubMap(rank - 1);
  SmallVector<utils::IteratorType> parallel(rank,
                                            utils::IteratorType::parallel);
  Value init = tensor::EmptyOp::create(
      rewriter, loc, tensor::getMixedSizes(rewriter, loc, product),
      type.getElementType());
  return linalg::GenericOp::create(
             rewriter, loc, init.getType(), ValueRange{product, scale}, init,
             ArrayRef<AffineMap>{identity, rows, identity}, parallel,
             [](OpBuilder &nested, Location loc, ValueRange x) {
               Value y = arith::MulFOp::create(nested, loc, x[0], x[1]);
               linalg::YieldOp::create(nested, loc, y);
             })
      .getResult(0);
}

namespace {

/// matmul(dequantize(q, s), w) : f32  ==>  dequantize(matmul(q, w) : i32, s)
struct MultiplyCodes : OpRewritePattern<MatmulOp> {
  MultiplyCodes(MLIRContext *context, SymbolTableCollection &symbols,
                Pass::Statistic &count)
      : OpRewritePattern(context), symbols(symbols), count(count) {}
  LogicalResult matchAndRewrite(MatmulOp op,
                                PatternRewriter &rewriter) const override {
    DequantizeOp input = getDequantizedRows(op.getInput());
    if (!input)
      return rewriter.notifyMatchFailure(op, "no dequantized rows");
    if (!fitsAccumulators(input, op.getWeights(), symbols))
      return rewriter.notifyMatchFailure(op, "no proof that sums fit");
    RankedTensorType type = op.getType();
    Value product = MatmulOp::create(rewriter, op.getLoc(),
                                     type.clone(rewriter.getI32Type()),
                                     input.getCodes(), op.getWeights());
    rewriter.replaceOpWithNewOp<DequantizeOp>(op, type, product,
                                              input.getScale());
    ++count;
    return success();
  }
  SymbolTableCollection &symbols;
  Pass::Statistic &count;
};

/// group_matmul(dequantize(q, s), w)  ==>  group_matmul(q, w) * s
struct GroupMultiplyCodes : OpRewritePattern<GroupMatmulOp> {
  GroupMultiplyCodes(MLIRContext *context, SymbolTableCollection &symbols,
                     Pass::Statistic &count)
      : OpRewritePattern(context), symbols(symbols), count(count) {}
  LogicalResult matchAndRewrite(GroupMatmulOp op,
                                PatternRewriter &rewriter) const override {
    DequantizeOp input = getDequantizedRows(op.getInput());
    if (!input)
      return rewriter.notifyMatchFailure(op, "no dequantized rows");
    if (!fitsAccumulators(input, op.getWeights(), symbols))
      return rewriter.notifyMatchFailure(op, "no proof that sums fit");
    Value product = GroupMatmulOp::create(
        rewriter, op.getLoc(), op.getType(), input.getCodes(), op.getWeights(),
        op.getScales(), op.getOffsets(), op.getGroup());
    rewriter.replaceOp(
        op, scaleRows(rewriter, op.getLoc(), product, input.getScale()));
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
    patterns.add<MultiplyCodes, GroupMultiplyCodes>(&getContext(), symbols,
                                                    numProducts);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace

//===- FuseButterflyStages.cpp - One operation for all stages -------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Fuses butterfly factors into butterflies and absorbs padding and truncation.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Analysis/WeightBytes.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "ecolm/Dialect/EcoLM/Transforms/Passes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Remarks.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace ecolm {
#define GEN_PASS_DEF_FUSEBUTTERFLYSTAGES
#include "ecolm/Dialect/EcoLM/Transforms/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

/// Last dimension of a ranked tensor.
static int64_t getWidth(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape().back();
}

static FactorShape getShape(Value factor) {
  return getFactorShape(cast<RankedTensorType>(factor.getType()));
}

/// A factor is a butterfly of one stage.
static ButterflyOp convertFactor(RewriterBase &rewriter,
                                 ButterflyFactorOp factor) {
  return rewriter.replaceOpWithNewOp<ButterflyOp>(
      factor, factor.getType(), factor.getInput(),
      ValueRange{factor.getValues()});
}

/// Gives the stages of the butterfly before `second` to it.
static FailureOr<ButterflyOp> fuseButterflies(RewriterBase &rewriter,
                                              ButterflyOp second) {
  auto first = second.getInput().getDefiningOp<ButterflyOp>();
  if (!first)
    return rewriter.notifyMatchFailure(second, "no butterfly before it");
  if (!first->hasOneUse())
    return rewriter.notifyMatchFailure(second, "the value between has uses");
  if (getElementTypeOrSelf(first.getType()) !=
      getElementTypeOrSelf(second.getType()))
    return rewriter.notifyMatchFailure(second, "result types differ");
  if (first.getArithmetic() != second.getArithmetic())
    return rewriter.notifyMatchFailure(second, "arithmetic differs");

  FactorShape last = getShape(first.getFactors().back());
  FactorShape next = getShape(second.getFactors().front());
  if (last.stacks != 1 || next.stacks != 1)
    return rewriter.notifyMatchFailure(second, "copies side by side");
  int64_t between = getWidth(second.getInput());
  if (last.getNumOutputs() != between || next.getNumInputs() != between)
    return rewriter.notifyMatchFailure(second, "cut or padded between");

  SmallVector<Value> factors(first.getFactors());
  llvm::append_range(factors, second.getFactors());
  rewriter.modifyOpInPlace(second, [&] {
    second.getInputMutable().assign(first.getInput());
    second.getFactorsMutable().assign(factors);
  });
  rewriter.eraseOp(first);
  return second;
}

/// Takes the input before zeros were appended to it.
static FailureOr<ButterflyOp> absorbPadding(RewriterBase &rewriter,
                                            ButterflyOp butterfly) {
  auto pad = butterfly.getInput().getDefiningOp<tensor::PadOp>();
  if (!pad)
    return rewriter.notifyMatchFailure(butterfly, "no padding before it");
  Value value = pad.getConstantPaddingValue();
  if (!value ||
      !(matchPattern(value, m_PosZeroFloat()) || matchPattern(value, m_Zero())))
    return rewriter.notifyMatchFailure(pad, "not padded with zero");
  if (!llvm::all_of(pad.getMixedLowPad(), isZeroInteger) ||
      !llvm::all_of(ArrayRef(pad.getMixedHighPad()).drop_back(), isZeroInteger))
    return rewriter.notifyMatchFailure(pad, "not only padded at the end");
  if (ShapedType::isDynamic(getWidth(pad.getSource())))
    return rewriter.notifyMatchFailure(pad, "unknown width");

  rewriter.modifyOpInPlace(
      butterfly, [&] { butterfly.getInputMutable().assign(pad.getSource()); });
  return butterfly;
}

/// Whether `size` is dimension `dim` of `tensor`, found by looking through the
/// operations that leave all but the last dimension alone.
static bool isDimensionOf(Value size, Value tensor, int64_t dim) {
  auto dimOp = size.getDefiningOp<tensor::DimOp>();
  if (!dimOp || dimOp.getConstantIndex() != dim)
    return false;
  while (tensor != dimOp.getSource()) {
    Operation *producer = tensor.getDefiningOp();
    if (!isa_and_nonnull<ButterflyOp, ButterflyFactorOp, MatmulOp, ShiftOp,
                         LogQuantizeOp, DequantizeOp>(producer))
      return false;
    tensor = producer->getOperand(0);
  }
  return true;
}

/// Whether only `slice`, and questions about leading sizes, use `butterfly`.
static bool isOnlyCut(ButterflyOp butterfly, tensor::ExtractSliceOp slice) {
  int64_t last = cast<RankedTensorType>(butterfly.getType()).getRank() - 1;
  return llvm::all_of(butterfly->getUsers(), [&](Operation *user) {
    auto dim = dyn_cast<tensor::DimOp>(user);
    return user == slice ||
           (dim && dim.getConstantIndex().value_or(last) < last);
  });
}

/// Computes only the outputs that are kept.
static FailureOr<ButterflyOp> absorbTruncation(RewriterBase &rewriter,
                                               tensor::ExtractSliceOp slice) {
  auto butterfly = slice.getSource().getDefiningOp<ButterflyOp>();
  if (!butterfly || !isOnlyCut(butterfly, slice))
    return rewriter.notifyMatchFailure(slice, "no butterfly of its own");
  RankedTensorType full = slice.getSourceType(), cut = slice.getType();
  int64_t last = full.getRank() - 1;
  if (cut.getRank() != full.getRank() || cut.isDynamicDim(last))
    return rewriter.notifyMatchFailure(slice, "changes the rank or is dynamic");
  if (!llvm::all_of(slice.getMixedOffsets(), isZeroInteger) ||
      !slice.hasUnitStride())
    return rewriter.notifyMatchFailure(slice, "does not keep the beginning");
  for (int64_t dim = 0; dim < last; ++dim) {
    OpFoldResult size = slice.getMixedSizes()[dim];
    auto dynamicSize = dyn_cast<Value>(size);
    bool whole = dynamicSize
                     ? isDimensionOf(dynamicSize, butterfly, dim)
                     : getConstantIntValue(size) == full.getDimSize(dim);
    if (!whole)
      return rewriter.notifyMatchFailure(slice, "cuts another dimension");
  }

  rewriter.modifyOpInPlace(butterfly,
                           [&] { butterfly.getResult().setType(cut); });
  rewriter.replaceOp(slice, butterfly);
  return butterfly;
}

namespace {

/// butterfly_factor(x, v)  ==>  butterfly(x, v)
struct ConvertFactor : OpRewritePattern<ButterflyFactorOp> {
  using Base::Base;
  LogicalResult matchAndRewrite(ButterflyFactorOp factor,
                                PatternRewriter &rewriter) const override {
    convertFactor(rewriter, factor);
    return success();
  }
};

/// butterfly(butterfly(x, f...), g...)  ==>  butterfly(x, f..., g...)
struct FuseButterflies : OpRewritePattern<ButterflyOp> {
  FuseButterflies(MLIRContext *context, Pass::Statistic &count)
      : OpRewritePattern(context), count(count) {}
  LogicalResult matchAndRewrite(ButterflyOp second,
                                PatternRewriter &rewriter) const override {
    FailureOr<ButterflyOp> fused = fuseButterflies(rewriter, second);
    if (succeeded(fused))
      ++count;
    return fused;
  }
  Pass::Statistic &count;
};

/// butterfly(pad(x), f...)  ==>  butterfly(x, f...)
struct AbsorbPadding : OpRewritePattern<ButterflyOp> {
  AbsorbPadding(MLIRContext *context, Pass::Statistic &count)
      : OpRewritePattern(context), count(count) {}
  LogicalResult matchAndRewrite(ButterflyOp butterfly,
                                PatternRewriter &rewriter) const override {
    FailureOr<ButterflyOp> result = absorbPadding(rewriter, butterfly);
    if (succeeded(result))
      ++count;
    return result;
  }
  Pass::Statistic &count;
};

/// extract_slice(butterfly(x, f...) : n) : m  ==>  butterfly(x, f...) : m
struct AbsorbTruncation : OpRewritePattern<tensor::ExtractSliceOp> {
  AbsorbTruncation(MLIRContext *context, Pass::Statistic &count)
      : OpRewritePattern(context), count(count) {}
  LogicalResult matchAndRewrite(tensor::ExtractSliceOp slice,
                                PatternRewriter &rewriter) const override {
    FailureOr<ButterflyOp> result = absorbTruncation(rewriter, slice);
    if (succeeded(result))
      ++count;
    return result;
  }
  Pass::Statistic &count;
};

struct FuseButterflyStagesPass final
    : ecolm::impl::FuseButterflyStagesBase<FuseButterflyStagesPass> {
  using Base::Base;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ConvertFactor>(&getContext());
    patterns.add<FuseButterflies>(&getContext(), numFused);
    patterns.add<AbsorbPadding>(&getContext(), numPadsAbsorbed);
    patterns.add<AbsorbTruncation>(&getContext(), numCutsAbsorbed);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      return signalPassFailure();
    getOperation()->walk([](ButterflyOp butterfly) {
      remark::passed(butterfly.getLoc(),
                     remark::RemarkOpts::name("butterfly")
                         .category("ecolm-fuse-butterfly-stages"))
          << remark::metric("stages", butterfly.getFactors().size());
    });
  }
};

} // namespace

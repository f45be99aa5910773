//===- FoldPowersOfTwo.cpp - Products with powers of two become shifts ----===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Turns multiplications by powers of two into shifts, and products of powers of
// two into sums of integers, where the analysis proves that no bit changes.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Analysis/AccumulatorBound.h"
#include "ecolm/Analysis/PowerOfTwoScale.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "ecolm/Dialect/EcoLM/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Remarks.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace ecolm {
#define GEN_PASS_DEF_FOLDPOWERSOFTWO
#include "ecolm/Dialect/EcoLM/Transforms/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

/// Exponents that `ecolm.shift` takes on f32 (see its description).
static constexpr int64_t kMaxExponent = 252;

/// Category of the remarks about integer forms.
static const auto kIntegerForm = remark::RemarkOpts::name("integer-form")
                                     .category("ecolm-fold-powers-of-two");

static bool areValidExponents(ArrayRef<int32_t> exponents) {
  return llvm::all_of(exponents, [](int32_t exponent) {
    return exponent >= -kMaxExponent && exponent <= kMaxExponent;
  });
}

static Value createShift(RewriterBase &rewriter, Location loc, Value input,
                         ArrayRef<int32_t> exponents) {
  return ShiftOp::create(rewriter, loc, input.getType(), input, exponents,
                         ShiftRounding::Floor, Arithmetic::Native);
}

//===----------------------------------------------------------------------===//
// Scales
//===----------------------------------------------------------------------===//

/// Replaces the product that `op` is by a shift.
static FailureOr<Value> foldScale(RewriterBase &rewriter, Operation *op,
                                  SymbolTableCollection &symbols) {
  std::optional<PowerOfTwoScale> scale = findPowerOfTwoScale(op, symbols);
  if (!scale)
    return rewriter.notifyMatchFailure(op, "no product with powers of two");
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  size_t count = scale->exponents.size();
  if (count != 1 && (type.getRank() == 0 ||
                     static_cast<int64_t>(count) != type.getShape().back()))
    return rewriter.notifyMatchFailure(op, "not one factor for each element "
                                           "of the last dimension");
  Value result =
      createShift(rewriter, op->getLoc(), scale->input, scale->exponents);
  if (scale->negative)
    result = arith::NegFOp::create(rewriter, op->getLoc(), result);
  rewriter.replaceOp(op, result);
  return result;
}

//===----------------------------------------------------------------------===//
// Integer form
//===----------------------------------------------------------------------===//

namespace {
/// A product whose operands are integers times powers of two.
struct IntegerProduct {
  Value codes;
  ValueRange weights;
  /// The exponent of the power of two that the integers count.
  int64_t unit = 0;
};
} // namespace

/// The powers of two or small integers that `value` has as floats, or null.
static Value findCodes(Value value) {
  if (auto dequantize = value.getDefiningOp<DequantizeOp>()) {
    Type element = getElementTypeOrSelf(dequantize.getCodes().getType());
    bool isPlain = !dequantize.getScale() && isa<PotType>(element);
    return isPlain ? dequantize.getCodes() : Value();
  }
  auto generic = value.getDefiningOp<linalg::GenericOp>();
  if (!generic || generic.getNumDpsInputs() != 1 ||
      !llvm::all_of(generic.getIndexingMapsArray(),
                    [](AffineMap map) { return map.isIdentity(); }))
    return Value();
  Value integers = generic.getDpsInputs()[0];
  Operation *yielded =
      generic.getBody()->getTerminator()->getOperand(0).getDefiningOp();
  auto convert = dyn_cast_or_null<arith::SIToFPOp>(yielded);
  bool isConversion =
      convert && convert.getIn() == generic.getBody()->getArgument(0) &&
      getElementTypeOrSelf(integers.getType()).isSignlessInteger(8);
  return isConversion ? integers : Value();
}

/// Takes `op` as a product of dequantized powers of two, or of bytes, with
/// low-bit weights.
static std::optional<IntegerProduct> findIntegerProduct(Operation *op) {
  if (!isa<ButterflyOp, ButterflyFactorOp, MatmulOp>(op))
    return std::nullopt;
  IntegerProduct product;
  product.codes = findCodes(op->getOperand(0));
  if (!product.codes)
    return std::nullopt;
  product.weights = op->getOperands().drop_front();
  Type element = getElementTypeOrSelf(product.codes.getType());
  if (auto pot = dyn_cast<PotType>(element))
    product.unit = pot.getMin();
  for (Value weight : product.weights) {
    Type weightElement = getElementTypeOrSelf(weight.getType());
    element = getProductElementType(element, weightElement);
    if (!element || !element.isInteger(32))
      return std::nullopt;
    if (auto weightPot = dyn_cast<PotType>(weightElement))
      product.unit += weightPot.getMin();
  }
  return product;
}

/// Whether floats compute exactly the integers up to `bound` in units of
/// 2^unit: they then need 24 bits, no bit below 2^-149 and none above 2^127.
static bool isExactInFloat(const AccumulatorBound &bound, int64_t unit) {
  return bound.isExactInFloat() && unit >= -149 && unit + 24 <= 127;
}

/// Computes `op` on integers if floats would have computed the same.
static FailureOr<Value> makeInteger(RewriterBase &rewriter, Operation *op,
                                    SymbolTableCollection &symbols) {
  std::optional<IntegerProduct> product = findIntegerProduct(op);
  if (!product)
    return rewriter.notifyMatchFailure(op, "no product of powers of two");
  FailureOr<AccumulatorBound> bound =
      boundAccumulators(cast<RankedTensorType>(product->codes.getType()),
                        product->weights, symbols);
  if (failed(bound) || !isExactInFloat(*bound, product->unit))
    return rewriter.notifyMatchFailure(op, "no proof that sums are exact");

  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  Operation *integer = rewriter.clone(*op);
  rewriter.modifyOpInPlace(integer, [&] {
    integer->setOperand(0, product->codes);
    integer->getResult(0).setType(type.clone(rewriter.getI32Type()));
  });
  Value result = arith::SIToFPOp::create(rewriter, op->getLoc(), type,
                                         integer->getResult(0));
  result = createShift(rewriter, op->getLoc(), result,
                       static_cast<int32_t>(product->unit));
  remark::passed(op->getLoc(), kIntegerForm)
      << remark::metric("bound", bound->getMaximum())
      << remark::metric("bits", *bound->getIntegerWidth());
  rewriter.replaceOp(op, result);
  return result;
}

/// Says why products of powers of two remained on floats.
static void remarkMissed(Operation *op, SymbolTableCollection &symbols) {
  std::optional<IntegerProduct> product = findIntegerProduct(op);
  if (!product)
    return;
  FailureOr<AccumulatorBound> bound =
      boundAccumulators(cast<RankedTensorType>(product->codes.getType()),
                        product->weights, symbols);
  if (failed(bound))
    remark::missed(op->getLoc(), kIntegerForm)
        << remark::reason("the sums cannot be bounded");
  else
    remark::missed(op->getLoc(), kIntegerForm)
        << remark::reason("sums are not proved exact in f32")
        << remark::metric("bound", bound->getMaximum())
        << remark::metric("unit", product->unit);
}

//===----------------------------------------------------------------------===//
// Merging and moving shifts
//===----------------------------------------------------------------------===//

/// Whether shifting `value` by `exponents` loses nothing: it holds an integer
/// of at most 32 bits, and neither 2^31 overflows nor 1 becomes subnormal.
static bool isExactShift(Value value, ArrayRef<int32_t> exponents) {
  auto convert = value.getDefiningOp<arith::SIToFPOp>();
  return convert &&
         getElementTypeOrSelf(convert.getIn().getType())
                 .getIntOrFloatBitWidth() <= 32 &&
         llvm::all_of(exponents, [](int32_t exponent) {
           return exponent >= -126 && exponent <= 96;
         });
}

static bool areUpward(ArrayRef<int32_t> exponents) {
  return llvm::all_of(exponents,
                      [](int32_t exponent) { return exponent >= 0; });
}

/// Adds the exponents of the shift before `second` to its own. Exact if the
/// first loses nothing, or if both only go up: then infinity stays infinity.
static FailureOr<Value> mergeShifts(RewriterBase &rewriter, ShiftOp second) {
  auto first = second.getInput().getDefiningOp<ShiftOp>();
  if (!first || !getElementTypeOrSelf(second.getType()).isF32())
    return rewriter.notifyMatchFailure(second, "no shift of a float before it");
  if (!isExactShift(first.getInput(), first.getExponents()) &&
      !(areUpward(first.getExponents()) && areUpward(second.getExponents())))
    return rewriter.notifyMatchFailure(second, "the shift before it may round");
  if (first.getArithmetic() != second.getArithmetic())
    return rewriter.notifyMatchFailure(second, "arithmetic differs");

  ArrayRef<int32_t> a = first.getExponents(), b = second.getExponents();
  SmallVector<int32_t> sum;
  for (size_t i = 0, count = std::max(a.size(), b.size()); i < count; ++i)
    sum.push_back(a[a.size() == 1 ? 0 : i] + b[b.size() == 1 ? 0 : i]);
  if (!areValidExponents(sum))
    return rewriter.notifyMatchFailure(second, "the sum is out of range");
  rewriter.modifyOpInPlace(second, [&] {
    second.getInputMutable().assign(first.getInput());
    second.setExponents(sum);
  });
  return second.getResult();
}

/// Whether `op` is max(x, 0), elementwise.
static bool isRelu(Operation *op) {
  if (auto generic = dyn_cast<linalg::GenericOp>(op)) {
    if (generic.getNumDpsInputs() != 1 || generic.getNumDpsInits() != 1 ||
        !llvm::all_of(generic.getIndexingMapsArray(),
                      [](AffineMap map) { return map.isIdentity(); }))
      return false;
    Operation &body = generic.getBody()->front();
    return !isa<linalg::GenericOp>(body) && isRelu(&body) &&
           body.getOperand(0) == generic.getBody()->getArgument(0) &&
           generic.getBody()->getTerminator()->getOperands() ==
               ValueRange(body.getResults());
  }
  return isa<arith::MaximumFOp, arith::MaxNumFOp>(op) &&
         matchPattern(op->getOperand(1), m_AnyZeroFloat());
}

/// Whether `op` moves elements of its first operand without looking at them,
/// and leaves each at its place of the last dimension if `keepsLast`.
static bool isMove(Operation *op, bool keepsLast) {
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op))
    return !keepsLast ||
           (slice.getType().getRank() == slice.getSourceType().getRank() &&
            slice.getType().getShape().back() ==
                slice.getSourceType().getShape().back());
  return isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp,
             linalg::TransposeOp, tensor::CastOp>(op) &&
         !keepsLast;
}

/// Shifts the result of `op` instead of its operand.
static FailureOr<Value> sinkShift(RewriterBase &rewriter, ShiftOp shift) {
  if (!shift->hasOneUse())
    return rewriter.notifyMatchFailure(shift, "several uses");
  Operation *user = *shift->user_begin();
  bool keepsLast = shift.getExponents().size() != 1;
  if (shift->use_begin()->getOperandNumber() != 0 ||
      !(isRelu(user) || isMove(user, keepsLast)))
    return rewriter.notifyMatchFailure(shift, "its user may not commute");
  if (!getElementTypeOrSelf(shift.getType()).isF32())
    return rewriter.notifyMatchFailure(shift, "integers may overflow");

  rewriter.setInsertionPoint(user);
  Operation *moved = rewriter.clone(*user);
  rewriter.modifyOpInPlace(moved,
                           [&] { moved->setOperand(0, shift.getInput()); });
  Value result = createShift(rewriter, shift.getLoc(), moved->getResult(0),
                             shift.getExponents());
  rewriter.replaceOp(user, result);
  rewriter.eraseOp(shift);
  return result;
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

namespace {

/// x * 2^e  ==>  shift(x, e)
struct FoldScale : RewritePattern {
  FoldScale(MLIRContext *context, SymbolTableCollection &symbols,
            Pass::Statistic &count)
      : RewritePattern(MatchAnyOpTypeTag(), 1, context), symbols(symbols),
        count(count) {}
  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    FailureOr<Value> result = foldScale(rewriter, op, symbols);
    if (succeeded(result))
      ++count;
    return result;
  }
  SymbolTableCollection &symbols;
  Pass::Statistic &count;
};

/// butterfly(dequantize(q), w) : f32
///   ==>  shift(sitofp(butterfly(q, w) : i32), min)
struct MakeInteger : RewritePattern {
  MakeInteger(MLIRContext *context, SymbolTableCollection &symbols,
              Pass::Statistic &count)
      : RewritePattern(MatchAnyOpTypeTag(), 1, context), symbols(symbols),
        count(count) {}
  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    FailureOr<Value> result = makeInteger(rewriter, op, symbols);
    if (succeeded(result))
      ++count;
    return result;
  }
  SymbolTableCollection &symbols;
  Pass::Statistic &count;
};

/// shift(shift(x, a), b)  ==>  shift(x, a + b)
struct MergeShifts : OpRewritePattern<ShiftOp> {
  MergeShifts(MLIRContext *context, Pass::Statistic &count)
      : OpRewritePattern(context), count(count) {}
  LogicalResult matchAndRewrite(ShiftOp shift,
                                PatternRewriter &rewriter) const override {
    FailureOr<Value> result = mergeShifts(rewriter, shift);
    if (succeeded(result))
      ++count;
    return result;
  }
  Pass::Statistic &count;
};

/// relu(shift(x, e))  ==>  shift(relu(x), e)
struct SinkShift : OpRewritePattern<ShiftOp> {
  using Base::Base;
  LogicalResult matchAndRewrite(ShiftOp shift,
                                PatternRewriter &rewriter) const override {
    return sinkShift(rewriter, shift);
  }
};

/// dim(shift(x, e), i)  ==>  dim(x, i)
struct SkipShift : OpRewritePattern<tensor::DimOp> {
  using Base::Base;
  LogicalResult matchAndRewrite(tensor::DimOp dim,
                                PatternRewriter &rewriter) const override {
    auto shift = dim.getSource().getDefiningOp<ShiftOp>();
    if (!shift)
      return rewriter.notifyMatchFailure(dim, "no shift before it");
    rewriter.modifyOpInPlace(
        dim, [&] { dim.getSourceMutable().assign(shift.getInput()); });
    return success();
  }
};

struct FoldPowersOfTwoPass final
    : ecolm::impl::FoldPowersOfTwoBase<FoldPowersOfTwoPass> {
  using Base::Base;

  void runOnOperation() override {
    SymbolTableCollection symbols;
    RewritePatternSet patterns(&getContext());
    patterns.add<FoldScale>(&getContext(), symbols, numScales);
    patterns.add<MakeInteger>(&getContext(), symbols, numProducts);
    patterns.add<MergeShifts>(&getContext(), numMerged);
    patterns.add<SinkShift, SkipShift>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      return signalPassFailure();
    getOperation()->walk([&](Operation *op) { remarkMissed(op, symbols); });
  }
};

} // namespace

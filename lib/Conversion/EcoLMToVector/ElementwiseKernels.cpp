//===- ElementwiseKernels.cpp - Element by element ------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Lowers log_quantize, dequantize, shift and positions to linalg.generic.
//
//===----------------------------------------------------------------------===//

#include "FloatBits.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace ecolm;

/// A linalg.generic over `input` and `others`, each with a map into the loops
/// of `input`; `body` gets the scalars.
static Value
mapElements(KernelBuilder &b, Value input,
            ArrayRef<std::pair<Value, AffineMap>> others, Type element,
            function_ref<Value(KernelBuilder &, ValueRange)> body) {
  auto type = cast<RankedTensorType>(input.getType());
  int64_t rank = type.getRank();
  SmallVector<Value> inputs = {input};
  SmallVector<AffineMap> maps = {b.getMultiDimIdentityMap(rank)};
  for (auto &[value, map] : others) {
    inputs.push_back(value);
    maps.push_back(map);
  }
  maps.push_back(b.getMultiDimIdentityMap(rank));
  Value init = tensor::EmptyOp::create(
      b, tensor::getMixedSizes(b, b.getLoc(), input), element);
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      b, init.getType(), inputs, init, maps, iterators,
      [&](OpBuilder &nested, Location loc, ValueRange args) {
        KernelBuilder scalar(loc, nested);
        Value result = body(scalar, args.drop_back());
        linalg::YieldOp::create(scalar, result);
      });
  return generic.getResult(0);
}

namespace {

struct LogQuantizeLowering : OpConversionPattern<LogQuantizeOp> {
  LogQuantizeLowering(const TypeConverter &converter, MLIRContext *context,
                      bool fpu)
      : OpConversionPattern(converter, context), fpu(fpu) {}

  LogicalResult
  matchAndRewrite(LogQuantizeOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    KernelBuilder b(op.getLoc(), rewriter);
    auto pot = cast<PotType>(getElementTypeOrSelf(op.getType()));
    if (!fitsUnits(pot))
      return quantizeToFloat(op, adaptor.getInput(), pot, b, rewriter);
    rewriter.replaceOp(
        op, mapElements(b, adaptor.getInput(), {}, b.getI32Type(),
                        [&](KernelBuilder &b, ValueRange x) {
                          return emitLogQuantize(b, x[0], pot, op.getRounding(),
                                                 op.getUnderflow(), fpu);
                        }));
    return success();
  }

  /// A range that no integer holds: the values stay f32, for who dequantizes.
  static LogicalResult quantizeToFloat(LogQuantizeOp op, Value input,
                                       PotType pot, KernelBuilder &b,
                                       ConversionPatternRewriter &rewriter) {
    if (!llvm::all_of(op->getUsers(), llvm::IsaPred<DequantizeOp>))
      return op.emitOpError("spans ")
             << pot.getNumExponents()
             << " exponents, but 32-bit accumulators hold 31";
    auto quantizer =
        LogQuantizerAttr::get(b.getContext(), pot.getMin(), pot.getMax(),
                              op.getRounding(), op.getUnderflow());
    rewriter.replaceOp(op, mapElements(b, input, {}, b.getF32Type(),
                                       [&](KernelBuilder &b, ValueRange x) {
                                         return emitLogQuantizeToFloat(
                                             b, x[0], quantizer);
                                       }));
    return success();
  }

  bool fpu;
};

/// Powers of two become `float(units) * 2^min`, which is exact, unless they are
/// floats already.
struct DequantizeLowering : OpConversionPattern<DequantizeOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(DequantizeOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    KernelBuilder b(op.getLoc(), rewriter);
    Value codes = adaptor.getCodes();
    auto type = cast<RankedTensorType>(codes.getType());
    Type f32 = b.getF32Type();

    SmallVector<std::pair<Value, AffineMap>> scales;
    if (Value scale = adaptor.getScale()) {
      int64_t rank = type.getRank();
      auto scaleType = cast<RankedTensorType>(scale.getType());
      SmallVector<AffineExpr> at;
      for (int64_t d = 0; d < scaleType.getRank(); ++d)
        at.push_back(b.getAffineDimExpr(d));
      if (scaleType.getRank() == rank) {
        int64_t group = type.getShape().back() / scaleType.getShape().back();
        at.back() = at.back().floorDiv(group);
      }
      scales.push_back({scale, AffineMap::get(rank, 0, at, b.getContext())});
    }
    double unit = 1.0;
    if (auto pot =
            dyn_cast<PotType>(getElementTypeOrSelf(op.getCodes().getType()));
        pot && fitsUnits(pot))
      unit = std::ldexp(1.0, pot.getMin());
    auto body = [&](KernelBuilder &b, ValueRange x) -> Value {
      Value value = x[0];
      if (!isa<FloatType>(type.getElementType()))
        value = arith::SIToFPOp::create(b, f32, value);
      if (unit != 1.0)
        value = arith::MulFOp::create(b, value, b.constant(f32, unit));
      if (x.size() == 2)
        value = arith::MulFOp::create(b, value, x[1]);
      return value;
    };
    rewriter.replaceOp(op, mapElements(b, codes, scales, f32, body));
    return success();
  }
};

/// Shifts of integers round as asked; shifts of floats are a multiplication, or
/// an addition to the exponent.
struct ShiftLowering : OpConversionPattern<ShiftOp> {
  using OpConversionPattern::OpConversionPattern;

  static Value shiftInteger(KernelBuilder &b, Value x, Value e,
                            ShiftRounding rounding) {
    Type type = x.getType();
    Value zero = b.integer(type, 0), one = b.integer(type, 1);
    Value up = arith::MaxSIOp::create(b, e, zero);
    Value down =
        arith::MaxSIOp::create(b, arith::SubIOp::create(b, zero, e), zero);
    Value left = arith::ShLIOp::create(b, x, up);
    Value right = arith::ShRSIOp::create(b, x, down);
    if (rounding != ShiftRounding::Floor) {
      // The part shifted out, and half a unit of what stays.
      Value kept = arith::ShLIOp::create(b, right, down);
      Value rest = arith::SubIOp::create(b, x, kept);
      Value unit = arith::ShLIOp::create(b, one, down);
      Value half = arith::ShRUIOp::create(b, unit, one);
      Value above =
          arith::CmpIOp::create(b, arith::CmpIPredicate::sgt, rest, half);
      Value tie =
          arith::CmpIOp::create(b, arith::CmpIPredicate::eq, rest, half);
      if (rounding == ShiftRounding::HalfEven) {
        Value odd = arith::TruncIOp::create(b, b.getI1Type(), right);
        tie = arith::AndIOp::create(b, tie, odd);
      }
      Value roundUp = arith::OrIOp::create(b, above, tie);
      right = b.add(right, arith::ExtUIOp::create(b, type, roundUp));
    }
    Value isLeft = arith::CmpIOp::create(b, arith::CmpIPredicate::sge, e, zero);
    return arith::SelectOp::create(b, isLeft, left, right);
  }

  LogicalResult
  matchAndRewrite(ShiftOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    KernelBuilder b(op.getLoc(), rewriter);
    auto type = cast<RankedTensorType>(adaptor.getInput().getType());
    Type element = type.getElementType();
    ArrayRef<int32_t> exponents = op.getExponents();
    auto [least, most] =
        std::minmax_element(exponents.begin(), exponents.end());

    SmallVector<std::pair<Value, AffineMap>> operands;
    Type exponentType = element.isF32() ? Type(b.getI32Type()) : element;
    if (exponents.size() > 1) {
      SmallVector<APInt> values;
      for (int32_t e : exponents)
        values.emplace_back(exponentType.getIntOrFloatBitWidth(), e,
                            /*isSigned=*/true);
      auto tableType = RankedTensorType::get(
          {static_cast<int64_t>(exponents.size())}, exponentType);
      Value table = arith::ConstantOp::create(
          b, DenseIntElementsAttr::get(tableType, values));
      int64_t rank = type.getRank();
      operands.push_back(
          {table, AffineMap::get(rank, 0, b.getAffineDimExpr(rank - 1))});
    }

    // A nonzero i32 has an exponent between 0 and 31.
    bool staysNormal =
        op.getInput().getDefiningOp<arith::SIToFPOp>() &&
        getElementTypeOrSelf(
            op.getInput().getDefiningOp<arith::SIToFPOp>().getIn().getType())
            .isInteger(32) &&
        *least >= -126 && *most <= 96;
    bool native = op.getArithmetic() == Arithmetic::Native && *least >= -126 &&
                  *most <= 126;
    auto body = [&](KernelBuilder &b, ValueRange x) -> Value {
      Value e =
          exponents.size() > 1 ? x[1] : b.integer(exponentType, exponents[0]);
      if (!element.isF32())
        return shiftInteger(b, x[0], e, op.getRounding());
      if (!native)
        return emitExponentAdd(b, x[0], e, staysNormal);
      Value biased = arith::AddIOp::create(b, e, b.integer(exponentType, 127));
      Value bits =
          arith::ShLIOp::create(b, biased, b.integer(exponentType, 23));
      Value power = arith::BitcastOp::create(b, element, bits);
      return arith::MulFOp::create(b, x[0], power);
    };
    rewriter.replaceOp(
        op, mapElements(b, adaptor.getInput(), operands, element, body));
    return success();
  }
};

struct IntToFloatLowering : OpConversionPattern<arith::SIToFPOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(arith::SIToFPOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    KernelBuilder b(op.getLoc(), rewriter);
    rewriter.replaceOp(op, mapElements(b, adaptor.getIn(), {}, b.getF32Type(),
                                       [](KernelBuilder &b, ValueRange x) {
                                         return emitIntToFloat(b, x[0]);
                                       }));
    return success();
  }
};

struct PositionsLowering : OpConversionPattern<PositionsOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(PositionsOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    KernelBuilder b(op.getLoc(), rewriter);
    auto type = cast<RankedTensorType>(op.getType());
    SmallVector<Value> sizes;
    if (type.isDynamicDim(0))
      sizes.push_back(adaptor.getCount());
    Value init = tensor::EmptyOp::create(b, type, sizes);
    Value start = adaptor.getStart();
    auto generic = linalg::GenericOp::create(
        b, type, ValueRange(), init, b.getMultiDimIdentityMap(1),
        utils::IteratorType::parallel,
        [&](OpBuilder &nested, Location loc, ValueRange) {
          Value i = linalg::IndexOp::create(nested, loc, 0);
          if (start)
            i = arith::AddIOp::create(nested, loc, i, start);
          Value cast =
              arith::IndexCastOp::create(nested, loc, type.getElementType(), i);
          linalg::YieldOp::create(nested, loc, cast);
        });
    rewriter.replaceOp(op, generic);
    return success();
  }
};

} // namespace

void ecolm::populateElementwiseKernels(const TypeConverter &converter,
                                       RewritePatternSet &patterns, bool fpu) {
  MLIRContext *context = patterns.getContext();
  patterns.add<LogQuantizeLowering>(converter, context, fpu);
  patterns.add<DequantizeLowering, ShiftLowering, PositionsLowering>(converter,
                                                                     context);
  if (!fpu)
    patterns.add<IntToFloatLowering>(converter, context);
}

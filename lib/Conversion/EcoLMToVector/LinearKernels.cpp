//===- LinearKernels.cpp - Butterflies and products -----------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Lowers butterfly, matmul, rotate and permute, row by row.
//
//===----------------------------------------------------------------------===//

#include "FactorKernel.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace ecolm;

namespace {

/// Copies the first `count` elements of a row into a zero-filled row of
/// `length` elements of type `element`, widening integers.
static Value padRow(KernelBuilder &b, Value row, int64_t count, int64_t length,
                    Type element) {
  auto type = cast<RankedTensorType>(row.getType());
  if (type.getElementType() == element && type.getShape()[0] == length)
    return row;
  Value zero = b.constant(element, 0);
  Value padded = tensor::EmptyOp::create(b, ArrayRef<int64_t>{length}, element);
  auto widen = [&](Value value) -> Value {
    if (value.getType() == element)
      return value;
    if (isa<FloatType>(element))
      return arith::SIToFPOp::create(b, element, value);
    return arith::ExtSIOp::create(b, element, value);
  };
  padded = b.loop(b.index(0), b.index(count), 1, padded,
                  [&](Value i, ValueRange carried) -> SmallVector<Value> {
                    Value value = widen(tensor::ExtractOp::create(b, row, i));
                    return {tensor::InsertOp::create(b, value, carried[0], i)};
                  })[0];
  if (count == length)
    return padded;
  return b.loop(b.index(count), b.index(length), 1, padded,
                [&](Value i, ValueRange carried) -> SmallVector<Value> {
                  return {tensor::InsertOp::create(b, zero, carried[0], i)};
                })[0];
}

/// Applies packed factors to every row of `input`.
static FailureOr<Value> lowerFactors(Operation *op, OpBuilder &rewriter,
                                     Value input, TypeRange factorTypes,
                                     ValueRange factors,
                                     RankedTensorType resultType) {
  KernelBuilder b(op->getLoc(), rewriter);
  SmallVector<WeightStream> streams;
  for (auto [type, bytes] : llvm::zip_equal(factorTypes, factors)) {
    auto stream = WeightStream::create(b, cast<RankedTensorType>(type), bytes);
    if (failed(stream))
      return failure();
    streams.push_back(*stream);
  }
  Type element = resultType.getElementType();
  int64_t outputs = resultType.getShape().back();
  return mapRows(
      b, input, resultType,
      [&](KernelBuilder &b, ValueRange rows,
          ValueRange results) -> SmallVector<Value> {
        int64_t given = cast<RankedTensorType>(rows[0].getType()).getShape()[0];
        int64_t wanted = streams.front().getShape().getNumInputs();
        Value x = padRow(b, rows[0], std::min(given, wanted),
                         getPaddedLength(wanted), element);
        for (auto [i, stream] : llvm::enumerate(streams)) {
          const FactorShape &shape = stream.getShape();
          int64_t length =
              getPaddedLength(shape.stacks * shape.getNumOutputs());
          bool last = i + 1 == streams.size() && length == outputs;
          Value target = last ? results[0]
                              : Value(tensor::EmptyOp::create(
                                    b, ArrayRef<int64_t>{length}, element));
          x = emitFactor(b, stream, x, target, /*sharedInput=*/i == 0);
        }
        if (cast<RankedTensorType>(x.getType()).getShape()[0] == outputs)
          return {x};
        return {b.copyFront(x, results[0])};
      })[0];
}

struct ButterflyLowering : OpConversionPattern<ButterflyOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(ButterflyOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto result = lowerFactors(op, rewriter, adaptor.getInput(),
                               op.getFactors().getTypes(), adaptor.getFactors(),
                               cast<RankedTensorType>(op.getType()));
    if (failed(result))
      return op.emitOpError("expects factors packed with 16 lanes");
    rewriter.replaceOp(op, *result);
    return success();
  }
};

struct FactorLowering : OpConversionPattern<ButterflyFactorOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(ButterflyFactorOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto result =
        lowerFactors(op, rewriter, adaptor.getInput(), op.getValues().getType(),
                     adaptor.getValues(), cast<RankedTensorType>(op.getType()));
    if (failed(result))
      return op.emitOpError("expects values packed with 16 lanes");
    rewriter.replaceOp(op, *result);
    return success();
  }
};

struct MatmulLowering : OpConversionPattern<MatmulOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(MatmulOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    RankedTensorType weights = op.getWeights().getType(), type = op.getType();
    int32_t unit = 0;
    if (type.getElementType().isF32())
      weights = takeUnit(weights, unit);
    auto result = lowerFactors(op, rewriter, adaptor.getInput(), weights,
                               adaptor.getWeights(), type);
    if (failed(result))
      return op.emitOpError("expects weights packed with 16 lanes");
    if (unit)
      result = Value(ShiftOp::create(rewriter, op.getLoc(), type, *result, unit,
                                     ShiftRounding::Floor, op.getArithmetic()));
    rewriter.replaceOp(op, *result);
    return success();
  }
};

struct RotateLowering : OpConversionPattern<RotateOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(RotateOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    KernelBuilder b(op.getLoc(), rewriter);
    auto type = cast<RankedTensorType>(op.getType());
    Value angles = adaptor.getAngles(), pairs = adaptor.getPairs();
    int64_t n = type.getShape().back();
    int64_t stride = op.getStride().value_or(1);
    bool minusSin = op.getConvention() == RotationConvention::CosMinusSin;

    auto body = [&](KernelBuilder &b, ValueRange rows,
                    ValueRange results) -> SmallVector<Value> {
      Value x = rows[0];
      auto rotatePair = [&](Value p, Value i, Value j, Value row) -> Value {
        Value angle = tensor::ExtractOp::create(b, angles, p);
        Value c = math::CosOp::create(b, angle);
        Value s = math::SinOp::create(b, angle);
        if (!minusSin)
          s = arith::NegFOp::create(b, s);
        Value xi = tensor::ExtractOp::create(b, x, i);
        Value xj = tensor::ExtractOp::create(b, x, j);
        auto mul = [&](Value u, Value v) -> Value {
          return arith::MulFOp::create(b, u, v);
        };
        Value yi = arith::SubFOp::create(b, mul(c, xi), mul(s, xj));
        Value yj = b.add(mul(s, xi), mul(c, xj));
        row = tensor::InsertOp::create(b, yi, row, i);
        return tensor::InsertOp::create(b, yj, row, j);
      };
      if (pairs) {
        auto toIndex = [&](Value p, int64_t side) -> Value {
          Value at =
              tensor::ExtractOp::create(b, pairs, ValueRange{p, b.index(side)});
          return arith::IndexCastOp::create(b, b.getIndexType(), at);
        };
        return b.loop(
            b.index(0), b.index(n / 2), 1, results[0],
            [&](Value p, ValueRange carried) -> SmallVector<Value> {
              return {rotatePair(p, toIndex(p, 0), toIndex(p, 1), carried[0])};
            });
      }
      SmallVector<Value> state = {results[0], b.index(0)};
      state = b.loop(
          b.index(0), b.index(n), 2 * stride, state,
          [&](Value start, ValueRange outer) {
            return b.loop(start, b.addIndex(start, stride), 1, outer,
                          [&](Value i, ValueRange inner) -> SmallVector<Value> {
                            Value row = rotatePair(
                                inner[1], i, b.addIndex(i, stride), inner[0]);
                            return {row, b.addIndex(inner[1], 1)};
                          });
          });
      return {state[0]};
    };
    rewriter.replaceOp(op, mapRows(b, adaptor.getInput(), type, body));
    return success();
  }
};

struct PermuteLowering : OpConversionPattern<PermuteOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(PermuteOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    KernelBuilder b(op.getLoc(), rewriter);
    auto type =
        cast<RankedTensorType>(getTypeConverter()->convertType(op.getType()));
    int64_t n = type.getShape().back();
    SmallVector<int64_t> indices;
    if (op.getBitReversal()) {
      unsigned bits = llvm::Log2_64(n);
      for (int64_t i = 0; i < n; ++i)
        indices.push_back(bits ? llvm::reverseBits<uint64_t>(i) >> (64 - bits)
                               : 0);
    } else {
      llvm::append_range(indices, *op.getIndices());
    }
    Value table = arith::ConstantOp::create(
        b, DenseIntElementsAttr::get(RankedTensorType::get({n}, b.getI64Type()),
                                     indices));
    auto body = [&](KernelBuilder &b, ValueRange rows,
                    ValueRange results) -> SmallVector<Value> {
      return b.loop(
          b.index(0), b.index(n), 1, results[0],
          [&](Value i, ValueRange carried) -> SmallVector<Value> {
            Value from = tensor::ExtractOp::create(b, table, i);
            from = arith::IndexCastOp::create(b, b.getIndexType(), from);
            Value value = tensor::ExtractOp::create(b, rows[0], from);
            return {tensor::InsertOp::create(b, value, carried[0], i)};
          });
    };
    rewriter.replaceOp(op, mapRows(b, adaptor.getInput(), type, body));
    return success();
  }
};

} // namespace

void ecolm::populateLinearKernels(const TypeConverter &converter,
                                  RewritePatternSet &patterns) {
  patterns.add<ButterflyLowering, FactorLowering, MatmulLowering,
               RotateLowering, PermuteLowering>(converter,
                                                patterns.getContext());
}

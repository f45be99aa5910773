//===- NormKernels.cpp - Norms --------------------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Lowers layer_norm and rms_norm, row by row, in the canonical row order.
//
//===----------------------------------------------------------------------===//

#include "KernelBuilder.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace ecolm;

namespace {

/// One row of `length` f32 elements, sixteen at a time.
struct RowKernel {
  KernelBuilder &b;
  Value row;
  int64_t length;
  VectorType lanes;

  RowKernel(KernelBuilder &b, Value row)
      : b(b), row(row),
        length(cast<RankedTensorType>(row.getType()).getShape()[0]),
        lanes(b.lanesOf(b.getF32Type())) {}

  Value readAt(Value source, Value at) {
    if (length % kLanes == 0)
      return b.read(lanes, source, at);
    return b.readPadded(lanes, source, at, b.constant(b.getF32Type(), 0));
  }

  /// Lanes at `at` that lie inside the row keep their value, others become 0.
  Value keepInside(Value values, Value at) {
    if (length % kLanes == 0)
      return values;
    Value rest = arith::SubIOp::create(b, b.index(length), at);
    Value mask = vector::CreateMaskOp::create(b, b.lanesOf(b.getI1Type()),
                                              ValueRange{rest});
    return arith::SelectOp::create(b, mask, values, b.constant(lanes, 0));
  }

  /// The sum of term(x) over the row: element i is added to lane i mod 16 in
  /// order, and the lanes are combined pairwise.
  Value sum(function_ref<Value(Value)> term) {
    Value partial =
        b.loop(b.index(0), b.index(length), kLanes, b.constant(lanes, 0),
               [&](Value at, ValueRange acc) -> SmallVector<Value> {
                 Value x = term(readAt(row, at));
                 return {b.add(acc[0], keepInside(x, at))};
               })[0];
    return b.sumLanes(partial);
  }

  Value mean(Value sum) {
    return arith::DivFOp::create(b, sum, b.constant(b.getF32Type(), length));
  }

  Value splat(Value scalar) {
    return vector::BroadcastOp::create(b, lanes, scalar);
  }

  /// 1 / sqrt(x + epsilon)
  Value inverseRoot(Value x, APFloat epsilon) {
    Type f32 = b.getF32Type();
    Value shifted = b.add(x, b.constant(f32, epsilon.convertToFloat()));
    Value root = math::SqrtOp::create(b, shifted);
    return arith::DivFOp::create(b, b.constant(f32, 1.0), root);
  }

  Value writeAll(Value target, function_ref<Value(Value x, Value at)> value) {
    return b.loop(b.index(0), b.index(length), kLanes, target,
                  [&](Value at, ValueRange out) -> SmallVector<Value> {
                    Value y = value(readAt(row, at), at);
                    return {b.write(y, out[0], at, length % kLanes == 0)};
                  })[0];
  }
};

struct LayerNormLowering : OpConversionPattern<LayerNormOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(LayerNormOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    KernelBuilder b(op.getLoc(), rewriter);
    auto type = cast<RankedTensorType>(op.getType());
    if (type.isDynamicDim(type.getRank() - 1))
      return op.emitOpError("needs a static last dimension");
    auto body = [&](KernelBuilder &b, ValueRange rows,
                    ValueRange results) -> SmallVector<Value> {
      RowKernel row(b, rows[0]);
      Value mean = row.splat(row.mean(row.sum([](Value x) { return x; })));
      auto centre = [&](Value x) -> Value {
        return arith::SubFOp::create(b, x, mean);
      };
      Value variance = row.mean(row.sum([&](Value x) -> Value {
        Value d = centre(x);
        return arith::MulFOp::create(b, d, d);
      }));
      Value scale = row.splat(row.inverseRoot(variance, op.getEpsilon()));
      return {row.writeAll(results[0], [&](Value x, Value at) -> Value {
        Value y = arith::MulFOp::create(b, centre(x), scale);
        y = arith::MulFOp::create(b, y, row.readAt(adaptor.getGamma(), at));
        if (!adaptor.getBeta())
          return y;
        return b.add(y, row.readAt(adaptor.getBeta(), at));
      })};
    };
    rewriter.replaceOp(op, mapRows(b, adaptor.getInput(), type, body));
    return success();
  }
};

struct RmsNormLowering : OpConversionPattern<RmsNormOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(RmsNormOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    KernelBuilder b(op.getLoc(), rewriter);
    auto type = cast<RankedTensorType>(op.getType());
    if (type.isDynamicDim(type.getRank() - 1))
      return op.emitOpError("needs a static last dimension");
    auto body = [&](KernelBuilder &b, ValueRange rows,
                    ValueRange results) -> SmallVector<Value> {
      RowKernel row(b, rows[0]);
      Value meanSquare = row.mean(row.sum(
          [&](Value x) -> Value { return arith::MulFOp::create(b, x, x); }));
      Value scale = row.splat(row.inverseRoot(meanSquare, op.getEpsilon()));
      return {row.writeAll(results[0], [&](Value x, Value at) -> Value {
        Value y = arith::MulFOp::create(b, x, scale);
        return arith::MulFOp::create(b, y, row.readAt(adaptor.getGamma(), at));
      })};
    };
    rewriter.replaceOp(op, mapRows(b, adaptor.getInput(), type, body));
    return success();
  }
};

} // namespace

void ecolm::populateNormKernels(const TypeConverter &converter,
                                RewritePatternSet &patterns) {
  patterns.add<LayerNormLowering, RmsNormLowering>(converter,
                                                   patterns.getContext());
}

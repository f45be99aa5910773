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

#include "RowKernel.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace ecolm;

namespace {

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

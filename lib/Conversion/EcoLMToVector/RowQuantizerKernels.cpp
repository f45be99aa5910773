//===- RowQuantizerKernels.cpp - Quantizers with statistics ---------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Lowers the quantizers that look at a whole row before they round.
//
//===----------------------------------------------------------------------===//

#include "KernelBuilder.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace ecolm;

namespace {

/// The scale of each row comes from a reduction, whose order does not matter
/// for a maximum; the codes follow element by element.
struct QuantizeInt8Lowering : OpConversionPattern<QuantizeInt8Op> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(QuantizeInt8Op op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    KernelBuilder b(op.getLoc(), rewriter);
    auto type = cast<RankedTensorType>(op.getInput().getType());
    int64_t rank = type.getRank();
    Type f32 = b.getF32Type();
    SmallVector<OpFoldResult> sizes =
        tensor::getMixedSizes(b, b.getLoc(), adaptor.getInput());
    SmallVector<OpFoldResult> rowSizes(ArrayRef(sizes).drop_back());
    AffineMap identity = b.getMultiDimIdentityMap(rank);
    AffineMap rows = identity.getMajorSubMap(rank - 1);

    Value largest = tensor::EmptyOp::create(b, rowSizes, f32);
    Value floor = b.constant(f32, op.getEpsilon().convertToFloat());
    largest = linalg::FillOp::create(b, floor, largest).getResult(0);
    SmallVector<utils::IteratorType> reduce(rank,
                                            utils::IteratorType::parallel);
    reduce.back() = utils::IteratorType::reduction;
    largest = linalg::GenericOp::create(
                  b, largest.getType(), adaptor.getInput(), largest,
                  ArrayRef<AffineMap>{identity, rows}, reduce,
                  [](OpBuilder &nested, Location loc, ValueRange x) {
                    Value a = math::AbsFOp::create(nested, loc, x[0]);
                    Value m = arith::MaximumFOp::create(nested, loc, a, x[1]);
                    linalg::YieldOp::create(nested, loc, m);
                  })
                  .getResult(0);

    SmallVector<utils::IteratorType> parallel(rank,
                                              utils::IteratorType::parallel);
    Value codes = tensor::EmptyOp::create(b, sizes, b.getI8Type());
    codes = linalg::GenericOp::create(
                b, codes.getType(), ValueRange{adaptor.getInput(), largest},
                codes, ArrayRef<AffineMap>{identity, rows, identity}, parallel,
                [&](OpBuilder &nested, Location loc, ValueRange x) {
                  KernelBuilder k(loc, nested);
                  Value factor =
                      arith::DivFOp::create(k, k.constant(f32, 127.0), x[1]);
                  Value scaled = arith::MulFOp::create(k, x[0], factor);
                  Value rounded = math::RoundEvenOp::create(k, scaled);
                  // A NaN, whose scale is NaN as well, takes the bound.
                  Value low = arith::MaxNumFOp::create(k, rounded,
                                                       k.constant(f32, -128.0));
                  Value code =
                      arith::MinimumFOp::create(k, low, k.constant(f32, 127.0));
                  code = arith::FPToSIOp::create(k, k.getI8Type(), code);
                  linalg::YieldOp::create(k, code);
                })
                .getResult(0);

    Value scale = tensor::EmptyOp::create(b, rowSizes, f32);
    AffineMap each = b.getMultiDimIdentityMap(rank - 1);
    scale = linalg::GenericOp::create(
                b, scale.getType(), largest, scale,
                ArrayRef<AffineMap>{each, each}, ArrayRef(parallel).drop_back(),
                [&](OpBuilder &nested, Location loc, ValueRange x) {
                  KernelBuilder k(loc, nested);
                  Value s =
                      arith::DivFOp::create(k, x[0], k.constant(f32, 127.0));
                  linalg::YieldOp::create(k, s);
                })
                .getResult(0);
    rewriter.replaceOp(op, {codes, scale});
    return success();
  }
};

} // namespace

void ecolm::populateRowQuantizerKernels(const TypeConverter &converter,
                                        RewritePatternSet &patterns) {
  patterns.add<QuantizeInt8Lowering>(converter, patterns.getContext());
}

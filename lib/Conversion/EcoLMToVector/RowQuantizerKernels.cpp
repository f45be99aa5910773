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

#include "RowKernel.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace ecolm;

namespace {

/// The scale of each row comes from its largest element; the codes follow.
struct QuantizeInt8Lowering : OpConversionPattern<QuantizeInt8Op> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(QuantizeInt8Op op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    KernelBuilder b(op.getLoc(), rewriter);
    auto codesType = cast<RankedTensorType>(op.getCodes().getType());
    auto scaleType = cast<RankedTensorType>(op.getScale().getType());
    if (codesType.isDynamicDim(codesType.getRank() - 1))
      return op.emitOpError("needs a static last dimension");
    SmallVector<int64_t> columnShape(scaleType.getShape());
    columnShape.push_back(1);
    auto columnType = scaleType.clone(columnShape);
    double epsilon = op.getEpsilon().convertToFloat();

    auto body = [&](KernelBuilder &b, ValueRange rows,
                    ValueRange results) -> SmallVector<Value> {
      RowKernel row(b, rows[0]);
      Type f32 = b.getF32Type();
      Value largest = row.max(b.constant(f32, epsilon), [&](Value x) -> Value {
        return math::AbsFOp::create(b, x);
      });
      Value bound = b.constant(f32, 127.0);
      Value factor = row.splat(arith::DivFOp::create(b, bound, largest));
      Value codes = row.writeAll(results[0], [&](Value x, Value) -> Value {
        Value scaled = arith::MulFOp::create(b, x, factor);
        Value code = math::RoundEvenOp::create(b, scaled);
        // A NaN, whose scale is NaN as well, takes the bound.
        code = arith::MaxNumFOp::create(b, code, row.constant(-128.0));
        code = arith::MinimumFOp::create(b, code, row.constant(127.0));
        return arith::FPToSIOp::create(b, b.lanesOf(b.getI8Type()), code);
      });
      Value scale = arith::DivFOp::create(b, largest, bound);
      return {codes,
              tensor::InsertOp::create(b, scale, results[1], b.index(0))};
    };
    auto results =
        mapRows(b, adaptor.getInput(), {codesType, columnType}, body);
    // The column becomes a tensor with an element for every row.
    SmallVector<ReassociationIndices> grouping;
    for (int64_t d = 0; d < scaleType.getRank(); ++d)
      grouping.push_back({d});
    if (!grouping.empty())
      grouping.back().push_back(scaleType.getRank());
    Value scales =
        tensor::CollapseShapeOp::create(b, scaleType, results[1], grouping);
    rewriter.replaceOp(op, {results[0], scales});
    return success();
  }
};

} // namespace

void ecolm::populateRowQuantizerKernels(const TypeConverter &converter,
                                        RewritePatternSet &patterns) {
  patterns.add<QuantizeInt8Lowering>(converter, patterns.getContext());
}

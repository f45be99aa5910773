//===- WeightKernels.cpp - Weights ----------------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Lowers get_weight to a view of the weight section.
//
//===----------------------------------------------------------------------===//

#include "KernelBuilder.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace ecolm;

namespace {

/// A packed weight is its bytes, which only kernels can read; any other weight
/// is a tensor that nobody may write.
struct GetWeightLowering : OpConversionPattern<GetWeightOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(GetWeightOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto weight =
        SymbolTable::lookupNearestSymbolFrom<WeightOp>(op, op.getWeightAttr());
    auto offset = weight->getAttrOfType<IntegerAttr>("ecolm.offset");
    if (!offset)
      return op.emitOpError("names a weight without a place in the weight "
                            "section; run ecolm-place-weights first");
    auto section = SymbolTable::lookupNearestSymbolFrom<memref::GlobalOp>(
        op, rewriter.getStringAttr(kWeightSection));
    KernelBuilder b(op.getLoc(), rewriter);
    Value base = memref::GetGlobalOp::create(
        b, cast<MemRefType>(section.getType()), kWeightSection);
    auto tensorType = cast<RankedTensorType>(op.getType());
    Type converted = getTypeConverter()->convertType(tensorType);
    bool packed = isa<MemRefType>(converted);
    auto viewType =
        packed ? cast<MemRefType>(converted)
               : MemRefType::get(
                     tensorType.getShape(),
                     cast<RankedTensorType>(converted).getElementType());
    SmallVector<Value> sizes;
    if (packed)
      sizes.push_back(
          b.index(weight->getAttrOfType<IntegerAttr>("ecolm.bytes").getInt()));
    Value view = memref::ViewOp::create(b, viewType, base,
                                        b.index(offset.getInt()), sizes);
    if (packed) {
      rewriter.replaceOp(op, view);
      return success();
    }
    rewriter.replaceOp(op, bufferization::ToTensorOp::create(
                               b, converted, view, /*restrict=*/true,
                               /*writable=*/false));
    return success();
  }
};

} // namespace

void ecolm::populateWeightKernels(const TypeConverter &converter,
                                  RewritePatternSet &patterns) {
  patterns.add<GetWeightLowering>(converter, patterns.getContext());
}

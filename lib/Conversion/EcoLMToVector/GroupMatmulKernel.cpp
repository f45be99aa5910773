//===- GroupMatmulKernel.cpp - Products with scales of groups -------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Lowers group_matmul, row by row and 16 outputs side by side. Scales and
// offsets are matrices [N, G] in the order of Support/WeightOrder.h, so that
// the kernel reads them, like the weights, as one stream:
//
//   weights    k=0 k=1 ... k=B-1   k=B ...  k=2B-1   ...    16 lanes each
//   scales     g=0                 g=1               ...    16 lanes each
//
//===----------------------------------------------------------------------===//

#include "FactorKernel.h"
#include "GroupScales.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace ecolm;

namespace {

/// Emits the code of one row.
class GroupMatmulEmitter {
public:
  GroupMatmulEmitter(KernelBuilder &b, GroupMatmulOp op,
                     const WeightStream &weights, int32_t unit,
                     const GroupScales &scales)
      : b(b), weights(weights), scales(scales), inputs(weights.getShape().c),
        groupSize(std::min<int64_t>(op.getGroup(), inputs)), unit(unit) {
    bool isFloat = op.getInput().getType().getElementType().isF32();
    element = isFloat ? b.getF32Type() : Type(b.getI32Type());
  }

  /// Writes the products of the row `x` to `row`, whose length is a multiple of
  /// the lanes.
  Value emit(Value x, Value row) {
    Value sums = scales.hasOffsets() ? sumGroups(x) : Value();
    int64_t outputs = cast<RankedTensorType>(row.getType()).getDimSize(0);
    return b.loop(
        b.index(0), b.index(outputs), kLanes, {row, b.index(0), b.index(0)},
        [&](Value output, ValueRange c) -> SmallVector<Value> {
          auto [y, word, scaleWord] = emitOutputs(x, sums, c[1], c[2]);
          return {b.write(y, c[0], output), word, scaleWord};
        })[0];
  }

private:
  /// Element `k` of the row, as sums count it.
  Value read(Value x, Value k) {
    Value value = tensor::ExtractOp::create(b, x, k);
    return value.getType() == element
               ? value
               : Value(arith::ExtSIOp::create(b, element, value));
  }

  /// Where the group that starts at `k` ends.
  Value getEnd(Value k) {
    Value end = b.addIndex(k, groupSize);
    if (inputs % groupSize == 0)
      return end;
    return arith::MinUIOp::create(b, end, b.index(inputs));
  }

  /// The sums of the elements of every group, f32.
  Value sumGroups(Value x) {
    Value sums = tensor::EmptyOp::create(
        b, ArrayRef<int64_t>{scales.getNumGroups()}, b.getF32Type());
    auto addGroup = [&](Value start, ValueRange c) -> SmallVector<Value> {
      Value sum = b.loop(start, getEnd(start), 1, b.constant(element, 0),
                         [&](Value k, ValueRange acc) -> SmallVector<Value> {
                           return {b.add(acc[0], read(x, k))};
                         })[0];
      return {tensor::InsertOp::create(b, toFloat(b, sum), c[0], c[1]),
              b.addIndex(c[1], 1)};
    };
    return b.loop(b.index(0), b.index(inputs), groupSize, {sums, b.index(0)},
                  addGroup)[0];
  }

  /// The products of 16 outputs, and the words behind their weights and scales.
  std::tuple<Value, Value, Value> emitOutputs(Value x, Value sums, Value word,
                                              Value scaleWord) {
    VectorType lanes = b.lanesOf(element), floats = b.lanesOf(b.getF32Type());
    auto addGroup = [&](Value start, ValueRange c) -> SmallVector<Value> {
      auto products =
          b.loop(start, getEnd(start), 1, {b.constant(lanes, 0), c[1]},
                 [&](Value k, ValueRange acc) -> SmallVector<Value> {
                   Value xs = vector::BroadcastOp::create(b, lanes, read(x, k));
                   return {weights.accumulate(b, acc[0], xs, acc[1]),
                           b.addIndex(acc[1], weights.getStep())};
                 });
      Value sum;
      if (sums)
        sum = tensor::ExtractOp::create(b, sums, c[3]);
      Value y = scales.add(b, c[0], products[0], unit, c[2], sum);
      return {y, products[1], b.addIndex(c[2], kLanes), b.addIndex(c[3], 1)};
    };
    auto results =
        b.loop(b.index(0), b.index(inputs), groupSize,
               {b.constant(floats, 0), word, scaleWord, b.index(0)}, addGroup);
    return {results[0], results[1], results[2]};
  }

  KernelBuilder &b;
  const WeightStream &weights;
  const GroupScales &scales;
  int64_t inputs, groupSize;
  /// Sums are of this type: f32, or i32 in units of 2^unit.
  Type element;
  int32_t unit;
};

struct GroupMatmulLowering : OpConversionPattern<GroupMatmulOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(GroupMatmulOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    KernelBuilder b(op.getLoc(), rewriter);
    int32_t unit;
    auto weights = WeightStream::create(
        b, takeUnit(op.getWeights().getType(), unit), adaptor.getWeights());
    auto scales =
        GroupScales::create(b, op, adaptor.getScales(), adaptor.getOffsets());
    if (failed(weights) || failed(scales))
      return op.emitOpError(
          "expects weights, scales and offsets packed with 16 lanes");

    RankedTensorType type = op.getType();
    auto rows = mapRows(
        b, adaptor.getInput(), type,
        [&](KernelBuilder &b, ValueRange rows,
            ValueRange results) -> SmallVector<Value> {
          GroupMatmulEmitter emitter(b, op, *weights, unit, *scales);
          int64_t outputs = type.getShape().back();
          int64_t length = getPaddedLength(outputs);
          if (length == outputs)
            return {emitter.emit(rows[0], results[0])};
          Value padded = tensor::EmptyOp::create(b, ArrayRef<int64_t>{length},
                                                 type.getElementType());
          return {b.copyFront(emitter.emit(rows[0], padded), results[0])};
        });
    rewriter.replaceOp(op, rows);
    return success();
  }
};

} // namespace

void ecolm::populateGroupMatmulKernel(const TypeConverter &converter,
                                      RewritePatternSet &patterns) {
  patterns.add<GroupMatmulLowering>(converter, patterns.getContext());
}

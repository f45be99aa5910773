//===- KernelBuilder.cpp - Shorthand for kernels --------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Implements the words that kernels are written in.
//
//===----------------------------------------------------------------------===//

#include "KernelBuilder.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace ecolm;

Value KernelBuilder::index(int64_t value) {
  return arith::ConstantIndexOp::create(*this, value);
}

Value KernelBuilder::constant(Type type, double value) {
  Type element = getElementTypeOrSelf(type);
  TypedAttr attr = isa<FloatType>(element)
                       ? TypedAttr(getFloatAttr(element, value))
                       : TypedAttr(getIntegerAttr(element, value));
  if (auto vector = dyn_cast<VectorType>(type))
    attr = DenseElementsAttr::get(vector, Attribute(attr));
  return arith::ConstantOp::create(*this, attr);
}

Value KernelBuilder::integer(Type type, int64_t value) {
  TypedAttr attr = getIntegerAttr(getElementTypeOrSelf(type), value);
  if (auto vector = dyn_cast<VectorType>(type))
    attr = DenseElementsAttr::get(vector, Attribute(attr));
  return arith::ConstantOp::create(*this, attr);
}

Value KernelBuilder::add(Value a, Value b) {
  if (isa<FloatType>(getElementTypeOrSelf(a.getType())))
    return arith::AddFOp::create(*this, a, b);
  return arith::AddIOp::create(*this, a, b);
}

Value KernelBuilder::addIndex(Value a, int64_t b) {
  return b == 0 ? a : Value(arith::AddIOp::create(*this, a, index(b)));
}

Value KernelBuilder::read(VectorType type, Value source, Value at) {
  if (isa<MemRefType>(source.getType()))
    return vector::LoadOp::create(*this, type, source, at);
  Value padding = constant(type.getElementType(), 0);
  SmallVector<bool> inBounds = {true};
  return vector::TransferReadOp::create(*this, type, source, at, padding,
                                        ArrayRef<bool>(inBounds));
}

Value KernelBuilder::readPadded(VectorType type, Value source, Value at,
                                Value padding) {
  SmallVector<bool> inBounds = {false};
  return vector::TransferReadOp::create(*this, type, source, at, padding,
                                        ArrayRef<bool>(inBounds));
}

Value KernelBuilder::write(Value lanes, Value target, Value at,
                           bool inBoundsWrite) {
  SmallVector<bool> inBounds = {inBoundsWrite};
  return vector::TransferWriteOp::create(*this, lanes, target, at,
                                         ArrayRef<bool>(inBounds))
      .getResult();
}

Value KernelBuilder::copyFront(Value row, Value target) {
  auto type = cast<RankedTensorType>(target.getType());
  SmallVector<OpFoldResult> zero = {getIndexAttr(0)}, one = {getIndexAttr(1)};
  SmallVector<OpFoldResult> size = {getIndexAttr(type.getDimSize(0))};
  Value front =
      tensor::ExtractSliceOp::create(*this, type, row, zero, size, one);
  return tensor::InsertSliceOp::create(*this, front, target, zero, size, one);
}

SmallVector<Value> KernelBuilder::loop(Value from, Value to, int64_t step,
                                       ValueRange carried, LoopBody body) {
  auto loop = scf::ForOp::create(
      *this, from, to, index(step), carried,
      [&](OpBuilder &nested, Location loc, Value i, ValueRange values) {
        OpBuilder::InsertionGuard guard(*this);
        setInsertionPointToEnd(nested.getInsertionBlock());
        scf::YieldOp::create(*this, body(i, values));
      });
  return SmallVector<Value>(loop.getResults());
}

Value KernelBuilder::sumLanes(Value lanes) {
  for (int64_t half = kLanes / 2; half >= 1; half /= 2) {
    SmallVector<int64_t> low, high;
    for (int64_t j = 0; j < half; ++j) {
      low.push_back(j);
      high.push_back(j + half);
    }
    Value a = vector::ShuffleOp::create(*this, lanes, lanes, low);
    Value b = vector::ShuffleOp::create(*this, lanes, lanes, high);
    lanes = add(a, b);
  }
  return vector::ExtractOp::create(*this, lanes, ArrayRef<int64_t>{0});
}

// exp(x) = 2^n * exp(r) with n = round(x / ln 2) and |r| <= ln(2) / 2. ln 2 is
// split in two so that x - n * ln 2 loses nothing; the polynomial is Cephes'
// minimax polynomial for expf.
Value KernelBuilder::exp(Value x) {
  Type type = x.getType();
  auto mul = [&](Value a, Value b) -> Value {
    return arith::MulFOp::create(*this, a, b);
  };
  Type i32 = getI32Type();
  if (auto vector = dyn_cast<VectorType>(type))
    i32 = VectorType::get(vector.getShape(), i32);

  Value low = constant(type, -87.33654475), high = constant(type, 88.72283173);
  Value clamped = arith::MaximumFOp::create(*this, x, low);
  clamped = arith::MinimumFOp::create(*this, clamped, high);

  // Adding and subtracting 1.5 * 2^23 rounds to the nearest integer.
  Value magic = constant(type, 12582912.0);
  Value shifted = add(mul(clamped, constant(type, 1.44269504088896341)), magic);
  Value n = arith::SubFOp::create(*this, shifted, magic);
  Value r = arith::SubFOp::create(*this, clamped,
                                  mul(n, constant(type, 0.693359375)));
  r = arith::SubFOp::create(*this, r, mul(n, constant(type, -2.12194440e-4)));

  Value p = constant(type, 1.9875691500e-4);
  for (double c : {1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2,
                   1.6666665459e-1, 5.0000001201e-1})
    p = add(mul(p, r), constant(type, c));
  p = add(add(mul(p, mul(r, r)), r), constant(type, 1.0));

  // 2^n in two halves, since n may be 128.
  Value ni = arith::FPToSIOp::create(*this, i32, n);
  Value half = arith::ShRSIOp::create(*this, ni, integer(i32, 1));
  Value rest = arith::SubIOp::create(*this, ni, half);
  auto power = [&](Value e) -> Value {
    Value biased = arith::AddIOp::create(*this, e, integer(i32, 127));
    Value bits = arith::ShLIOp::create(*this, biased, integer(i32, 23));
    return arith::BitcastOp::create(*this, type, bits);
  };
  Value result = mul(mul(p, power(half)), power(rest));

  Value tooLow =
      arith::CmpFOp::create(*this, arith::CmpFPredicate::OLT, x, low);
  result = arith::SelectOp::create(*this, tooLow, constant(type, 0.0), result);
  Value tooHigh =
      arith::CmpFOp::create(*this, arith::CmpFPredicate::OGT, x, high);
  Value infinity = constant(type, std::numeric_limits<double>::infinity());
  return arith::SelectOp::create(*this, tooHigh, infinity, result);
}

SmallVector<Value> ecolm::mapRows(
    KernelBuilder &builder, ValueRange inputs,
    ArrayRef<RankedTensorType> resultTypes,
    function_ref<SmallVector<Value>(KernelBuilder &, ValueRange, ValueRange)>
        body) {
  auto firstType = cast<RankedTensorType>(inputs.front().getType());
  int64_t leading = firstType.getRank() - 1;

  SmallVector<OpFoldResult> bounds;
  for (int64_t d = 0; d < leading; ++d)
    bounds.push_back(
        tensor::getMixedSize(builder, builder.getLoc(), inputs.front(), d));
  SmallVector<Value> inits;
  for (RankedTensorType type : resultTypes) {
    SmallVector<OpFoldResult> sizes(bounds);
    sizes.push_back(builder.getIndexAttr(type.getShape().back()));
    inits.push_back(
        tensor::EmptyOp::create(builder, sizes, type.getElementType()));
  }
  if (leading == 0)
    return body(builder, inputs, inits);

  // The row of a rank-r tensor at leading indices `at`, as offsets and sizes.
  auto rowOf = [&](ValueRange at, RankedTensorType type,
                   SmallVector<OpFoldResult> &offsets,
                   SmallVector<OpFoldResult> &sizes,
                   SmallVector<OpFoldResult> &strides) {
    for (Value i : at)
      offsets.push_back(i);
    offsets.push_back(builder.getIndexAttr(0));
    sizes.assign(at.size(), builder.getIndexAttr(1));
    sizes.push_back(builder.getIndexAttr(type.getShape().back()));
    strides.assign(at.size() + 1, builder.getIndexAttr(1));
  };
  auto sliceRow = [&](Value tensor, ValueRange at) -> Value {
    auto type = cast<RankedTensorType>(tensor.getType());
    SmallVector<OpFoldResult> offsets, sizes, strides;
    rowOf(at, type, offsets, sizes, strides);
    auto rowType =
        RankedTensorType::get({type.getShape().back()}, type.getElementType());
    return tensor::ExtractSliceOp::create(builder, rowType, tensor, offsets,
                                          sizes, strides);
  };

  auto forall = scf::ForallOp::create(
      builder, bounds, inits, /*mapping=*/std::nullopt,
      [&](OpBuilder &nested, Location, ValueRange args) {
        OpBuilder::InsertionGuard guard(builder);
        builder.setInsertionPointToEnd(nested.getInsertionBlock());
        ValueRange at = args.take_front(leading);
        ValueRange targets = args.drop_front(leading);
        SmallVector<Value> rows, outs;
        for (Value input : inputs)
          rows.push_back(sliceRow(input, at));
        for (Value target : targets)
          outs.push_back(sliceRow(target, at));
        SmallVector<Value> results = body(builder, rows, outs);
        auto inParallel = scf::InParallelOp::create(builder);
        builder.setInsertionPointToStart(inParallel.getBody());
        for (auto [result, target] : llvm::zip_equal(results, targets)) {
          SmallVector<OpFoldResult> offsets, sizes, strides;
          rowOf(at, cast<RankedTensorType>(target.getType()), offsets, sizes,
                strides);
          tensor::ParallelInsertSliceOp::create(builder, result, target,
                                                offsets, sizes, strides);
        }
      });
  return SmallVector<Value>(forall.getResults());
}

//===- RowKernel.cpp - One row of floats, in vectors ----------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Loops over a row whose length need not be a multiple of the lanes.
//
//===----------------------------------------------------------------------===//

#include "RowKernel.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace ecolm;

Value RowKernel::readAt(Value source, Value at) {
  if (length % kLanes == 0)
    return b.read(lanes, source, at);
  return b.readPadded(lanes, source, at, b.constant(b.getF32Type(), 0));
}

Value RowKernel::keepInside(Value values, Value at, Value others) {
  if (length % kLanes == 0)
    return values;
  Value rest = arith::SubIOp::create(b, b.index(length), at);
  Value mask = vector::CreateMaskOp::create(b, b.lanesOf(b.getI1Type()),
                                            ValueRange{rest});
  return arith::SelectOp::create(b, mask, values, others);
}

Value RowKernel::sum(Term term) {
  Value zero = constant(0);
  Value partial = b.loop(b.index(0), b.index(length), kLanes, zero,
                         [&](Value at, ValueRange acc) -> SmallVector<Value> {
                           Value x = term(readAt(row, at));
                           return {b.add(acc[0], keepInside(x, at, zero))};
                         })[0];
  return b.sumLanes(partial);
}

Value RowKernel::max(Value least, Term term) {
  Value largest = b.loop(b.index(0), b.index(length), kLanes, splat(least),
                         [&](Value at, ValueRange acc) -> SmallVector<Value> {
                           Value x = term(readAt(row, at));
                           return {arith::MaximumFOp::create(
                               b, acc[0], keepInside(x, at, acc[0]))};
                         })[0];
  return vector::ReductionOp::create(b, vector::CombiningKind::MAXIMUMF,
                                     largest);
}

Value RowKernel::mean(Value sum) {
  return arith::DivFOp::create(b, sum, b.constant(b.getF32Type(), length));
}

Value RowKernel::inverseRoot(Value x, APFloat epsilon) {
  Type f32 = b.getF32Type();
  Value shifted = b.add(x, b.constant(f32, epsilon.convertToFloat()));
  Value root = math::SqrtOp::create(b, shifted);
  return arith::DivFOp::create(b, b.constant(f32, 1.0), root);
}

Value RowKernel::splat(Value scalar) {
  return vector::BroadcastOp::create(b, lanes, scalar);
}

Value RowKernel::writeAll(Value target, Lanes value) {
  return b.loop(b.index(0), b.index(length), kLanes, target,
                [&](Value at, ValueRange out) -> SmallVector<Value> {
                  Value y = value(readAt(row, at), at);
                  return {b.write(y, out[0], at, length % kLanes == 0)};
                })[0];
}

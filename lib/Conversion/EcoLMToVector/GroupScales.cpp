//===- GroupScales.cpp - Scales and offsets of groups ---------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Multiplies sums by scales, in the order of docs/Rationale/FloatOrder.md.
//
//===----------------------------------------------------------------------===//

#include "GroupScales.h"
#include <cmath>

using namespace mlir;
using namespace ecolm;

FailureOr<GroupScales> GroupScales::create(KernelBuilder &b, GroupMatmulOp op,
                                           Value scales, Value offsets) {
  GroupScales result;
  auto stream = WeightStream::create(b, op.getScales().getType(), scales);
  if (failed(stream))
    return failure();
  result.scales = *stream;
  if (!op.getOffsets())
    return result;
  stream = WeightStream::create(b, op.getOffsets().getType(), offsets);
  if (failed(stream))
    return failure();
  result.offsets = *stream;
  return result;
}

Value GroupScales::getFirst(KernelBuilder &b, Value outputs16) const {
  const FactorShape &shape = scales->getShape();
  int64_t last = shape.getNumGroups(kLanes) - 1;
  Value index = arith::MinUIOp::create(b, outputs16, b.index(last));
  return arith::MulIOp::create(b, index, b.index(shape.c * kLanes));
}

/// y + sum * factor, two roundings.
static Value addProduct(KernelBuilder &b, Value y, Value sum, Value factor) {
  if (factor.getType() != sum.getType())
    factor = arith::ExtFOp::create(b, sum.getType(), factor);
  return b.add(y, arith::MulFOp::create(b, sum, factor));
}

Value GroupScales::add(KernelBuilder &b, Value y, Value sum, int32_t unit,
                       Value at, Value inputs) const {
  sum = scaleByUnit(b, toFloat(b, sum), unit);
  y = addProduct(b, y, sum, scales->load(b, at));
  if (!offsets)
    return y;
  Value lanes = vector::BroadcastOp::create(b, y.getType(), inputs);
  return addProduct(b, y, lanes, offsets->load(b, at));
}

Value ecolm::toFloat(KernelBuilder &b, Value sum) {
  Type type = b.getF32Type();
  if (auto vector = dyn_cast<VectorType>(sum.getType()))
    type = vector.clone(type);
  return type == sum.getType() ? sum
                               : Value(arith::SIToFPOp::create(b, type, sum));
}

Value ecolm::scaleByUnit(KernelBuilder &b, Value value, int32_t unit) {
  if (unit == 0)
    return value;
  Value factor = b.constant(value.getType(), std::ldexp(1.0, unit));
  return arith::MulFOp::create(b, value, factor);
}

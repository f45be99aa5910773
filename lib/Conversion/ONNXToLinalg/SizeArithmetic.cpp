//===- SizeArithmetic.cpp - Arithmetic of sizes ---------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Computes sizes and indices that may be known only at run time.
//
//===----------------------------------------------------------------------===//

#include "SizeArithmetic.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace ecolm;

template <typename Op>
OpFoldResult
SizeArithmetic::combine(Size lhs, Size rhs,
                        llvm::function_ref<int64_t(int64_t, int64_t)> fold) {
  std::optional<int64_t> left = getConstantIntValue(lhs);
  std::optional<int64_t> right = getConstantIntValue(rhs);
  if (left && right)
    return constant(fold(*left, *right));
  return builder.createOrFold<Op>(loc, materialize(lhs), materialize(rhs));
}

OpFoldResult SizeArithmetic::add(Size lhs, Size rhs) {
  return combine<arith::AddIOp>(lhs, rhs, std::plus<int64_t>());
}

OpFoldResult SizeArithmetic::sub(Size lhs, Size rhs) {
  return combine<arith::SubIOp>(lhs, rhs, std::minus<int64_t>());
}

OpFoldResult SizeArithmetic::mul(Size lhs, Size rhs) {
  return combine<arith::MulIOp>(lhs, rhs, std::multiplies<int64_t>());
}

OpFoldResult SizeArithmetic::floorDiv(Size lhs, Size rhs) {
  return combine<arith::DivUIOp>(
      lhs, rhs, [](int64_t l, int64_t r) { return r ? l / r : 0; });
}

OpFoldResult SizeArithmetic::ceilDiv(Size lhs, Size rhs) {
  return combine<arith::CeilDivUIOp>(
      lhs, rhs, [](int64_t l, int64_t r) { return llvm::divideCeil(l, r); });
}

OpFoldResult SizeArithmetic::min(Size lhs, Size rhs) {
  return combine<arith::MinSIOp>(
      lhs, rhs, [](int64_t l, int64_t r) { return std::min(l, r); });
}

OpFoldResult SizeArithmetic::max(Size lhs, Size rhs) {
  return combine<arith::MaxSIOp>(
      lhs, rhs, [](int64_t l, int64_t r) { return std::max(l, r); });
}

OpFoldResult SizeArithmetic::selectEqual(Size tested, int64_t expected,
                                         Size lhs, Size rhs) {
  if (lhs == rhs)
    return lhs;
  if (std::optional<int64_t> value = getConstantIntValue(tested))
    return *value == expected ? lhs : rhs;
  Value equal = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq,
                                      materialize(tested),
                                      materialize(constant(expected)));
  return builder.createOrFold<arith::SelectOp>(loc, equal, materialize(lhs),
                                               materialize(rhs));
}

OpFoldResult SizeArithmetic::wrap(Size index, Size size) {
  if (std::optional<int64_t> value = getConstantIntValue(index))
    return *value < 0 ? add(index, size) : index;
  Value negative =
      arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::slt,
                            materialize(index), materialize(constant(0)));
  return builder.createOrFold<arith::SelectOp>(
      loc, negative, materialize(add(index, size)), materialize(index));
}

OpFoldResult SizeArithmetic::product(ArrayRef<Size> sizes) {
  Size result = constant(1);
  for (Size size : sizes)
    result = mul(result, size);
  return result;
}

OpFoldResult SizeArithmetic::fromInteger(Value integer) {
  if (std::optional<int64_t> value = getConstantIntValue(integer))
    return constant(*value);
  return builder.createOrFold<arith::IndexCastOp>(loc, builder.getIndexType(),
                                                  integer);
}

Value SizeArithmetic::toInteger(Size size, Type type) {
  if (std::optional<int64_t> value = getConstantIntValue(size))
    return arith::ConstantOp::create(builder, loc,
                                     builder.getIntegerAttr(type, *value));
  return builder.createOrFold<arith::IndexCastOp>(loc, type, materialize(size));
}

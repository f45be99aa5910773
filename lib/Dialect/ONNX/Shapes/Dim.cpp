//===- Dim.cpp - The size of a dimension -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Arithmetic on sizes that never overflows silently.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/ONNX/Shapes/Dim.h"
#include "llvm/Support/CheckedArithmetic.h"
#include <limits>

namespace ecolm::onnx {

static Dim orUnknown(std::optional<int64_t> value) {
  return value ? Dim(*value) : Dim();
}

Dim add(Dim lhs, Dim rhs) {
  if (lhs.isNumber(0))
    return rhs;
  if (rhs.isNumber(0))
    return lhs;
  if (!lhs.isNumber() || !rhs.isNumber())
    return Dim();
  return orUnknown(llvm::checkedAdd(lhs.getNumber(), rhs.getNumber()));
}

Dim subtract(Dim lhs, Dim rhs) {
  if (rhs.isNumber(0))
    return lhs;
  if (lhs.provablyEquals(rhs))
    return Dim(0);
  if (!lhs.isNumber() || !rhs.isNumber())
    return Dim();
  return orUnknown(llvm::checkedSub(lhs.getNumber(), rhs.getNumber()));
}

Dim multiply(Dim lhs, Dim rhs) {
  if (lhs.isNumber(1) || rhs.isNumber(0))
    return rhs;
  if (rhs.isNumber(1) || lhs.isNumber(0))
    return lhs;
  if (!lhs.isNumber() || !rhs.isNumber())
    return Dim();
  return orUnknown(llvm::checkedMul(lhs.getNumber(), rhs.getNumber()));
}

Dim divide(Dim lhs, Dim rhs) {
  if (rhs.isNumber(1))
    return lhs;
  bool defined =
      lhs.isNumber() && rhs.isNumber() && rhs.getNumber() != 0 &&
      !(lhs.isNumber(std::numeric_limits<int64_t>::min()) && rhs.isNumber(-1));
  return defined ? Dim(lhs.getNumber() / rhs.getNumber()) : Dim();
}

} // namespace ecolm::onnx

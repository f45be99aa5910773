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
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CheckedArithmetic.h"
#include <limits>

using namespace mlir;

namespace ecolm::onnx {

static Dim orUnknown(std::optional<int64_t> value) {
  return value ? Dim(*value) : Dim();
}

/// The most symbols that are added up: longer sums are not worth a name.
static constexpr size_t kMostParts = 8;

SmallVector<StringRef> getParts(StringAttr symbol) {
  SmallVector<StringRef> parts;
  StringRef text = symbol.getValue();
  if (text.consume_front("?(") && text.consume_back(")"))
    text.split(parts, '+');
  else
    parts.push_back(symbol.getValue());
  return parts;
}

/// `?(a+b)`, in the order of the names. A name that is spelled like a sum is in
/// none.
static Dim makeSum(SmallVector<StringRef> parts, MLIRContext *context) {
  if (parts.size() == 1)
    return Dim(StringAttr::get(context, parts[0]));
  bool isClear = llvm::none_of(parts, [](StringRef part) {
    return part.find_first_of("+()") != StringRef::npos;
  });
  if (!isClear || parts.size() > kMostParts)
    return Dim();
  llvm::sort(parts);
  return Dim(StringAttr::get(context, "?(" + llvm::join(parts, "+") + ")"));
}

Dim add(Dim lhs, Dim rhs) {
  if (lhs.isNumber(0))
    return rhs;
  if (rhs.isNumber(0))
    return lhs;
  if (lhs.isSymbol() && rhs.isSymbol()) {
    SmallVector<StringRef> parts = getParts(lhs.getSymbol());
    llvm::append_range(parts, getParts(rhs.getSymbol()));
    return makeSum(parts, lhs.getSymbol().getContext());
  }
  if (!lhs.isNumber() || !rhs.isNumber())
    return Dim();
  return orUnknown(llvm::checkedAdd(lhs.getNumber(), rhs.getNumber()));
}

Dim subtract(Dim lhs, Dim rhs) {
  if (rhs.isNumber(0))
    return lhs;
  if (lhs.provablyEquals(rhs))
    return Dim(0);
  if (lhs.isSymbol() && rhs.isSymbol()) {
    SmallVector<StringRef> parts = getParts(lhs.getSymbol());
    for (StringRef part : getParts(rhs.getSymbol())) {
      auto *found = llvm::find(parts, part);
      if (found == parts.end())
        return Dim();
      parts.erase(found);
    }
    return makeSum(parts, lhs.getSymbol().getContext());
  }
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

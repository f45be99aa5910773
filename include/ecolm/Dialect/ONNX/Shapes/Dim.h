//===- Dim.h - The size of a dimension -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// A size that is a number, a symbol, or not known.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ONNX_SHAPES_DIM_H
#define ECOLM_DIALECT_ONNX_SHAPES_DIM_H

#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>

namespace ecolm::onnx {

/// The size of a dimension, or an integer that a shape is computed from.
///
/// A symbol is a size that the run decides, so it is never negative; two dims
/// with the same symbol are equal in every run. Only the dims of the model's
/// inputs have symbols of the model; the rest are made up: `?0`, `?1`, ..., and
/// `?(a+b)`, which is the sum of two sizes.
/// An unknown dim is an integer about which nothing is known.
class Dim {
public:
  /// An unknown integer.
  Dim() = default;
  /// A number.
  Dim(int64_t value) : value(value) {}
  /// A size with a name.
  explicit Dim(mlir::StringAttr symbol) : symbol(symbol) {}

  bool isNumber() const { return value.has_value(); }
  bool isNumber(int64_t number) const { return value == number; }
  bool isSymbol() const { return symbol != nullptr; }
  bool isUnknown() const { return !isNumber() && !isSymbol(); }
  int64_t getNumber() const { return *value; }
  mlir::StringAttr getSymbol() const { return symbol; }

  /// True if the two are equal in every run.
  bool provablyEquals(Dim other) const {
    return !isUnknown() && value == other.value && symbol == other.symbol;
  }
  /// True if the two are different in every run.
  bool provablyDiffers(Dim other) const {
    return isNumber() && other.isNumber() && *value != *other.value;
  }

private:
  std::optional<int64_t> value;
  mlir::StringAttr symbol;
};

/// The symbols that `symbol` is the sum of: itself, if it is none.
llvm::SmallVector<llvm::StringRef> getParts(mlir::StringAttr symbol);

/// Exact integer arithmetic: a number if both are numbers and it does not
/// overflow, an operand if the other is neutral, the sum of symbols or what is
/// left of one, otherwise unknown.
Dim add(Dim lhs, Dim rhs);
Dim subtract(Dim lhs, Dim rhs);
Dim multiply(Dim lhs, Dim rhs);
/// Division rounding towards zero; unknown if it is not defined.
Dim divide(Dim lhs, Dim rhs);

} // namespace ecolm::onnx

#endif // ECOLM_DIALECT_ONNX_SHAPES_DIM_H

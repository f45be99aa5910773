//===- SizeArithmetic.h - Arithmetic of sizes ----------------- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Computes sizes and indices that may be known only at run time.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_CONVERSION_ONNXTOLINALG_SIZEARITHMETIC_H
#define ECOLM_CONVERSION_ONNXTOLINALG_SIZEARITHMETIC_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"

namespace ecolm {

/// Computes with sizes and indices; what is constant never reaches the IR.
class SizeArithmetic {
public:
  SizeArithmetic(mlir::OpBuilder &builder, mlir::Location loc)
      : builder(builder), loc(loc) {}

  using Size = mlir::OpFoldResult;

  /// The constant `value`.
  Size constant(int64_t value) { return builder.getIndexAttr(value); }
  Size add(Size lhs, Size rhs);
  Size sub(Size lhs, Size rhs);
  Size mul(Size lhs, Size rhs);
  /// Quotients of numbers that are not negative, by positive ones.
  Size floorDiv(Size lhs, Size rhs);
  Size ceilDiv(Size lhs, Size rhs);
  Size min(Size lhs, Size rhs);
  Size max(Size lhs, Size rhs);
  /// `lhs` if `tested == expected`, else `rhs`.
  Size selectEqual(Size tested, int64_t expected, Size lhs, Size rhs);
  /// `index`, counted from the end of `size` when it is negative.
  Size wrap(Size index, Size size);
  /// Product of all sizes.
  Size product(llvm::ArrayRef<Size> sizes);

  /// `size` as a value of type index.
  mlir::Value materialize(Size size) {
    return mlir::getValueOrCreateConstantIndexOp(builder, loc, size);
  }
  /// `integer`, of any integer type, as an index.
  Size fromInteger(mlir::Value integer);
  /// `size` as an integer of type `type`.
  mlir::Value toInteger(Size size, mlir::Type type);

private:
  template <typename Op>
  Size combine(Size lhs, Size rhs,
               llvm::function_ref<int64_t(int64_t, int64_t)>);

  mlir::OpBuilder &builder;
  mlir::Location loc;
};

} // namespace ecolm

#endif // ECOLM_CONVERSION_ONNXTOLINALG_SIZEARITHMETIC_H

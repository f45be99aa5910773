//===- GPUKernelBuilder.h - Arithmetic of kernels ---------------*- C++ -*-===//
//-*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Builds the scalar arithmetic that the bodies of GPU kernels consist of.
//
//===----------------------------------------------------------------------===//

#ifndef LIB_CONVERSION_ECOLMTOGPU_GPUKERNELBUILDER_H
#define LIB_CONVERSION_ECOLMTOGPU_GPUKERNELBUILDER_H

#include "ecolm/Dialect/EcoLM/IR/EcoLMAttributes.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace ecolm {

/// The two conditions that a ternary weight is: at most one of them holds.
struct TernaryCode {
  mlir::Value isPlus, isMinus;
};

/// An `ImplicitLocOpBuilder` that knows the arithmetic of low-bit weights.
class GPUKernelBuilder : public mlir::ImplicitLocOpBuilder {
public:
  using ImplicitLocOpBuilder::ImplicitLocOpBuilder;

  mlir::Value index(int64_t value);
  mlir::Value i32(int64_t value);
  /// The zero of `type`, an integer or float type.
  mlir::Value zero(mlir::Type type);

  /// Unsigned arithmetic on two values of one integer or index type.
  mlir::Value add(mlir::Value lhs, mlir::Value rhs);
  mlir::Value mul(mlir::Value lhs, int64_t rhs);
  mlir::Value div(mlir::Value lhs, int64_t rhs);
  mlir::Value rem(mlir::Value lhs, int64_t rhs);
  /// `value`, an index, as i32.
  mlir::Value toI32(mlir::Value value);

  /// `sum + x * w` for a ternary `w`, by selections and additions only.
  mlir::Value addTernaryTerm(mlir::Value sum, mlir::Value x, TernaryCode w);

  /// `sum + x * w` for the power of two with the signed code `code` (0 is zero,
  /// otherwise `sign * (e - min + 1)`). On i32 the term is counted in units of
  /// `2^min`; on f32 it is the rounded product, made as `arithmetic` says.
  mlir::Value addPotTerm(mlir::Value sum, mlir::Value x, mlir::Value code,
                         int32_t min, Arithmetic arithmetic);

  /// The integer that a power-of-two code stands for, in units of `2^min`.
  mlir::Value decodePot(mlir::Value code);

  /// `x * 2^exponent`, correctly rounded, with integer operations on the bits.
  mlir::Value addExponent(mlir::Value x, mlir::Value exponent);

  /// Calls `body` with every iteration `i` in [from, to) by `step` and the
  /// value carried along; gives the last one.
  mlir::Value loop(
      mlir::Value from, mlir::Value to, mlir::Value step, mlir::Value init,
      llvm::function_ref<mlir::Value(mlir::Value i, mlir::Value carried)> body);

  /// As above, with nothing carried.
  void loop(mlir::Value from, mlir::Value to, mlir::Value step,
            llvm::function_ref<void(mlir::Value i)> body);

private:
  /// `x << shift` with the sign of `code`, or 0 where `code` is 0.
  mlir::Value shiftByCode(mlir::Value x, mlir::Value code);
};

} // namespace ecolm

#endif // LIB_CONVERSION_ECOLMTOGPU_GPUKERNELBUILDER_H

//===- Intrinsics.h - Instructions without an operation ---------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// What lowerings to one machine's instructions have in common.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_TARGET_CPU_INTRINSICS_H
#define ECOLM_LIB_TARGET_CPU_INTRINSICS_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace ecolm {

/// A vector of integers that all are `value`.
inline mlir::Value getSplat(mlir::ImplicitLocOpBuilder &b,
                            mlir::VectorType type, int64_t value) {
  auto attr = b.getIntegerAttr(type.getElementType(), value);
  return mlir::arith::ConstantOp::create(
      b, mlir::DenseElementsAttr::get(type, attr));
}

/// The result of LLVM's intrinsic `name`.
inline mlir::Value callIntrinsic(mlir::ImplicitLocOpBuilder &b,
                                 llvm::StringRef name, mlir::Type type,
                                 mlir::ValueRange operands) {
  return mlir::LLVM::CallIntrinsicOp::create(b, type, b.getStringAttr(name),
                                             operands)
      .getResult(0);
}

} // namespace ecolm

#endif // ECOLM_LIB_TARGET_CPU_INTRINSICS_H

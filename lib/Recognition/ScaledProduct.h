//===- ScaledProduct.h - Scales of rows behind products ------- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Finds products of codes whose scale comes behind the product, and moves it.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RECOGNITION_SCALEDPRODUCT_H
#define ECOLM_LIB_RECOGNITION_SCALEDPRODUCT_H

#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"
#include "mlir/IR/Builders.h"

namespace ecolm {

/// `number` times powers of values.
struct Monomial {
  double number = 1;
  llvm::SmallVector<std::pair<mlir::Value, int>> powers;

  /// This times `value^exponent`, which is taken apart.
  void multiply(mlir::Value value, int exponent);
  int getPower(mlir::Value value) const;
};

/// `(round(x / scale) @ weights) * .. scale ..`, with a scale for each row that
/// x is divided by, or multiplied by its inverse.
struct ScaledProduct {
  /// The MatMul or Gemm of the codes, and the last node that scales its result.
  onnx::NodeOp product, tail;
  mlir::Value scale;
  /// True if x is divided by `scale`, false if it is multiplied.
  bool divides;
  /// What scales the result besides the rows' own scale.
  Monomial rest;

  /// The codes in front of the product with their scale: the quantized rows.
  mlir::Value createRows(mlir::OpBuilder &builder) const;
  /// Multiplies `rows` in place of the codes, and scales by the rest only.
  void moveScale(mlir::Value rows, mlir::OpBuilder &builder);
};

/// The products below `module` of codes with stored weights.
llvm::SmallVector<ScaledProduct> findScaledProducts(mlir::ModuleOp module);

} // namespace ecolm

#endif // ECOLM_LIB_RECOGNITION_SCALEDPRODUCT_H

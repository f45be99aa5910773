//===- QuantizedProduct.h - Products with quantized matrices ----*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Writes products with matrices that were quantized at compile time.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_DIALECT_ECOLM_TRANSFORMS_QUANTIZEDPRODUCT_H
#define ECOLM_LIB_DIALECT_ECOLM_TRANSFORMS_QUANTIZEDPRODUCT_H

#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "ecolm/Support/LearnedRotation.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Builders.h"

namespace ecolm {

/// Bits that one code of `recipe` takes in a program.
int32_t getStoredBits(const QuantizationRecipe &recipe);

/// Declares matrices and replaces the products that read them.
class QuantizedProductBuilder {
public:
  QuantizedProductBuilder(mlir::ModuleOp module,
                          const QuantizationRecipe &recipe);

  /// Declares `values`, the codes of the matrix `weight`, for the products that
  /// follow, whose inputs are to be rotated by `rotation` if that is given.
  void declare(WeightOp weight, const QuantizedValues &values,
               const std::optional<GivensButterfly> &rotation);

  /// Replaces a product with the matrix that was declared last.
  void replace(MatmulOp product);

  /// Replaces `gather`, which reads rows of the matrix at the indices that are
  /// its input.
  void replace(mlir::linalg::GenericOp gather);

private:
  mlir::FlatSymbolRefAttr declareWeight(llvm::StringRef name,
                                        mlir::RankedTensorType type,
                                        llvm::ArrayRef<char> bytes,
                                        std::optional<Packing> packing);
  mlir::FlatSymbolRefAttr declareFloats(llvm::StringRef name,
                                        llvm::ArrayRef<int64_t> shape,
                                        llvm::ArrayRef<float> values,
                                        bool isHalf);
  mlir::FlatSymbolRefAttr declareCodes(llvm::StringRef name,
                                       llvm::ArrayRef<int8_t> codes);
  mlir::Value read(mlir::OpBuilder &builder, mlir::Location loc,
                   mlir::FlatSymbolRefAttr symbol);
  void declareHadamard();
  void declareRotation(const GivensButterfly &rotation);
  mlir::Value scale(mlir::OpBuilder &builder, mlir::Location loc,
                    mlir::Value product);

  mlir::ModuleOp module;
  mlir::SymbolTable symbols;
  const QuantizationRecipe &recipe;
  /// Element type of the codes.
  mlir::Type element;
  /// Factors of the Hadamard matrix of a length, in the order of their use.
  llvm::DenseMap<int64_t, llvm::SmallVector<mlir::FlatSymbolRefAttr>> hadamard;

  /// The matrix that was declared last.
  llvm::SmallVector<mlir::FlatSymbolRefAttr> codes, rotation;
  mlir::FlatSymbolRefAttr scales, offsets;
  /// Scales of rows for embeddings, which have no sum to scale.
  std::vector<float> rowScales;
  std::string name;
  int64_t rows = 0, columns = 0, group = 0;
};

} // namespace ecolm

#endif // ECOLM_LIB_DIALECT_ECOLM_TRANSFORMS_QUANTIZEDPRODUCT_H

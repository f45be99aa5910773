//===- KernelBuilder.h - Shorthand for kernels ------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// A builder with the few words that kernels are written in.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_CONVERSION_ECOLMTOVECTOR_KERNELBUILDER_H
#define ECOLM_LIB_CONVERSION_ECOLMTOVECTOR_KERNELBUILDER_H

#include "ecolm/Conversion/EcoLMToVector/EcoLMToVector.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/DialectConversion.h"

namespace ecolm {

/// Builds kernel code at one location.
class KernelBuilder : public mlir::ImplicitLocOpBuilder {
public:
  using ImplicitLocOpBuilder::ImplicitLocOpBuilder;
  using LoopBody = llvm::function_ref<llvm::SmallVector<mlir::Value>(
      mlir::Value index, mlir::ValueRange carried)>;

  mlir::VectorType lanesOf(mlir::Type element) {
    return mlir::VectorType::get(kLanes, element);
  }
  mlir::Value index(int64_t value);
  /// A constant of `type` (scalar or vector); floats take `value` as written.
  mlir::Value constant(mlir::Type type, double value);
  mlir::Value integer(mlir::Type type, int64_t value);
  mlir::Value add(mlir::Value a, mlir::Value b);
  mlir::Value addIndex(mlir::Value a, int64_t b);

  /// Reads lanes [at, at + width) of a one-dimensional tensor or memref, all in
  /// bounds.
  mlir::Value read(mlir::VectorType type, mlir::Value source, mlir::Value at);
  /// Reads lanes of a one-dimensional tensor, `padding` beyond its end.
  mlir::Value readPadded(mlir::VectorType type, mlir::Value source,
                         mlir::Value at, mlir::Value padding);
  /// Returns `target` with lanes from `at` on replaced; lanes past the end are
  /// dropped unless `inBounds`.
  mlir::Value write(mlir::Value lanes, mlir::Value target, mlir::Value at,
                    bool inBounds = true);

  /// Returns `target`, a row, filled with the first elements of `row`.
  mlir::Value copyFront(mlir::Value row, mlir::Value target);

  /// `for i = from; i < to; i += step` over carried values.
  llvm::SmallVector<mlir::Value> loop(mlir::Value from, mlir::Value to,
                                      int64_t step, mlir::ValueRange carried,
                                      LoopBody body);

  /// Combines 16 lanes pairwise: 16 -> 8 -> 4 -> 2 -> 1, lane j with j + half.
  mlir::Value sumLanes(mlir::Value lanes);

  /// exp(x), within 2 ulp, from separate multiplications and additions;
  /// f32 scalar or vector. Results below 2^-126 are 0.
  mlir::Value exp(mlir::Value x);
};

/// Applies `body` to every row (last dimension) of `inputs`, which share their
/// leading dimensions, and collects the rows it returns in `resultTypes`.
/// `body` gets the row of every input and, for every result, the row to be
/// written; rows of rank 0 (results without a last dimension) are not
/// supported. Rows run in parallel.
llvm::SmallVector<mlir::Value> mapRows(
    KernelBuilder &builder, mlir::ValueRange inputs,
    llvm::ArrayRef<mlir::RankedTensorType> resultTypes,
    llvm::function_ref<llvm::SmallVector<mlir::Value>(KernelBuilder &builder,
                                                      mlir::ValueRange rows,
                                                      mlir::ValueRange results)>
        body);

void populateElementwiseKernels(const mlir::TypeConverter &converter,
                                mlir::RewritePatternSet &patterns, bool fpu);
void populateLinearKernels(const mlir::TypeConverter &converter,
                           mlir::RewritePatternSet &patterns);
/// With `hasFMA` the target multiplies and adds floats in one instruction.
void populateFusedButterflyKernel(const mlir::TypeConverter &converter,
                                  mlir::RewritePatternSet &patterns,
                                  bool hasFMA);
/// What kernels of bytes ask of the target.
struct ByteTarget {
  /// Products of codes up to this cost no more than of small ones.
  int64_t inPlace;
  /// Rows that share an unpacked tile, as long as there are so many.
  int64_t rows;
};
void populateByteMatmulKernel(const mlir::TypeConverter &converter,
                              mlir::RewritePatternSet &patterns,
                              ByteTarget target);

/// What kernels of floats ask of the target.
struct FloatTarget {
  /// Whether it multiplies and adds in one instruction.
  bool fma;
  /// Vectors of 16 sums that its registers hold beside what is added to them.
  int64_t sums;
};
void populateFloatMatmulKernel(const mlir::TypeConverter &converter,
                               mlir::RewritePatternSet &patterns,
                               FloatTarget target);
void populateEmbeddingKernel(const mlir::TypeConverter &converter,
                             mlir::RewritePatternSet &patterns);
void populateGroupMatmulKernel(const mlir::TypeConverter &converter,
                               mlir::RewritePatternSet &patterns);
void populateMathKernels(const mlir::TypeConverter &converter,
                         mlir::RewritePatternSet &patterns);
void populateNormKernels(const mlir::TypeConverter &converter,
                         mlir::RewritePatternSet &patterns);
void populateAttentionKernels(const mlir::TypeConverter &converter,
                              mlir::RewritePatternSet &patterns);
void populateRowQuantizerKernels(const mlir::TypeConverter &converter,
                                 mlir::RewritePatternSet &patterns);
void populateWeightKernels(const mlir::TypeConverter &converter,
                           mlir::RewritePatternSet &patterns);

} // namespace ecolm

#endif // ECOLM_LIB_CONVERSION_ECOLMTOVECTOR_KERNELBUILDER_H

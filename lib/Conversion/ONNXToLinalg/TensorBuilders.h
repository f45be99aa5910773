//===- TensorBuilders.h - Builds linalg operations ------------ -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Builds the elementwise operations, broadcasts and reductions that
// conversions are made of.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_CONVERSION_ONNXTOLINALG_TENSORBUILDERS_H
#define ECOLM_CONVERSION_ONNXTOLINALG_TENSORBUILDERS_H

#include "ecolm/Conversion/ONNXNodes/RunTimeChecks.h"
#include "mlir/IR/Builders.h"

namespace ecolm {

/// Computes one element from elements.
using ScalarBody = llvm::function_ref<mlir::Value(mlir::ImplicitLocOpBuilder &,
                                                  mlir::ValueRange)>;

/// A tensor of type `type` with undefined elements; `sizes` are those of all
/// its dimensions.
mlir::Value createEmpty(GraphRewriter &rewriter, mlir::Location loc,
                        mlir::RankedTensorType type,
                        llvm::ArrayRef<mlir::OpFoldResult> sizes);

/// A tensor of type `type` that holds `value` everywhere.
mlir::Value createFilled(GraphRewriter &rewriter, mlir::Location loc,
                         mlir::RankedTensorType type,
                         llvm::ArrayRef<mlir::OpFoldResult> sizes,
                         mlir::Value value);

/// Applies `body` to corresponding elements of `operands`, which broadcast to
/// `type` as numpy does. Constants of one element move into the body. Short
/// lists of integers are computed as scalars.
mlir::Value createElementwise(GraphRewriter &rewriter, mlir::Location loc,
                              mlir::ValueRange operands,
                              mlir::RankedTensorType type, ScalarBody body);

/// `input`, broadcast to `sizes`, the sizes of `type`.
mlir::Value createBroadcast(GraphRewriter &rewriter, mlir::Location loc,
                            mlir::Value input, mlir::RankedTensorType type,
                            llvm::ArrayRef<mlir::OpFoldResult> sizes);

/// Folds the elements of `input` along `axes`, upward, from `init`:
/// `acc = body(acc, element)`. The axes vanish from the result.
mlir::Value createReduction(GraphRewriter &rewriter, mlir::Location loc,
                            mlir::Value input, llvm::ArrayRef<int64_t> axes,
                            mlir::Type elementType, mlir::Value init,
                            ScalarBody body);

/// True for a static list of at most 16 integers or one integer, the form of
/// shapes and sizes; they are computed as scalars.
bool isShapeLike(mlir::Type type);

/// The elements of the shape-like `tensor`.
llvm::SmallVector<mlir::Value>
getScalars(GraphRewriter &rewriter, mlir::Location loc, mlir::Value tensor);

/// The shape-like tensor of type `type` made of `scalars`.
mlir::Value createFromScalars(GraphRewriter &rewriter, mlir::Location loc,
                              mlir::RankedTensorType type,
                              mlir::ValueRange scalars);

} // namespace ecolm

#endif // ECOLM_CONVERSION_ONNXTOLINALG_TENSORBUILDERS_H

//===- RunTimeAxes.h - Axes that the run names ---------------- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Inserts and drops dimensions of which only the run knows where they are.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_CONVERSION_ONNXTOLINALG_RUNTIMEAXES_H
#define ECOLM_CONVERSION_ONNXTOLINALG_RUNTIMEAXES_H

#include "ecolm/Conversion/ONNXNodes/GraphRewriter.h"

namespace ecolm {

/// For each of `rank` dimensions whether `axes`, a list or one number, names
/// it; `otherwise` for all of them where the list is empty.
llvm::SmallVector<mlir::Value> createAxisFlags(GraphRewriter &rewriter,
                                               mlir::Location loc,
                                               mlir::Value axes, int64_t rank,
                                               mlir::Value otherwise);

/// `tensor` without the dimensions that `flags` mark, which have size one.
mlir::Value dropMarkedDims(GraphRewriter &rewriter, mlir::Location loc,
                           mlir::Value tensor, mlir::ValueRange flags,
                           mlir::RankedTensorType type);

/// `tensor` with dimensions of one where `flags` mark those of the result.
mlir::Value insertMarkedDims(GraphRewriter &rewriter, mlir::Location loc,
                             mlir::Value tensor, mlir::ValueRange flags,
                             mlir::RankedTensorType type);

} // namespace ecolm

#endif // ECOLM_CONVERSION_ONNXTOLINALG_RUNTIMEAXES_H

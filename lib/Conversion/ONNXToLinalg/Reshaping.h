//===- Reshaping.h - Changes shapes --------------------------- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Builds reshapes out of collapsing and expanding groups of dimensions.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_CONVERSION_ONNXTOLINALG_RESHAPING_H
#define ECOLM_CONVERSION_ONNXTOLINALG_RESHAPING_H

#include "ecolm/Conversion/ONNXNodes/GraphRewriter.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"

namespace ecolm {

/// `input` with a dimension of size one at each of `axes`, which count the
/// dimensions of the result and increase.
mlir::Value insertUnitDims(GraphRewriter &rewriter, mlir::Location loc,
                           mlir::Value input, llvm::ArrayRef<int64_t> axes);

/// `input` without its dimensions `axes`, which have size one and increase.
mlir::Value removeUnitDims(GraphRewriter &rewriter, mlir::Location loc,
                           mlir::Value input, llvm::ArrayRef<int64_t> axes);

/// The elements of `input` in row-major order as a tensor of type `type` whose
/// dimensions have `sizes`; the caller knows that the numbers of elements
/// agree. Dimensions are collapsed and expanded in groups as small as can be
/// proved.
mlir::Value createReshape(GraphRewriter &rewriter, mlir::Location loc,
                          mlir::Value input, mlir::RankedTensorType type,
                          llvm::ArrayRef<mlir::OpFoldResult> sizes);

} // namespace ecolm

#endif // ECOLM_CONVERSION_ONNXTOLINALG_RESHAPING_H

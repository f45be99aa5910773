//===- Product.h - Products of tensors ------------------------ -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Builds products of tensors.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_CONVERSION_ONNXTOLINALG_PRODUCT_H
#define ECOLM_CONVERSION_ONNXTOLINALG_PRODUCT_H

#include "ecolm/Conversion/ONNXNodes/GraphRewriter.h"

namespace ecolm {

/// `lhs @ rhs` as numpy's matmul defines it, summed upward.
mlir::Value createProduct(mlir::Location loc, mlir::Value lhs, mlir::Value rhs,
                          mlir::RankedTensorType type, GraphRewriter &rewriter);

} // namespace ecolm

#endif // ECOLM_CONVERSION_ONNXTOLINALG_PRODUCT_H

//===- ScaledProduct.h - A product times scales --------------- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Scales the elements of a product.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ECOLM_TRANSFORMS_SCALEDPRODUCT_H
#define ECOLM_DIALECT_ECOLM_TRANSFORMS_SCALEDPRODUCT_H

#include "mlir/IR/AffineMap.h"
#include "mlir/IR/Builders.h"

namespace ecolm {

/// `product[i] * scales[map(i)]` for every index i of `product`, a ranked
/// tensor of floats.
mlir::Value createScaledProduct(mlir::OpBuilder &builder, mlir::Location loc,
                                mlir::Value product, mlir::Value scales,
                                mlir::AffineMap map);

} // namespace ecolm

#endif // ECOLM_DIALECT_ECOLM_TRANSFORMS_SCALEDPRODUCT_H

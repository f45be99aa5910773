//===- ScaledProduct.cpp - A product times scales -------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Scales the elements of a product.
//
//===----------------------------------------------------------------------===//

#include "ScaledProduct.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace ecolm;

Value ecolm::createScaledProduct(OpBuilder &builder, Location loc,
                                 Value product, Value scales, AffineMap map) {
  auto type = cast<RankedTensorType>(product.getType());
  int64_t rank = type.getRank();
  AffineMap identity = builder.getMultiDimIdentityMap(rank);
  SmallVector<utils::IteratorType> parallel(rank,
                                            utils::IteratorType::parallel);
  Value init = tensor::EmptyOp::create(
      builder, loc, tensor::getMixedSizes(builder, loc, product),
      type.getElementType());
  return linalg::GenericOp::create(
             builder, loc, init.getType(), ValueRange{product, scales}, init,
             ArrayRef<AffineMap>{identity, map, identity}, parallel,
             [](OpBuilder &nested, Location loc, ValueRange x) {
               Value y = arith::MulFOp::create(nested, loc, x[0], x[1]);
               linalg::YieldOp::create(nested, loc, y);
             })
      .getResult(0);
}

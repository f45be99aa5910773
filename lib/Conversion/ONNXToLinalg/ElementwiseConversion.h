//===- ElementwiseConversion.h - Nodes that work by element --- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Rewrites a node that applies one scalar computation to every element.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_CONVERSION_ONNXTOLINALG_ELEMENTWISECONVERSION_H
#define ECOLM_CONVERSION_ONNXTOLINALG_ELEMENTWISECONVERSION_H

#include "TensorBuilders.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"

namespace ecolm {

/// Computes one element of a node's result from elements of its inputs.
using ElementBody = mlir::Value (*)(mlir::ImplicitLocOpBuilder &,
                                    mlir::ValueRange, onnx::NodeOp);

/// Replaces `node` by `body` on every element of its inputs.
template <ElementBody body>
llvm::LogicalResult convertElementwise(onnx::NodeOp node,
                                       GraphRewriter &rewriter) {
  mlir::Value result = createElementwise(
      rewriter, node.getLoc(), node.getInputs(), getResultType(node),
      [&](mlir::ImplicitLocOpBuilder &builder, mlir::ValueRange values) {
        return body(builder, values, node);
      });
  return rewriter.replaceNode(node, result);
}

/// `FloatOp` or `IntegerOp` of the operands, by their type.
template <typename FloatOp, typename IntegerOp>
mlir::Value createByType(mlir::ImplicitLocOpBuilder &builder,
                         mlir::ValueRange values) {
  if (llvm::isa<mlir::FloatType>(values[0].getType()))
    return FloatOp::create(builder, values[0].getType(), values);
  return IntegerOp::create(builder, values[0].getType(), values);
}

/// `Op` of the operands, which share its type, as an element body.
template <typename Op>
mlir::Value createUniform(mlir::ImplicitLocOpBuilder &builder,
                          mlir::ValueRange values, onnx::NodeOp) {
  return Op::create(builder, values[0].getType(), values);
}

/// The number `value` of type `type`, an integer or a float.
mlir::Value createNumber(mlir::ImplicitLocOpBuilder &builder, mlir::Type type,
                         double value);

/// `value` as ONNX casts it to `type`: floats to integers toward zero (out of
/// range: the nearest end; NaN: 0), numbers to bool by comparing with zero.
mlir::Value createCast(mlir::ImplicitLocOpBuilder &builder, mlir::Value value,
                       mlir::Type type);

} // namespace ecolm

#endif // ECOLM_CONVERSION_ONNXTOLINALG_ELEMENTWISECONVERSION_H

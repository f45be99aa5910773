//===- Products.cpp - Products with float matrices ------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts MatMul and Gemm by constant matrices.
//
//===----------------------------------------------------------------------===//

#include "EcoLMConversions.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"

using namespace mlir;
using namespace ecolm;

/// The weight [N, K] of a product with the matrix `value`, which the graph
/// writes as [K, N], or as [N, K] when `outputsFirst`; null unless it is a
/// constant f32 matrix. A Transpose between the two is looked through.
static Value createMatrix(Value value, bool outputsFirst,
                          GraphRewriter &rewriter) {
  if (auto transpose = value.getDefiningOp<onnx::NodeOp>())
    if (transpose.isStandard("Transpose")) {
      value = transpose.getInputs()[0];
      outputsFirst = !outputsFirst;
    }
  auto type = dyn_cast<RankedTensorType>(value.getType());
  ElementsAttr elements = getConstant(value);
  if (!elements || !type || type.getRank() != 2 ||
      !type.getElementType().isF32())
    return nullptr;
  if (outputsFirst)
    return rewriter.createWeightIfConstant(value);
  auto swapped = RankedTensorType::get({type.getDimSize(1), type.getDimSize(0)},
                                       type.getElementType());
  return rewriter.createWeight(value.getLoc(), getConstantName(value), swapped,
                               elements, std::nullopt, /*transposed=*/true);
}

/// The product `input @ weights^T` of type `type`, if the shapes agree.
static Value createMatmul(Location loc, Value input, Value weights,
                          RankedTensorType type, GraphRewriter &rewriter) {
  auto inputType = cast<RankedTensorType>(input.getType());
  auto weightsType = cast<RankedTensorType>(weights.getType());
  if (inputType.getShape().back() != weightsType.getDimSize(1) ||
      !inputType.getElementType().isF32())
    return nullptr;
  return MatmulOp::create(rewriter, loc, type, input, weights);
}

static LogicalResult convertMatMul(onnx::NodeOp node, GraphRewriter &rewriter) {
  Value input = node.getInputs()[0];
  if (cast<RankedTensorType>(input.getType()).getRank() < 2)
    return failure();
  Value weights =
      createMatrix(node.getInputs()[1], /*outputsFirst=*/false, rewriter);
  if (!weights)
    return failure();
  Value product = createMatmul(node.getLoc(), input, weights,
                               getResultType(node), rewriter);
  return product ? rewriter.replaceNode(node, product) : failure();
}

/// `Gemm` of a layer: `input @ B + bias`. The bias is an Add that the next
/// conversion rewrites.
static LogicalResult convertGemm(onnx::NodeOp node, GraphRewriter &rewriter) {
  Value bias = node.getPresentInput(2);
  if (getInt(node, "transA", 0) || getFloat(node, "alpha", 1.0) != 1.0 ||
      (bias && getFloat(node, "beta", 1.0) != 1.0))
    return failure();
  Value weights = createMatrix(node.getInputs()[1],
                               getInt(node, "transB", 0) != 0, rewriter);
  if (!weights)
    return failure();
  Value result = createMatmul(node.getLoc(), node.getInputs()[0], weights,
                              getResultType(node), rewriter);
  if (!result)
    return failure();
  rewriter.copyDims(node, result);
  if (bias)
    result = rewriter.createNode(node.getLoc(), "Add", {result, bias},
                                 result.getType(), {}, /*like=*/result);
  return rewriter.replaceNode(node, result);
}

void ecolm::populateProductConversions(NodeConversions &conversions) {
  conversions.add("MatMul", convertMatMul);
  conversions.add("Gemm", convertGemm);
}

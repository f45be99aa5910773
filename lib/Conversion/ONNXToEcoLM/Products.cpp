//===- Products.cpp - Products with constant matrices ---------------------===//
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
#include "ecolm/Conversion/ONNXNodes/QuantizedMatrix.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"

using namespace mlir;
using namespace ecolm;

/// The value behind a Transpose of the matrix `value`, or `value` itself.
static std::pair<Value, bool> lookThroughTranspose(Value value,
                                                   bool outputsFirst) {
  auto transpose = value.getDefiningOp<onnx::NodeOp>();
  if (!transpose || !transpose.isStandard("Transpose"))
    return {value, outputsFirst};
  auto order = getInts(transpose, "perm");
  bool isSwap = !order || *order == ArrayRef<int64_t>{1, 0};
  return {transpose.getInputs()[0], isSwap ? !outputsFirst : outputsFirst};
}

/// The weight [N, K] of a product with the matrix `value`, which the graph
/// writes as [K, N], or as [N, K] when `outputsFirst`; null unless it is a
/// constant f32 matrix.
static Value createMatrix(Value value, bool outputsFirst,
                          GraphRewriter &rewriter) {
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

/// The product of `node`, `input @ matrix`, or with the matrix transposed when
/// `outputsFirst`; null unless the matrix is constant, in floats or codes, and
/// the shapes agree.
static Value createProduct(onnx::NodeOp node, Value input, Value matrix,
                           bool outputsFirst, GraphRewriter &rewriter) {
  std::tie(matrix, outputsFirst) = lookThroughTranspose(matrix, outputsFirst);
  auto inputType = cast<RankedTensorType>(input.getType());
  auto type = dyn_cast<RankedTensorType>(matrix.getType());
  if (!type || type.getRank() != 2 || !inputType.getElementType().isF32() ||
      inputType.getShape().back() != type.getDimSize(outputsFirst ? 1 : 0))
    return nullptr;
  if (auto quantized = findQuantizedMatrix(matrix, outputsFirst, rewriter))
    return multiplyQuantized(node, input, *quantized, rewriter);
  Value weights = createMatrix(matrix, outputsFirst, rewriter);
  if (!weights)
    return nullptr;
  return MatmulOp::create(rewriter, node.getLoc(), getResultType(node), input,
                          weights);
}

static LogicalResult convertMatMul(onnx::NodeOp node, GraphRewriter &rewriter) {
  Value input = node.getInputs()[0];
  if (cast<RankedTensorType>(input.getType()).getRank() < 2)
    return failure();
  Value product = createProduct(node, input, node.getInputs()[1],
                                /*outputsFirst=*/false, rewriter);
  return product ? rewriter.replaceNode(node, product) : failure();
}

/// `Gemm` of a layer: `input @ B + bias`. The bias is an Add that the next
/// conversion rewrites.
static LogicalResult convertGemm(onnx::NodeOp node, GraphRewriter &rewriter) {
  Value bias = node.getPresentInput(2);
  if (getInt(node, "transA", 0) || getFloat(node, "alpha", 1.0) != 1.0 ||
      (bias && getFloat(node, "beta", 1.0) != 1.0))
    return failure();
  Value result = createProduct(node, node.getInputs()[0], node.getInputs()[1],
                               getInt(node, "transB", 0) != 0, rewriter);
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

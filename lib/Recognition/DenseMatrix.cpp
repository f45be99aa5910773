//===- DenseMatrix.cpp - Products with constant matrices ------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Reads the matrix of a MatMul or Gemm, and replaces the product.
//
//===----------------------------------------------------------------------===//

#include "DenseMatrix.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"

using namespace mlir;
using namespace ecolm;

std::optional<DenseMatrix> ecolm::getDenseMatrix(onnx::NodeOp node) {
  bool isGemm = node.isStandard("Gemm");
  if (!isGemm && !node.isStandard("MatMul"))
    return std::nullopt;
  if (isGemm &&
      (getInt(node, "transA", 0) || getFloat(node, "alpha", 1.0) != 1.0 ||
       getFloat(node, "beta", 1.0) != 1.0))
    return std::nullopt;
  Value weights = node.getInputs()[1];
  auto type = dyn_cast<RankedTensorType>(weights.getType());
  auto inputType = dyn_cast<RankedTensorType>(node.getInputs()[0].getType());
  ElementsAttr elements = getConstant(weights);
  if (!elements || !type || type.getRank() != 2 ||
      !type.getElementType().isF32() || !inputType || inputType.getRank() < 1 ||
      inputType.getShape().back() !=
          type.getDimSize(isGemm && getInt(node, "transB", 0) ? 1 : 0))
    return std::nullopt;
  auto reader = onnx::ElementsReader::get(elements);
  if (!reader || reader->size() == 0)
    return std::nullopt;
  bool outputsFirst = isGemm && getInt(node, "transB", 0);
  return DenseMatrix{*reader, type.getDimSize(outputsFirst ? 0 : 1),
                     type.getDimSize(outputsFirst ? 1 : 0), !outputsFirst};
}

void ecolm::replaceProduct(onnx::NodeOp node, const FactorChain &chain,
                           GraphRewriter &rewriter) {
  rewriter.setInsertionPoint(node);
  Value result = createChain(rewriter, node.getLoc(), getNodeName(node),
                             node.getInputs()[0], chain);
  if (Value bias = node.getPresentInput(2))
    result = rewriter.createNode(node.getLoc(), "Add", {result, bias},
                                 result.getType(), {}, /*like=*/result);
  rewriter.replaceAllUsesWith(node.getResult(0), result);
}

//===- EcoLMDomain.cpp - Rules of the domain ai.ecolm -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Infers the operators of the compiler's own domain.
//
//===----------------------------------------------------------------------===//

#include "Rules.h"

using namespace mlir;

namespace ecolm::onnx {

LogicalResult inferQuantizer(NodeInference &node) {
  if (failed(node.expectInputs(1, 1)))
    return failure();
  return node.setResult(0, node.getInput(0).elementType, node.getDims(0));
}

// values (a, b, c, d) stand for the matrix I_a x 1_(b,c) x I_d of shape
// (a*b*d, a*c*d), which is applied to the last dimension of x.
LogicalResult inferButterflyFactor(NodeInference &node) {
  if (failed(node.expectInputs(2, 2)) || failed(node.expectRank(0, 1, 64)) ||
      failed(node.expectRank(1, 4, 4)))
    return failure();
  const Dims &values = node.getDims(1);
  Dim outer = multiply(values[0], values[3]);
  Dims result = node.getDims(0);
  if (failed(node.unify(result.back(), multiply(outer, values[2]),
                        "size that ButterflyFactor takes")))
    return failure();
  result.back() = multiply(outer, values[1]);
  return node.setResult(0, node.getInput(0).elementType, result);
}

LogicalResult inferUnpackTernary(NodeInference &node) {
  if (failed(node.expectInputs(2, 2)) || failed(node.expectRank(0, 1, 1)) ||
      failed(node.expectRank(1, 1, 1)))
    return failure();
  Type type = IntegerType::get(node.getOp().getContext(), 8);
  const Dims *shape = node.getElements(1);
  if (!shape) {
    Dim rank = node.getDims(1)[0];
    if (!rank.isNumber() || rank.getNumber() > 64)
      return success();
    return node.setResult(0, type, Dims(rank.getNumber()));
  }
  if (failed(node.setResult(0, type, *shape)))
    return failure();
  Dim count(1);
  for (Dim dim : *shape)
    count = multiply(count, dim);
  // Four codes lie in a byte.
  Dim bytes = divide(add(count, Dim(3)), Dim(4));
  Dim have = node.getDims(0)[0];
  if (bytes.provablyDiffers(have))
    return node.emitError() << "UnpackTernary of shape " << describeDims(*shape)
                            << " needs " << bytes.getNumber()
                            << " bytes of codes, found " << have.getNumber();
  return success();
}

/// The result of a product of input 0 with weights (N, K), input 1, and scales
/// of a rank from `least` to `most`, input 2.
static FailureOr<Dims> inferProduct(NodeInference &node, int64_t least,
                                    int64_t most) {
  if (failed(node.expectInputs(3, 3)) || failed(node.expectRank(0, 1, 64)) ||
      failed(node.expectRank(1, 2, 2)) ||
      failed(node.expectRank(2, least, most)))
    return failure();
  const Dims &weight = node.getDims(1);
  Dims result = node.getDims(0);
  if (failed(node.unify(result.back(), weight[1], "inner size of the product")))
    return failure();
  result.back() = weight[0];
  return result;
}

LogicalResult inferLowBitMatMul(NodeInference &node) {
  FailureOr<Dims> result = inferProduct(node, 0, 1);
  if (failed(result))
    return failure();
  const Dims &weight = node.getDims(1), &scale = node.getDims(2);
  if (!scale.empty() && !scale[0].isNumber(1) &&
      failed(
          node.unify(scale[0], weight[0], "number of scales and of outputs")))
    return failure();
  return node.setResult(0, node.getInput(0).elementType, *result);
}

LogicalResult inferLowBitGroupMatMul(NodeInference &node) {
  FailureOr<Dims> result = inferProduct(node, 2, 2);
  if (failed(result) ||
      failed(node.unify(node.getDims(2)[0], node.getDims(1)[0],
                        "number of scales and of outputs")))
    return failure();
  return node.setResult(0, node.getInput(0).elementType, *result);
}

} // namespace ecolm::onnx

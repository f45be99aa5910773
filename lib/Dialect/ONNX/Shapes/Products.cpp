//===- Products.cpp - Rules of matrix products -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Infers MatMul and Gemm.
//
//===----------------------------------------------------------------------===//

#include "Rules.h"

using namespace mlir;

namespace ecolm::onnx {

FailureOr<Dims> multiplyMatrices(NodeInference &node, unsigned left,
                                 unsigned right) {
  if (failed(node.expectRank(left, 1, 64)) ||
      failed(node.expectRank(right, 1, 64)))
    return failure();
  // A vector is a matrix of one row on the left, of one column on the right.
  Dims lhs = node.getDims(left), rhs = node.getDims(right);
  bool rowVector = lhs.size() == 1, columnVector = rhs.size() == 1;
  if (rowVector)
    lhs.insert(lhs.begin(), Dim(1));
  if (columnVector)
    rhs.push_back(Dim(1));
  if (failed(node.unify(lhs.back(), rhs[rhs.size() - 2],
                        "inner size of the product")))
    return failure();
  FailureOr<Dims> result = node.broadcast(ArrayRef<Dim>(lhs).drop_back(2),
                                          ArrayRef<Dim>(rhs).drop_back(2));
  if (failed(result))
    return failure();
  if (!rowVector)
    result->push_back(lhs[lhs.size() - 2]);
  if (!columnVector)
    result->push_back(rhs.back());
  return result;
}

LogicalResult inferMatMul(NodeInference &node) {
  if (failed(node.expectInputs(2, 2)) || failed(node.expectSameType({0, 1})))
    return failure();
  FailureOr<Dims> result = multiplyMatrices(node, 0, 1);
  if (failed(result))
    return failure();
  return node.setResult(0, node.getInput(0).elementType, *result);
}

/// Checks that input `index` is one number or one for each of `dim`.
static LogicalResult expectPerSize(NodeInference &node, unsigned index,
                                   Dim dim) {
  if (node.getNumInputs() <= index || !node.hasInput(index))
    return success();
  if (failed(node.expectRank(index, 0, 1)))
    return failure();
  const Dims &dims = node.getDims(index);
  if (dims.empty() || dims[0].isNumber(1))
    return success();
  return node.unify(dims[0], dim, "number of zero points or scales");
}

/// The number of rows of input `index`, or of columns.
static Dim findRows(NodeInference &node, unsigned index) {
  const Dims &dims = node.getDims(index);
  return dims.size() < 2 ? Dim(1) : dims[dims.size() - 2];
}

LogicalResult inferMatMulInteger(NodeInference &node) {
  if (failed(node.expectInputs(2, 4)))
    return failure();
  FailureOr<Dims> result = multiplyMatrices(node, 0, 1);
  if (failed(result) || failed(expectPerSize(node, 2, findRows(node, 0))) ||
      failed(expectPerSize(node, 3, node.getDims(1).back())))
    return failure();
  return node.setResult(0, IntegerType::get(node.getOp().getContext(), 32),
                        *result);
}

LogicalResult inferQLinearMatMul(NodeInference &node) {
  if (failed(node.expectInputs(8, 8)))
    return failure();
  FailureOr<Dims> result = multiplyMatrices(node, 0, 3);
  if (failed(result))
    return failure();
  Dim rows = findRows(node, 0), columns = node.getDims(3).back();
  for (unsigned i : {1u, 2u, 6u, 7u})
    if (failed(expectPerSize(node, i, rows)))
      return failure();
  for (unsigned i : {4u, 5u})
    if (failed(expectPerSize(node, i, columns)))
      return failure();
  return node.setResult(0, node.getInput(7).elementType, *result);
}

LogicalResult inferGemm(NodeInference &node) {
  if (failed(node.expectInputs(2, 3)) ||
      failed(node.expectSameType({0, 1, 2})) ||
      failed(node.expectRank(0, 2, 2)) || failed(node.expectRank(1, 2, 2)))
    return failure();
  const Dims &a = node.getDims(0), &b = node.getDims(1);
  bool transA = node.getInt("transA", 0) != 0;
  bool transB = node.getInt("transB", 0) != 0;
  if (failed(node.unify(a[transA ? 0 : 1], b[transB ? 1 : 0],
                        "inner size of the product")))
    return failure();
  Dims result = {a[transA ? 1 : 0], b[transB ? 0 : 1]};
  if (node.hasInput(2)) {
    FailureOr<Dims> sum = node.broadcast(result, node.getDims(2));
    if (failed(sum) || failed(node.expectRank(2, 0, 2)))
      return failure();
    for (auto [product, broadcasted] : llvm::zip_equal(result, *sum))
      if (failed(node.unify(product, broadcasted, "size of the bias")))
        return failure();
  }
  return node.setResult(0, node.getInput(0).elementType, result);
}

} // namespace ecolm::onnx

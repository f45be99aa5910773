//===- Selection.cpp - Rules of operators that choose -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Infers what is chosen by value or by place.
//
//===----------------------------------------------------------------------===//

#include "Rules.h"

using namespace mlir;

namespace ecolm::onnx {

static Type getIndexType(NodeInference &node) {
  return IntegerType::get(node.getOp().getContext(), 64);
}

/// The integer at input `index` if it is known.
static Dim findInteger(NodeInference &node, unsigned index) {
  const Dims *elements =
      node.getNumInputs() > index ? node.getElements(index) : nullptr;
  return elements && elements->size() == 1 ? elements->front() : Dim();
}

LogicalResult inferArgExtreme(NodeInference &node) {
  if (failed(node.expectInputs(1, 1)) || failed(node.expectRank(0, 1, 64)))
    return failure();
  Dims dims = node.getDims(0);
  FailureOr<int64_t> axis =
      node.normalizeAxis(node.getInt("axis", 0), dims.size());
  if (failed(axis))
    return failure();
  if (dims[*axis].isNumber(0))
    return node.emitError() << node.getOp().getOpType()
                            << " has no element to choose along axis " << *axis;
  if (node.getInt("keepdims", 1) != 0)
    dims[*axis] = Dim(1);
  else
    dims.erase(dims.begin() + *axis);
  return node.setResult(0, getIndexType(node), dims);
}

LogicalResult inferTopK(NodeInference &node) {
  bool byInput = node.getOpset() >= 10;
  if (failed(node.expectInputs(byInput ? 2 : 1, byInput ? 2 : 1)) ||
      failed(node.expectRank(0, 1, 64)))
    return failure();
  if (byInput && failed(node.expectRank(1, 0, 1)))
    return failure();
  Dims dims = node.getDims(0);
  FailureOr<int64_t> axis =
      node.normalizeAxis(node.getInt("axis", -1), dims.size());
  if (failed(axis))
    return failure();
  Dim count = byInput ? findInteger(node, 1) : Dim(node.getInt("k", 1));
  Dim size = dims[*axis];
  if (count.isNumber() &&
      (count.getNumber() < 0 ||
       (size.isNumber() && count.getNumber() > size.getNumber())))
    return node.emitError()
           << "TopK takes " << count.getNumber()
           << " elements of a dimension of " << describeDims(size);
  dims[*axis] = count;
  if (failed(node.setResult(1, getIndexType(node), dims)))
    return failure();
  return node.setResult(0, node.getInput(0).elementType, dims);
}

LogicalResult inferNonZero(NodeInference &node) {
  if (failed(node.expectInputs(1, 1)))
    return failure();
  return node.setResult(0, getIndexType(node),
                        {Dim(node.getInput(0).getRank()), Dim()});
}

LogicalResult inferOneHot(NodeInference &node) {
  if (failed(node.expectInputs(3, 3)) || failed(node.expectRank(1, 0, 1)) ||
      failed(node.expectRank(2, 1, 1)) ||
      failed(node.unify(node.getDims(2)[0], Dim(2), "number of values")))
    return failure();
  Dims dims = node.getDims(0);
  int64_t rank = dims.size() + 1;
  FailureOr<int64_t> axis = node.normalizeAxis(node.getInt("axis", -1), rank);
  if (failed(axis))
    return failure();
  dims.insert(dims.begin() + *axis, findInteger(node, 1));
  return node.setResult(0, node.getInput(2).elementType, dims);
}

LogicalResult inferTrilu(NodeInference &node) {
  if (failed(node.expectInputs(1, 2)) || failed(node.expectRank(0, 2, 64)))
    return failure();
  if (node.getNumInputs() > 1 && node.hasInput(1) &&
      failed(node.expectRank(1, 0, 1)))
    return failure();
  return node.setResult(0, node.getInput(0).elementType, node.getDims(0));
}

LogicalResult inferCumSum(NodeInference &node) {
  if (failed(node.expectInputs(2, 2)) || failed(node.expectRank(0, 1, 64)) ||
      failed(node.expectRank(1, 0, 1)))
    return failure();
  Dim axis = findInteger(node, 1);
  if (axis.isNumber() &&
      failed(node.normalizeAxis(axis.getNumber(), node.getInput(0).getRank())))
    return failure();
  return node.setResult(0, node.getInput(0).elementType, node.getDims(0));
}

} // namespace ecolm::onnx

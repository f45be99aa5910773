//===- Indexing.cpp - Rules of operators with places -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Infers gathers and scatters by tensors of indices.
//
//===----------------------------------------------------------------------===//

#include "Rules.h"

using namespace mlir;

namespace ecolm::onnx {

/// Checks that input `index` holds indices.
static LogicalResult expectIndices(NodeInference &node, unsigned index) {
  Type type = node.getInput(index).elementType;
  if (type.isInteger(64) || type.isInteger(32))
    return success();
  return node.emitError() << node.getOp().getOpType()
                          << " expects indices of int32 or int64, found "
                          << type;
}

LogicalResult inferGatherElements(NodeInference &node) {
  if (failed(node.expectInputs(2, 2)) || failed(node.expectRank(0, 1, 64)) ||
      failed(expectIndices(node, 1)))
    return failure();
  int64_t rank = node.getInput(0).getRank();
  if (failed(node.expectRank(1, rank, rank)) ||
      failed(node.normalizeAxis(node.getInt("axis", 0), rank)))
    return failure();
  return node.setResult(0, node.getInput(0).elementType, node.getDims(1));
}

/// Checks that indices of `depth` address dimensions of input 0 behind the
/// first `batch`.
static LogicalResult expectDepth(NodeInference &node, int64_t depth,
                                 int64_t batch) {
  if (depth >= 1 && depth + batch <= node.getInput(0).getRank())
    return success();
  return node.emitError() << node.getOp().getOpType() << " with indices "
                          << describeDims(node.getDims(1))
                          << " addresses more than the "
                          << node.getInput(0).getRank()
                          << " dimensions of its input";
}

/// The depth of the indices at input 1, 0 if it is not known.
static FailureOr<int64_t> findDepth(NodeInference &node, int64_t batch) {
  if (failed(node.expectRank(0, 1, 64)) || failed(node.expectRank(1, 1, 64)) ||
      failed(expectIndices(node, 1)))
    return failure();
  Dim depth = node.getDims(1).back();
  if (!depth.isNumber())
    return 0;
  if (failed(expectDepth(node, depth.getNumber(), batch)))
    return failure();
  return depth.getNumber();
}

/// A depth that the run has follows from the rank that the file states.
static LogicalResult inferGatherNDByRank(NodeInference &node, int64_t batch) {
  auto stated = dyn_cast<RankedTensorType>(node.getOp().getResult(0).getType());
  if (!stated)
    return success();
  int64_t depth = node.getInput(1).getRank() - 1 + node.getInput(0).getRank() -
                  batch - stated.getRank();
  if (failed(expectDepth(node, depth, batch)))
    return failure();
  return node.setUnknownDims(0, node.getInput(0).elementType, std::nullopt);
}

LogicalResult inferGatherND(NodeInference &node) {
  int64_t batch = node.getInt("batch_dims", 0);
  if (failed(node.expectInputs(2, 2)))
    return failure();
  if (batch < 0 || batch >= node.getInput(1).getRank() ||
      batch >= node.getInput(0).getRank())
    return node.emitError() << "GatherND has " << batch
                            << " batch_dims, more than its inputs have";
  FailureOr<int64_t> depth = findDepth(node, batch);
  if (failed(depth))
    return failure();
  if (*depth == 0)
    return inferGatherNDByRank(node, batch);
  const Dims &data = node.getDims(0);
  Dims result(node.getDims(1));
  result.pop_back();
  for (int64_t i = 0; i < batch; ++i)
    if (failed(node.unify(result[i], data[i], "batch size of GatherND")))
      return failure();
  result.append(data.begin() + batch + *depth, data.end());
  return node.setResult(0, node.getInput(0).elementType, result);
}

LogicalResult inferScatterElements(NodeInference &node) {
  if (failed(node.expectInputs(3, 3)) || failed(node.expectRank(0, 1, 64)) ||
      failed(node.expectSameType({0, 2})) || failed(expectIndices(node, 1)))
    return failure();
  int64_t rank = node.getInput(0).getRank();
  if (failed(node.expectRank(1, rank, rank)) ||
      failed(node.expectRank(2, rank, rank)) ||
      failed(node.normalizeAxis(node.getInt("axis", 0), rank)))
    return failure();
  for (auto [index, update] : llvm::zip_equal(node.getDims(1), node.getDims(2)))
    if (failed(node.unify(index, update, "size of indices and updates")))
      return failure();
  return node.setResult(0, node.getInput(0).elementType, node.getDims(0));
}

LogicalResult inferScatterND(NodeInference &node) {
  if (failed(node.expectInputs(3, 3)) || failed(node.expectSameType({0, 2})))
    return failure();
  FailureOr<int64_t> depth = findDepth(node, 0);
  if (failed(depth))
    return failure();
  int64_t statedDepth = node.getInput(1).getRank() - 1 +
                        node.getInput(0).getRank() - node.getInput(2).getRank();
  if (*depth == 0 && failed(expectDepth(node, statedDepth, 0)))
    return failure();
  if (*depth > 0) {
    Dims wanted(node.getDims(1));
    wanted.pop_back();
    wanted.append(node.getDims(0).begin() + *depth, node.getDims(0).end());
    int64_t rank = wanted.size();
    if (failed(node.expectRank(2, rank, rank)))
      return failure();
    for (auto [want, have] : llvm::zip_equal(wanted, node.getDims(2)))
      if (failed(node.unify(want, have, "size of the updates")))
        return failure();
  }
  return node.setResult(0, node.getInput(0).elementType, node.getDims(0));
}

LogicalResult inferTensorScatter(NodeInference &node) {
  if (failed(node.expectInputs(2, 3)) || failed(node.expectRank(0, 2, 64)) ||
      failed(node.expectSameType({0, 1})))
    return failure();
  int64_t rank = node.getInput(0).getRank();
  FailureOr<int64_t> axis = node.normalizeAxis(node.getInt("axis", -2), rank);
  if (failed(axis) || failed(node.expectRank(1, rank, rank)))
    return failure();
  if (node.hasInput(2) &&
      (failed(node.expectRank(2, 1, 1)) || failed(expectIndices(node, 2)) ||
       failed(node.unify(node.getDims(0)[0], node.getDims(2)[0],
                         "batch size of the cache and the indices"))))
    return failure();
  for (int64_t i = 0; i < rank; ++i)
    if (i != *axis && failed(node.unify(node.getDims(0)[i], node.getDims(1)[i],
                                        "size of the cache and the update")))
      return failure();
  return node.setResult(0, node.getInput(0).elementType, node.getDims(0));
}

} // namespace ecolm::onnx

//===- Reduction.cpp - Rules of reductions and normalizations -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Infers ReduceX, Softmax, LayerNormalization and RMSNormalization.
//
//===----------------------------------------------------------------------===//

#include "Rules.h"
#include "ecolm/Dialect/ONNX/IR/DataTypes.h"
#include "llvm/ADT/SmallBitVector.h"

using namespace mlir;

namespace ecolm::onnx {

/// Axes that the run decides: dims stay or become 1, or vanish if that many
/// axes differ.
static LogicalResult inferComputedReduction(NodeInference &node) {
  const ValueFacts &data = node.getInput(0);
  if (failed(node.expectRank(1, 1, 1)))
    return failure();
  if (node.getInt("keepdims", 1) != 0)
    return node.setResult(0, data.elementType, Dims(data.getRank()));
  Dim count = node.getDims(1)[0];
  std::optional<int64_t> rank;
  if (count.isNumber())
    rank = data.getRank() - count.getNumber();
  return node.setUnknownDims(0, data.elementType, rank);
}

LogicalResult inferReduce(NodeInference &node) {
  if (failed(node.expectInputs(1, 2)))
    return failure();
  const ValueFacts &data = node.getInput(0);
  auto axes = node.getInts("axes");
  bool isEmpty = node.hasInput(1) && node.getInput(1).getRank() == 1 &&
                 node.getDims(1)[0].isNumber(0);
  if (!axes && node.hasInput(1) && !isEmpty) {
    const Dims *elements = node.getElements(1);
    if (!elements ||
        !llvm::all_of(*elements, [](Dim d) { return d.isNumber(); }))
      return inferComputedReduction(node);
    axes = llvm::map_to_vector(*elements, [](Dim d) { return d.getNumber(); });
  }
  bool all = !axes || axes->empty();
  if (all && node.getInt("noop_with_empty_axes", 0) != 0)
    return node.setResult(0, data.elementType, *data.dims);
  llvm::SmallBitVector reduced(data.getRank(), all);
  if (!all)
    for (int64_t axis : *axes) {
      FailureOr<int64_t> at = node.normalizeAxis(axis, data.getRank());
      if (failed(at))
        return failure();
      reduced.set(*at);
    }
  bool keepDims = node.getInt("keepdims", 1) != 0;
  Dims result;
  for (auto [i, dim] : llvm::enumerate(*data.dims))
    if (!reduced.test(i))
      result.push_back(dim);
    else if (keepDims)
      result.push_back(Dim(1));
  return node.setResult(0, data.elementType, result);
}

LogicalResult inferSoftmax(NodeInference &node) {
  if (failed(node.expectInputs(1, 1)) || failed(node.expectRank(0, 1, 64)))
    return failure();
  int64_t axis = node.getInt("axis", node.getOpset() < 13 ? 1 : -1);
  if (failed(node.normalizeAxis(axis, node.getInput(0).getRank())))
    return failure();
  return node.setResult(0, node.getInput(0).elementType, node.getDims(0));
}

/// Checks that input `index`, a scale or bias, has the shape of the dimensions
/// of input 0 from `axis` on, broadcast.
static LogicalResult checkParameter(NodeInference &node, unsigned index,
                                    int64_t axis) {
  if (!node.hasInput(index))
    return success();
  ArrayRef<Dim> normalized = ArrayRef<Dim>(node.getDims(0)).drop_front(axis);
  ArrayRef<Dim> dims = node.getDims(index);
  if (dims.size() > normalized.size())
    return node.emitError()
           << "input " << index << " of shape " << describeDims(dims)
           << " has more dimensions than are normalized, "
           << describeDims(normalized);
  normalized = normalized.take_back(dims.size());
  for (auto [have, want] : llvm::zip_equal(dims, normalized))
    if (!have.isNumber(1) &&
        failed(node.unify(have, want,
                          "normalized size in input " + std::to_string(index))))
      return failure();
  return success();
}

LogicalResult inferLayerNormalization(NodeInference &node) {
  if (failed(node.expectInputs(2, 3)) ||
      failed(node.expectSameType({0, 1, 2})) ||
      failed(node.expectRank(0, 1, 64)))
    return failure();
  const ValueFacts data = node.getInput(0);
  FailureOr<int64_t> axis =
      node.normalizeAxis(node.getInt("axis", -1), data.getRank());
  if (failed(axis) || failed(checkParameter(node, 1, *axis)) ||
      failed(checkParameter(node, 2, *axis)))
    return failure();
  Dims statistics = *data.dims;
  std::fill(statistics.begin() + *axis, statistics.end(), Dim(1));
  Type stash = getElementType(
      node.getInt("stash_type", static_cast<int64_t>(DataType::Float)),
      node.getOp().getContext());
  if (!stash)
    return node.emitError() << "stash_type is no data type";
  if (failed(node.setResult(1, stash, statistics)) ||
      failed(node.setResult(2, stash, statistics)))
    return failure();
  return node.setResult(0, data.elementType, *data.dims);
}

LogicalResult inferRMSNormalization(NodeInference &node) {
  if (failed(node.expectInputs(2, 2)) || failed(node.expectRank(0, 1, 64)))
    return failure();
  const ValueFacts &data = node.getInput(0);
  FailureOr<int64_t> axis =
      node.normalizeAxis(node.getInt("axis", -1), data.getRank());
  if (failed(axis) || failed(checkParameter(node, 1, *axis)))
    return failure();
  // The result has the type of the scale, the last thing multiplied in.
  return node.setResult(0, node.getInput(1).elementType, *data.dims);
}

} // namespace ecolm::onnx

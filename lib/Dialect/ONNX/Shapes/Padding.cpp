//===- Padding.cpp - Rules of operators that enlarge -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Infers Pad and Tile.
//
//===----------------------------------------------------------------------===//

#include "Rules.h"

using namespace mlir;

namespace ecolm::onnx {

/// The axes that Pad names, all if it names none; nothing if they are computed.
static FailureOr<std::optional<SmallVector<int64_t>>>
findPaddedAxes(NodeInference &node) {
  int64_t rank = node.getInput(0).getRank();
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  if (node.getNumInputs() < 4 || !node.hasInput(3))
    return std::make_optional(axes);
  const Dims *given = node.getElements(3);
  if (!given)
    return std::optional<SmallVector<int64_t>>();
  axes.clear();
  for (Dim axis : *given) {
    if (!axis.isNumber())
      return std::optional<SmallVector<int64_t>>();
    FailureOr<int64_t> at = node.normalizeAxis(axis.getNumber(), rank);
    if (failed(at))
      return failure();
    axes.push_back(*at);
  }
  return std::make_optional(axes);
}

/// Two integers for each axis, or nothing if they are computed.
static std::optional<Dims> findPads(NodeInference &node) {
  if (auto attr = node.getInts("pads"))
    return Dims(attr->begin(), attr->end());
  const Dims *elements =
      node.getNumInputs() > 1 ? node.getElements(1) : nullptr;
  return elements ? std::make_optional(*elements) : std::nullopt;
}

LogicalResult inferPad(NodeInference &node) {
  if (failed(node.expectInputs(node.getOpset() < 11 ? 1 : 2, 4)))
    return failure();
  for (unsigned i = 1; i < node.getNumInputs(); ++i)
    if (node.hasInput(i) && failed(node.expectRank(i, i == 2 ? 0 : 1, 1)))
      return failure();
  const ValueFacts data = node.getInput(0);
  auto axes = findPaddedAxes(node);
  if (failed(axes))
    return failure();
  std::optional<Dims> pads = findPads(node);
  if (!*axes || !pads)
    return node.setResult(0, data.elementType, Dims(data.getRank()));
  size_t count = (*axes)->size();
  if (pads->size() != 2 * count)
    return node.emitError() << "Pad expects two pads for each of " << count
                            << " axes, found " << pads->size();
  Dims result = *data.dims;
  for (auto [i, axis] : llvm::enumerate(**axes)) {
    Dim added = add((*pads)[i], (*pads)[count + i]);
    result[axis] = add(result[axis], added);
  }
  return node.setResult(0, data.elementType, result);
}

LogicalResult inferTile(NodeInference &node) {
  if (failed(node.expectInputs(2, 2)) || failed(node.expectRank(1, 1, 1)))
    return failure();
  Dims result = node.getDims(0);
  if (failed(node.unify(node.getDims(1)[0],
                        Dim(static_cast<int64_t>(result.size())),
                        "number of repeats and of dimensions")))
    return failure();
  const Dims *repeats = node.getElements(1);
  for (auto [i, dim] : llvm::enumerate(result))
    dim = repeats ? multiply(dim, (*repeats)[i]) : Dim();
  return node.setResult(0, node.getInput(0).elementType, result);
}

} // namespace ecolm::onnx

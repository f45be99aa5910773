//===- Scatter.cpp - Evaluators that overwrite elements -------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Evaluates ScatterND and ScatterElements without a reduction.
//
//===----------------------------------------------------------------------===//

#include "Evaluators.h"

using namespace mlir;

namespace ecolm::onnx {

/// True if `eval` replaces elements, and its updates are of its data's type.
static bool overwrites(Evaluation &eval) {
  const HostTensor *data = eval.getInput(0), *indices = eval.getInput(1),
                   *updates = eval.getInput(2);
  auto reduction =
      dyn_cast_or_null<StringAttr>(eval.node.getNodeAttr("reduction"));
  return data && indices && updates && !indices->isFloat() &&
         updates->getElementType() == data->getElementType() &&
         (!reduction || reduction.getValue() == "none") &&
         eval.budget.take(data->getShape()) &&
         eval.budget.take(updates->getShape());
}

/// Copies `count` elements of `from` over those of `to`.
static void overwrite(HostTensor &to, int64_t target, const HostTensor &from,
                      int64_t source, int64_t count) {
  std::visit(
      [&](auto &out) {
        const auto &in =
            std::get<std::decay_t<decltype(out)>>(from.getStorage());
        std::copy_n(in.begin() + source, count, out.begin() + target);
      },
      to.getStorage());
}

/// The last axis of the indices holds places of blocks of the data.
static bool evaluateScatterND(Evaluation &eval) {
  if (!overwrites(eval) || eval.getInput(1)->getRank() < 1)
    return false;
  const HostTensor &data = *eval.getInput(0), &indices = *eval.getInput(1),
                   &updates = *eval.getInput(2);
  int64_t depth = indices.getShape().back();
  if (depth < 1 || depth > data.getRank())
    return false;
  SmallVector<int64_t> wanted(indices.getShape().drop_back());
  llvm::append_range(wanted, data.getShape().drop_front(depth));
  if (updates.getShape() != ArrayRef(wanted))
    return false;
  int64_t block = llvm::product_of(data.getShape().drop_front(depth));
  SmallVector<int64_t> strides = getStrides(data.getShape());
  HostTensor result = data;
  for (int64_t i = 0; i < indices.size() / depth; ++i) {
    int64_t target = 0;
    for (int64_t axis = 0; axis < depth; ++axis) {
      auto place = countAxisFromFront(indices.getInteger(i * depth + axis),
                                      data.getShape()[axis]);
      if (!place)
        return false;
      target += *place * strides[axis];
    }
    overwrite(result, target, updates, i * block, block);
  }
  eval.results.push_back(std::move(result));
  return true;
}

/// An index is the place along one axis; the others are those of the index.
static bool evaluateScatterElements(Evaluation &eval) {
  if (!overwrites(eval))
    return false;
  const HostTensor &data = *eval.getInput(0), &indices = *eval.getInput(1),
                   &updates = *eval.getInput(2);
  auto axis = countAxisFromFront(eval.getInt("axis", 0), data.getRank());
  if (!axis || indices.getShape() != updates.getShape() ||
      indices.getRank() != data.getRank())
    return false;
  for (int64_t d = 0; d < data.getRank(); ++d)
    if (d != *axis && indices.getShape()[d] > data.getShape()[d])
      return false;
  SmallVector<int64_t> strides = getStrides(data.getShape());
  SmallVector<int64_t> own = getStrides(indices.getShape());
  HostTensor result = data;
  for (int64_t i = 0; i < indices.size(); ++i) {
    auto place =
        countAxisFromFront(indices.getInteger(i), data.getShape()[*axis]);
    if (!place)
      return false;
    int64_t target = *place * strides[*axis];
    for (int64_t d = 0; d < data.getRank(); ++d)
      if (d != *axis)
        target += i / own[d] % indices.getShape()[d] * strides[d];
    overwrite(result, target, updates, i, 1);
  }
  eval.results.push_back(std::move(result));
  return true;
}

void populateScatterEvaluators(EvaluatorTable &table) {
  table["ScatterElements"] = evaluateScatterElements;
  table["ScatterND"] = evaluateScatterND;
}

} // namespace ecolm::onnx

//===- Indexing.cpp - Evaluators that read and write at places ------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Evaluates GatherND, NonZero, and ScatterND and ScatterElements without a
// reduction.
//
//===----------------------------------------------------------------------===//

#include "Evaluators.h"

using namespace mlir;

namespace ecolm::onnx {

/// The offset of the element of a tensor of `shape` at the `depth` places that
/// `indices` holds from `first` on; nothing if one is out of bounds.
static std::optional<int64_t> findOffset(const HostTensor &indices,
                                         int64_t first, int64_t depth,
                                         ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides = getStrides(shape);
  int64_t offset = 0;
  for (int64_t axis = 0; axis < depth; ++axis) {
    auto place =
        countAxisFromFront(indices.getInteger(first + axis), shape[axis]);
    if (!place)
      return std::nullopt;
    offset += *place * strides[axis];
  }
  return offset;
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

/// The last axis of the indices holds places of blocks of the data, which is
/// one tensor for each place along the axes of the batch.
static bool evaluateGatherND(Evaluation &eval) {
  const HostTensor *data = eval.getInput(0), *indices = eval.getInput(1);
  int64_t batch = eval.getInt("batch_dims", 0);
  if (!data || !indices || indices->isFloat() || indices->getRank() < 1)
    return false;
  int64_t depth = indices->getShape().back();
  ArrayRef<int64_t> shape = data->getShape(), own = indices->getShape();
  if (depth < 1 || batch < 0 || batch >= indices->getRank() ||
      batch + depth > data->getRank() ||
      shape.take_front(batch) != own.take_front(batch))
    return false;
  ArrayRef<int64_t> inner = shape.drop_front(batch);
  SmallVector<int64_t> wanted(own.drop_back());
  llvm::append_range(wanted, inner.drop_front(depth));
  HostTensor *result = eval.addResult(data->getElementType(), wanted);
  if (!result)
    return false;
  int64_t block = llvm::product_of(inner.drop_front(depth));
  int64_t numPlaces = indices->size() / depth;
  int64_t numInBatch =
      numPlaces / std::max<int64_t>(1, llvm::product_of(own.take_front(batch)));
  for (int64_t i = 0; i < numPlaces; ++i) {
    auto offset = findOffset(*indices, i * depth, depth, inner);
    if (!offset)
      return false;
    *offset += i / numInBatch * llvm::product_of(inner);
    copyRun(*data, *offset, *result, i * block, block);
  }
  return true;
}

/// The places of elements that are not 0: a row for each axis.
static bool evaluateNonZero(Evaluation &eval) {
  const HostTensor *input = eval.getInput(0);
  if (!input || input->getRank() < 1 || !eval.budget.take(input->getShape()))
    return false;
  std::vector<int64_t> places;
  std::visit(
      [&](const auto &elements) {
        for (auto [i, element] : llvm::enumerate(elements))
          if (element != 0)
            places.push_back(i);
      },
      input->getStorage());
  int64_t count = places.size();
  HostTensor *result = eval.addResult(
      IntegerType::get(eval.node.getContext(), 64), {input->getRank(), count});
  if (!result)
    return false;
  SmallVector<int64_t> strides = getStrides(input->getShape());
  for (auto [axis, size] : llvm::enumerate(input->getShape()))
    for (int64_t i = 0; i < count; ++i)
      result->get<int64_t>()[axis * count + i] =
          places[i] / strides[axis] % size;
  return true;
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

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
  HostTensor result = data;
  for (int64_t i = 0; i < indices.size() / depth; ++i) {
    auto target = findOffset(indices, i * depth, depth, data.getShape());
    if (!target)
      return false;
    copyRun(updates, i * block, result, *target, block);
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
    copyRun(updates, i, result, target, 1);
  }
  eval.results.push_back(std::move(result));
  return true;
}

void populateIndexingEvaluators(EvaluatorTable &table) {
  table["GatherND"] = evaluateGatherND;
  table["NonZero"] = evaluateNonZero;
  table["ScatterElements"] = evaluateScatterElements;
  table["ScatterND"] = evaluateScatterND;
}

} // namespace ecolm::onnx

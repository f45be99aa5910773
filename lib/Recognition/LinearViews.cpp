//===- LinearViews.cpp - Operators that move elements ---------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Follows terms through reshapes, transpositions, slices and the like.
//
//===----------------------------------------------------------------------===//

#include "LinearRules.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace ecolm;

std::optional<int64_t> ecolm::countTerms(ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t size : shape) {
    if (size < 1 || size > kMaxElements)
      return std::nullopt;
    count *= size;
    if (count > kMaxElements)
      return std::nullopt;
  }
  return count;
}

LinearTensor ecolm::pickTerms(const LinearTensor &tensor,
                              ArrayRef<int64_t> offsets,
                              ArrayRef<int64_t> shape, ArrayRef<bool> isBatch) {
  LinearTensor result;
  result.region = tensor.region;
  result.shape.assign(shape.begin(), shape.end());
  result.isBatch.assign(isBatch.begin(), isBatch.end());
  result.terms.reserve(offsets.size());
  for (int64_t offset : offsets)
    result.terms.push_back(tensor.terms[offset]);
  return result;
}

//===----------------------------------------------------------------------===//
// Same order of elements
//===----------------------------------------------------------------------===//

/// Counts the dims of `sizes`, taken one after the other, whose product is
/// `product`; nothing if no number of them has it.
static std::optional<size_t> matchProduct(ArrayRef<int64_t> sizes,
                                          int64_t product) {
  size_t count = 0;
  for (int64_t found = 1; found != product; ++count) {
    if (count == sizes.size() || sizes[count] < 1 || sizes[count] > product)
      return std::nullopt;
    found *= sizes[count];
    if (found > product)
      return std::nullopt;
  }
  return count;
}

/// The tags of `sizes` if it differs from `tensor` in axes of size 1 only.
static std::optional<SmallVector<bool>>
alignUnitAxes(const LinearTensor &tensor, ArrayRef<int64_t> sizes) {
  SmallVector<bool> isBatch(sizes.size(), false);
  int64_t axis = 0, rank = tensor.getRank();
  auto isUnit = [&](int64_t i) {
    return !tensor.isBatch[i] && tensor.shape[i] == 1;
  };
  for (auto [i, size] : llvm::enumerate(sizes)) {
    if (size == 1)
      continue;
    while (axis < rank && isUnit(axis))
      ++axis;
    if (axis == rank || (!tensor.isBatch[axis] && tensor.shape[axis] != size))
      return std::nullopt;
    isBatch[i] = tensor.isBatch[axis++];
  }
  while (axis < rank && isUnit(axis))
    ++axis;
  return axis == rank ? std::optional(isBatch) : std::nullopt;
}

/// The tags of `sizes` if all axes of the batch lie together in `tensor`:
/// features before and behind them stay there, in whatever dims.
static std::optional<SmallVector<bool>>
alignAroundBatch(const LinearTensor &tensor, ArrayRef<int64_t> sizes) {
  auto first = llvm::find(tensor.isBatch, true);
  size_t begin = first - tensor.isBatch.begin(), end = begin;
  while (end < tensor.isBatch.size() && tensor.isBatch[end])
    ++end;
  if (llvm::is_contained(ArrayRef(tensor.isBatch).drop_front(end), true))
    return std::nullopt;
  auto product = [](ArrayRef<int64_t> shape) {
    int64_t result = 1;
    for (int64_t size : shape)
      result *= size;
    return result;
  };
  std::optional<size_t> before =
      matchProduct(sizes, product(ArrayRef(tensor.shape).take_front(begin)));
  if (!before)
    return std::nullopt;
  SmallVector<int64_t> backwards(llvm::reverse(sizes.drop_front(*before)));
  std::optional<size_t> behind =
      matchProduct(backwards, product(ArrayRef(tensor.shape).drop_front(end)));
  if (!behind)
    return std::nullopt;
  SmallVector<bool> isBatch(sizes.size(), false);
  for (size_t i = *before; i < sizes.size() - *behind; ++i)
    isBatch[i] = sizes[i] != 1;
  return isBatch;
}

std::optional<LinearTensor> ecolm::reshapeTerms(const LinearTensor &tensor,
                                                RankedTensorType type) {
  ArrayRef<int64_t> sizes = type.getShape();
  std::optional<SmallVector<bool>> isBatch = alignUnitAxes(tensor, sizes);
  if (!isBatch)
    isBatch = alignAroundBatch(tensor, sizes);
  if (!isBatch)
    return std::nullopt;
  LinearTensor result = tensor;
  result.isBatch = *isBatch;
  result.shape.assign(sizes.begin(), sizes.end());
  for (auto [size, batch] : llvm::zip_equal(result.shape, *isBatch))
    if (batch)
      size = 1;
  return result;
}

static std::optional<LinearTensor> applyReshape(LinearNode node) {
  return reshapeTerms(*node.inputs[0], node.getType());
}

//===----------------------------------------------------------------------===//
// Other order
//===----------------------------------------------------------------------===//

static std::optional<LinearTensor> applyTranspose(LinearNode node) {
  const LinearTensor &input = *node.inputs[0];
  SmallVector<int64_t> order;
  if (auto given = getInts(node.node, "perm"))
    order = *given;
  else
    order = llvm::to_vector(llvm::reverse(llvm::seq(input.getRank())));
  SmallVector<int64_t> strides = getStrides(input.shape);
  SmallVector<int64_t> shape, picked;
  SmallVector<bool> isBatch;
  int64_t lastBatch = -1;
  for (int64_t axis : order) {
    if (input.isBatch[axis] && std::exchange(lastBatch, axis) > axis)
      return std::nullopt;
    shape.push_back(input.shape[axis]);
    picked.push_back(strides[axis]);
    isBatch.push_back(input.isBatch[axis]);
  }
  return pickTerms(input, enumerateOffsets(shape, picked), shape, isBatch);
}

/// `input` with the elements `indices` of `axis`.
static std::optional<LinearTensor>
takeAlong(const LinearTensor &input, int64_t axis, ArrayRef<int64_t> indices) {
  SmallVector<int64_t> outer = input.shape;
  outer[axis] = 1;
  SmallVector<int64_t> strides = getStrides(input.shape);
  SmallVector<int64_t> shape = input.shape;
  shape[axis] = indices.size();
  auto isOutside = [&](int64_t index) {
    return index < 0 || index >= input.shape[axis];
  };
  if (!countTerms(shape) || !countTerms(outer) ||
      llvm::any_of(indices, isOutside))
    return std::nullopt;
  std::vector<int64_t> before = enumerateOffsets(
      ArrayRef(outer).take_front(axis), ArrayRef(strides).take_front(axis));
  std::vector<int64_t> behind = enumerateOffsets(
      ArrayRef(outer).drop_front(axis), ArrayRef(strides).drop_front(axis));
  std::vector<int64_t> offsets;
  for (int64_t first : before)
    for (int64_t index : indices)
      for (int64_t last : behind)
        offsets.push_back(first + index * strides[axis] + last);
  return pickTerms(input, offsets, shape, input.isBatch);
}

/// The axes, starts and steps of a Slice; nothing if the run decides them.
static std::optional<SmallVector<int64_t>>
getSliceInts(onnx::NodeOp node, StringRef name, unsigned index, size_t count,
             int64_t first, int64_t step) {
  if (hasIntsOrInput(node, name, index))
    return getIntsOrInput(node, name, index);
  SmallVector<int64_t> ints;
  for (size_t i = 0; i < count; ++i)
    ints.push_back(first + i * step);
  return ints;
}

static std::optional<LinearTensor> applySlice(LinearNode node) {
  auto starts = getIntsOrInput(node.node, "starts", 1);
  auto ends = getIntsOrInput(node.node, "ends", 2);
  if (!starts || !ends)
    return std::nullopt;
  auto axes = getSliceInts(node.node, "axes", 3, starts->size(), 0, 1);
  auto steps = getSliceInts(node.node, "steps", 4, starts->size(), 1, 0);
  if (!axes || !steps || starts->size() != ends->size() ||
      starts->size() != axes->size() || starts->size() != steps->size())
    return std::nullopt;
  LinearTensor result = *node.inputs[0];
  for (auto [start, end, givenAxis, step] :
       llvm::zip_equal(*starts, *ends, *axes, *steps)) {
    int64_t axis = *normalizeAxis(givenAxis, result.getRank());
    if (result.isBatch[axis]) {
      Value input = node.node.getInputs()[0];
      bool isWhole =
          end >= std::numeric_limits<int32_t>::max() ||
          node.sizes.haveSameSize(input, axis, node.node.getResult(0), axis);
      if (start != 0 || step != 1 || !isWhole)
        return std::nullopt;
      continue;
    }
    // All elements that a slice keeps are a step apart from its first one.
    int64_t size = result.shape[axis], kept = node.getType().getDimSize(axis);
    int64_t from = start < 0 ? start + size : start;
    from = std::clamp<int64_t>(from, 0, step < 0 ? size - 1 : size);
    SmallVector<int64_t> indices;
    for (int64_t i = 0; i < kept; ++i)
      indices.push_back(from + i * step);
    std::optional<LinearTensor> taken = takeAlong(result, axis, indices);
    if (!taken)
      return std::nullopt;
    result = std::move(*taken);
  }
  return result;
}

static std::optional<LinearTensor> applySplit(LinearNode node) {
  const LinearTensor &input = *node.inputs[0];
  int64_t axis = *normalizeAxis(getInt(node.node, "axis", 0), input.getRank());
  if (input.isBatch[axis])
    return std::nullopt;
  int64_t begin = 0;
  for (unsigned i = 0; i < node.result; ++i) {
    int64_t size = getResultType(node.node, i).getDimSize(axis);
    if (size < 0 || size > input.shape[axis])
      return std::nullopt;
    begin += size;
  }
  int64_t size = node.getType().getDimSize(axis);
  if (size < 0 || size > input.shape[axis])
    return std::nullopt;
  auto indices = llvm::to_vector(llvm::seq(begin, begin + size));
  return takeAlong(input, axis, indices);
}

/// `x[indices]` along one axis, where the result's dims are those of `indices`.
static std::optional<LinearTensor> gatherAlong(LinearNode node, int64_t axis) {
  const LinearTensor &input = *node.inputs[0];
  auto indices = getIntsOrInput(node.node, "", 1);
  if (!indices || input.isBatch[axis])
    return std::nullopt;
  for (int64_t &index : *indices) {
    index += index < 0 ? input.shape[axis] : 0;
    if (index < 0 || index >= input.shape[axis])
      return std::nullopt;
  }
  std::optional<LinearTensor> taken = takeAlong(input, axis, *indices);
  if (!taken)
    return std::nullopt;
  RankedTensorType type = node.getType();
  int64_t added = type.getRank() - input.getRank() + 1;
  taken->shape.erase(taken->shape.begin() + axis);
  taken->isBatch.erase(taken->isBatch.begin() + axis);
  ArrayRef<int64_t> dims = type.getShape().slice(axis, added);
  taken->shape.insert(taken->shape.begin() + axis, dims.begin(), dims.end());
  taken->isBatch.insert(taken->isBatch.begin() + axis, added, false);
  return taken;
}

static std::optional<LinearTensor> applyGather(LinearNode node) {
  return gatherAlong(node, *normalizeAxis(getInt(node.node, "axis", 0),
                                          node.inputs[0]->getRank()));
}

/// GatherND by indices (..., 1), which pick along the first axis.
static std::optional<LinearTensor> applyGatherND(LinearNode node) {
  auto type = cast<RankedTensorType>(node.node.getInputs()[1].getType());
  if (getInt(node.node, "batch_dims", 0) != 0 || type.getRank() < 1 ||
      type.getShape().back() != 1)
    return std::nullopt;
  return gatherAlong(node, 0);
}

static std::optional<LinearTensor> applyExpand(LinearNode node) {
  const LinearTensor &input = *node.inputs[0];
  ArrayRef<int64_t> sizes = node.getType().getShape();
  size_t added = sizes.size() - input.shape.size();
  Value value = node.node.getInputs()[0], expanded = node.node.getResult(0);
  SmallVector<int64_t> shape, strides(added, 0);
  SmallVector<bool> isBatch(added, false);
  llvm::append_range(strides, getStrides(input.shape));
  for (auto [i, size] : llvm::enumerate(sizes)) {
    bool batch = i >= added && input.isBatch[i - added];
    // Only the run knows whether an unknown size repeats a batch of one.
    if (batch ? !node.sizes.haveSameSize(value, i - added, expanded, i)
              : ShapedType::isDynamic(size))
      return std::nullopt;
    shape.push_back(batch ? 1 : size);
    if (i >= added)
      isBatch.push_back(batch);
  }
  if (!countTerms(shape))
    return std::nullopt;
  return pickTerms(input, enumerateOffsets(shape, strides), shape, isBatch);
}

static std::optional<LinearTensor> applyConcat(LinearNode node) {
  const LinearTensor &first = *node.inputs[0];
  int64_t axis = *normalizeAxis(getInt(node.node, "axis", 0), first.getRank());
  LinearTensor result = first;
  result.shape[axis] = 0;
  result.terms.clear();
  for (const LinearTensor *input : node.inputs) {
    if (!input || input->isBatch != first.isBatch || input->isBatch[axis])
      return std::nullopt;
    result.shape[axis] += input->shape[axis];
  }
  if (!countTerms(result.shape))
    return std::nullopt;
  int64_t outer = 1;
  for (int64_t size : ArrayRef(first.shape).take_front(axis))
    outer *= size;
  for (int64_t i = 0; i < outer; ++i)
    for (const LinearTensor *input : node.inputs) {
      size_t part = input->terms.size() / outer;
      llvm::append_range(result.terms,
                         ArrayRef(input->terms).slice(i * part, part));
    }
  return result;
}

LinearRule ecolm::findViewRule(StringRef opType) {
  return llvm::StringSwitch<LinearRule>(opType)
      .Cases({"Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity"},
             applyReshape)
      .Case("Transpose", applyTranspose)
      .Case("Slice", applySlice)
      .Case("Split", applySplit)
      .Case("Gather", applyGather)
      .Case("GatherND", applyGatherND)
      .Case("Expand", applyExpand)
      .Case("Concat", applyConcat)
      .Default(nullptr);
}

//===- Slicing.cpp - Rules of operators that cut and join -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Infers Gather, Slice, Concat and Split.
//
//===----------------------------------------------------------------------===//

#include "Rules.h"
#include <limits>

using namespace mlir;

namespace ecolm::onnx {

LogicalResult inferGather(NodeInference &node) {
  if (failed(node.expectInputs(2, 2)) || failed(node.expectRank(0, 1, 64)))
    return failure();
  const ValueFacts &data = node.getInput(0), &indices = node.getInput(1);
  if (!indices.elementType.isInteger(64) && !indices.elementType.isInteger(32))
    return node.emitError()
           << "Gather expects indices of int32 or int64, found "
           << indices.elementType;
  FailureOr<int64_t> axis =
      node.normalizeAxis(node.getInt("axis", 0), data.getRank());
  if (failed(axis))
    return failure();
  Dims result(data.dims->begin(), data.dims->begin() + *axis);
  result.append(*indices.dims);
  result.append(data.dims->begin() + *axis + 1, data.dims->end());
  if (data.elements && indices.elements) {
    int64_t size = data.elements->size();
    Dims picked;
    for (Dim index : *indices.elements) {
      bool inside = index.isNumber() && index.getNumber() >= -size &&
                    index.getNumber() < size;
      if (index.isNumber() && !inside)
        return node.emitError() << "Gather takes element " << index.getNumber()
                                << " of " << describeDims(*data.elements);
      picked.push_back(!inside ? Dim()
                               : (*data.elements)[index.getNumber() < 0
                                                      ? index.getNumber() + size
                                                      : index.getNumber()]);
    }
    node.setElements(0, std::move(picked));
  }
  return node.setResult(0, data.elementType, result);
}

namespace {

/// The cuts of a Slice node, one entry per axis that it names.
struct Cuts {
  Dims starts, ends, steps;
  SmallVector<int64_t> axes;
};

Dims toDims(ArrayRef<int64_t> numbers) {
  return Dims(numbers.begin(), numbers.end());
}

/// Reads the cuts from attributes (before opset 10) or inputs. Succeeds with
/// nothing if the axes are not known.
FailureOr<std::optional<Cuts>> readCuts(NodeInference &node) {
  Cuts cuts;
  std::optional<Dims> axes;
  if (node.getOpset() < 10) {
    cuts.starts =
        toDims(node.getInts("starts").value_or(SmallVector<int64_t>()));
    cuts.ends = toDims(node.getInts("ends").value_or(SmallVector<int64_t>()));
    if (auto given = node.getInts("axes"))
      axes = toDims(*given);
  } else {
    const Dims *starts = node.getElements(1), *ends = node.getElements(2);
    const Dims *given = node.hasInput(3) ? node.getElements(3) : nullptr;
    const Dims *steps = node.hasInput(4) ? node.getElements(4) : nullptr;
    // How many axes are cut is known even where the places are not.
    Dim count = node.getInput(1).getRank() == 1 ? node.getDims(1)[0] : Dim();
    if ((node.hasInput(3) && !given) ||
        (!starts && (!count.isNumber() || count.getNumber() > 64)))
      return std::optional<Cuts>();
    cuts.starts = starts ? *starts : Dims(count.getNumber());
    cuts.ends = ends ? *ends : Dims(cuts.starts.size());
    cuts.steps = steps              ? *steps
                 : node.hasInput(4) ? Dims(cuts.starts.size())
                                    : Dims();
    if (given)
      axes = *given;
  }
  size_t count = cuts.starts.size();
  if (cuts.steps.empty())
    cuts.steps.assign(count, Dim(1));
  if (!axes) {
    axes.emplace();
    for (size_t i = 0; i < count; ++i)
      axes->push_back(Dim(static_cast<int64_t>(i)));
  }
  if (cuts.ends.size() != count || cuts.steps.size() != count ||
      axes->size() != count)
    return node.emitError()
           << "Slice expects starts, ends, axes and steps of one "
              "length";
  int64_t rank = node.getInput(0).getRank();
  for (Dim axis : *axes) {
    if (!axis.isNumber())
      return std::optional<Cuts>();
    FailureOr<int64_t> at = node.normalizeAxis(axis.getNumber(), rank);
    if (failed(at))
      return failure();
    if (llvm::is_contained(cuts.axes, *at))
      return node.emitError() << "Slice cuts axis " << *at << " twice";
    cuts.axes.push_back(*at);
  }
  return std::optional<Cuts>(std::move(cuts));
}

/// What is left of a dimension: first element, step and number of elements.
struct Kept {
  int64_t first;
  int64_t step;
  int64_t count;
};

Kept keep(int64_t size, int64_t start, int64_t end, int64_t step) {
  if (size == 0)
    return {0, step, 0};
  bool forward = step > 0;
  // Counted from the end if negative; before the front is -1.
  auto place = [&](int64_t at) {
    return at >= 0 ? at : at < -size ? -1 : at + size;
  };
  int64_t first =
      std::clamp<int64_t>(place(start), 0, forward ? size : size - 1);
  int64_t last = forward ? std::clamp<int64_t>(place(end), 0, size)
                         : std::clamp<int64_t>(place(end), -1, size - 1);
  int64_t distance =
      std::max<int64_t>(forward ? last - first : first - last, 0);
  // The negation of the least integer does not exist as an int64_t.
  uint64_t stride = forward ? step : 0 - static_cast<uint64_t>(step);
  uint64_t count = distance / stride + (distance % stride != 0);
  return {first, step, static_cast<int64_t>(count)};
}

/// The size of a symbolic dimension after a cut.
Dim cutSymbol(Dim size, Dim start, Dim end, Dim step) {
  bool toTheEnd = end.isNumber() && end.getNumber() >= (int64_t(1) << 31) - 1;
  bool keepsAll = start.isNumber(0) && step.isNumber(1) &&
                  (toTheEnd || end.provablyEquals(size));
  return keepsAll ? size : Dim();
}

} // namespace

LogicalResult inferSlice(NodeInference &node) {
  bool byInput = node.getOpset() >= 10;
  if (failed(node.expectInputs(byInput ? 3 : 1, byInput ? 5 : 1)) ||
      failed(node.expectRank(0, 1, 64)))
    return failure();
  const ValueFacts &data = node.getInput(0);
  FailureOr<std::optional<Cuts>> cuts = readCuts(node);
  if (failed(cuts))
    return failure();
  if (!*cuts)
    return node.setResult(0, data.elementType, Dims(data.getRank()));
  Dims result = *data.dims;
  for (auto [axis, start, end, step] : llvm::zip_equal(
           (*cuts)->axes, (*cuts)->starts, (*cuts)->ends, (*cuts)->steps)) {
    if (step.isNumber(0))
      return node.emitError() << "Slice has a step of zero";
    Dim size = result[axis];
    bool takesFirst = start.isNumber(0) && step.isNumber(1);
    if (takesFirst && size.isNumber() && node.isAtMost(end, size.getNumber())) {
      result[axis] = end;
      continue;
    }
    if (!size.isNumber() || !start.isNumber() || !end.isNumber() ||
        !step.isNumber()) {
      result[axis] = cutSymbol(size, start, end, step);
      continue;
    }
    Kept kept = keep(size.getNumber(), start.getNumber(), end.getNumber(),
                     step.getNumber());
    result[axis] = Dim(kept.count);
    if (data.elements && data.getRank() == 1) {
      Dims elements;
      for (int64_t i = 0; i < kept.count; ++i)
        elements.push_back((*data.elements)[kept.first + i * kept.step]);
      node.setElements(0, std::move(elements));
    }
  }
  return node.setResult(0, data.elementType, result);
}

LogicalResult inferConcat(NodeInference &node) {
  unsigned count = node.getNumInputs();
  if (failed(node.expectInputs(std::max(count, 1u), std::max(count, 1u))) ||
      failed(node.expectRank(0, 1, 64)))
    return failure();
  int64_t rank = node.getInput(0).getRank();
  FailureOr<int64_t> axis = node.normalizeAxis(node.getInt("axis", 0), rank);
  if (failed(axis))
    return failure();
  Dims result = node.getDims(0);
  std::optional<Dims> elements;
  if (rank == 1)
    elements = node.getInput(0).elements;
  for (unsigned i = 1; i < count; ++i) {
    if (failed(node.expectSameType({0, i})) ||
        failed(node.expectRank(i, rank, rank)))
      return failure();
    const Dims &dims = node.getDims(i);
    for (int64_t d = 0; d < rank; ++d) {
      if (d == *axis) {
        result[d] = add(result[d], dims[d]);
        continue;
      }
      FailureOr<Dim> size = node.unify(
          result[d], dims[d],
          "size of dimension " + std::to_string(d) + " of the inputs");
      if (failed(size))
        return failure();
      result[d] = *size;
    }
    if (const Dims *next = node.getElements(i); next && elements)
      elements->append(*next);
    else
      elements.reset();
  }
  node.setElements(0, std::move(elements));
  return node.setResult(0, node.getInput(0).elementType, result);
}

/// The sizes that Split gives its results along the axis.
static FailureOr<Dims> splitSizes(NodeInference &node, Dim whole) {
  unsigned parts = node.getNumResults();
  if (node.getInt("num_outputs", parts) != parts)
    return node.emitError()
           << "Split says that it has " << node.getInt("num_outputs", parts)
           << " results, found " << parts;
  if (auto sizes = node.getInts("split"))
    return toDims(*sizes);
  if (node.hasInput(1)) {
    const Dims *sizes = node.getElements(1);
    return sizes ? *sizes : Dims(parts);
  }
  if (!whole.isNumber())
    return Dims(parts);
  // Equal parts, of which the last one may be smaller (since opset 18).
  int64_t size = whole.getNumber();
  int64_t each = size / parts + (size % parts != 0);
  int64_t last = size - each * (parts - 1);
  if (last < 0 || (node.getOpset() < 18 && last != each))
    return node.emitError() << "Split of " << size << " into " << parts
                            << " equal parts is not possible";
  Dims sizes(parts, Dim(each));
  sizes.back() = Dim(last);
  return sizes;
}

LogicalResult inferSplit(NodeInference &node) {
  if (failed(node.expectInputs(1, 2)) || failed(node.expectRank(0, 1, 64)))
    return failure();
  const ValueFacts data = node.getInput(0);
  FailureOr<int64_t> axis =
      node.normalizeAxis(node.getInt("axis", 0), data.getRank());
  if (failed(axis) || node.getNumResults() == 0)
    return failure();
  Dim whole = (*data.dims)[*axis];
  FailureOr<Dims> sizes = splitSizes(node, whole);
  if (failed(sizes))
    return failure();
  if (sizes->size() != node.getNumResults())
    return node.emitError() << "Split names " << sizes->size() << " sizes for "
                            << node.getNumResults() << " results";
  Dim sum(0);
  for (Dim size : *sizes)
    sum = add(sum, size);
  if (sum.provablyDiffers(whole))
    return node.emitError() << "Split sizes add up to " << sum.getNumber()
                            << ", but the dimension has " << whole.getNumber();
  for (auto [i, size] : llvm::enumerate(*sizes)) {
    Dims dims = *data.dims;
    dims[*axis] = size;
    if (failed(node.setResult(i, data.elementType, dims)))
      return failure();
  }
  return success();
}

} // namespace ecolm::onnx

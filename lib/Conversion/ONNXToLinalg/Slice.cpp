//===- Slice.cpp - Slice --------------------------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts Slice with bounds and sizes known at run time and steps of both
// signs.
//
//===----------------------------------------------------------------------===//

#include "LinalgConversions.h"
#include "SizeArithmetic.h"
#include "TensorBuilders.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace ecolm;

namespace {
/// A slice of every dimension: `size` elements from `start` on, `step` apart.
struct Slices {
  SmallVector<OpFoldResult> starts, sizes;
  SmallVector<int64_t> steps;
};
} // namespace

/// Input `index` of a Slice as one integer per sliced axis.
static FailureOr<SmallVector<OpFoldResult>>
readBounds(onnx::NodeOp node, StringRef name, unsigned index,
           GraphRewriter &rewriter) {
  SizeArithmetic arithmetic(rewriter, node.getLoc());
  SmallVector<OpFoldResult> bounds;
  if (auto constants = getIntsOrInput(node, name, index)) {
    for (int64_t constant : *constants)
      bounds.push_back(arithmetic.constant(constant));
    return bounds;
  }
  Value input = node.getPresentInput(index);
  if (!input || !isShapeLike(input.getType()))
    return rewriter.refuse(node, "expects " + name + " of constant length");
  for (Value scalar : getScalars(rewriter, node.getLoc(), input))
    bounds.push_back(arithmetic.fromInteger(scalar));
  return bounds;
}

/// Bounds of one axis as ONNX clamps them: a positive step moves in [0, size],
/// a negative one from size - 1 down to -1.
static void setSlice(Slices &slices, int64_t axis, OpFoldResult start,
                     OpFoldResult end, int64_t step,
                     SizeArithmetic &arithmetic) {
  OpFoldResult size = slices.sizes[axis], zero = arithmetic.constant(0);
  OpFoldResult low = step > 0 ? zero : arithmetic.constant(-1);
  OpFoldResult high =
      step > 0 ? size : arithmetic.sub(size, arithmetic.constant(1));
  auto clamp = [&](OpFoldResult bound, OpFoldResult lowest) {
    bound = arithmetic.wrap(bound, size);
    return arithmetic.min(arithmetic.max(bound, lowest), high);
  };
  start = clamp(start, zero);
  end = clamp(end, low);
  OpFoldResult span =
      step > 0 ? arithmetic.sub(end, start) : arithmetic.sub(start, end);
  slices.starts[axis] = start;
  slices.sizes[axis] = arithmetic.ceilDiv(arithmetic.max(span, zero),
                                          arithmetic.constant(std::abs(step)));
  slices.steps[axis] = step;
}

static FailureOr<Slices> readSlices(onnx::NodeOp node,
                                    GraphRewriter &rewriter) {
  Value input = node.getInputs()[0];
  int64_t rank = cast<RankedTensorType>(input.getType()).getRank();
  SizeArithmetic arithmetic(rewriter, node.getLoc());
  auto starts = readBounds(node, "starts", 1, rewriter);
  auto ends = readBounds(node, "ends", 2, rewriter);
  if (failed(starts) || failed(ends))
    return failure();
  SmallVector<int64_t> axes =
      llvm::to_vector(llvm::seq<int64_t>(0, starts->size()));
  SmallVector<int64_t> steps(starts->size(), 1);
  if (hasIntsOrInput(node, "axes", 3)) {
    auto given = getIntsOrInput(node, "axes", 3);
    if (!given)
      return rewriter.refuse(node, "expects constant axes");
    axes = *given;
  }
  if (node.getPresentInput(4)) {
    auto given = getIntsOrInput(node, "", 4);
    if (!given || llvm::is_contained(*given, 0))
      return rewriter.refuse(node, "expects constant steps other than zero");
    steps = *given;
  }
  if (starts->size() != ends->size() || axes.size() != starts->size() ||
      steps.size() != starts->size())
    return rewriter.refuse(node, "expects as many ends, axes and steps as "
                                 "starts");
  Slices slices{SmallVector<OpFoldResult>(rank, arithmetic.constant(0)),
                rewriter.getSizes(input), SmallVector<int64_t>(rank, 1)};
  for (auto [index, axis] : llvm::enumerate(axes)) {
    std::optional<int64_t> front = normalizeAxis(axis, rank);
    if (!front)
      return rewriter.refuse(node, "expects axes below the rank");
    setSlice(slices, *front, (*starts)[index], (*ends)[index], steps[index],
             arithmetic);
  }
  return slices;
}

/// A slice with a negative step reads its elements one by one.
static Value createBackwardSlice(onnx::NodeOp node, const Slices &slices,
                                 GraphRewriter &rewriter) {
  Value input = node.getInputs()[0];
  RankedTensorType type = getResultType(node);
  SizeArithmetic outer(rewriter, node.getLoc());
  SmallVector<Value> starts;
  for (OpFoldResult start : slices.starts)
    starts.push_back(outer.materialize(start));
  Value init = createEmpty(rewriter, node.getLoc(), type, slices.sizes);
  SmallVector<utils::IteratorType> iterators(type.getRank(),
                                             utils::IteratorType::parallel);
  auto body = [&](OpBuilder &nested, Location loc, ValueRange) {
    SizeArithmetic arithmetic(nested, loc);
    SmallVector<Value> position;
    for (int64_t dim = 0; dim < type.getRank(); ++dim) {
      OpFoldResult index =
          linalg::IndexOp::create(nested, loc, dim).getResult();
      OpFoldResult moved =
          arithmetic.mul(index, arithmetic.constant(slices.steps[dim]));
      position.push_back(
          arithmetic.materialize(arithmetic.add(starts[dim], moved)));
    }
    Value element = tensor::ExtractOp::create(nested, loc, input, position);
    linalg::YieldOp::create(nested, loc, element);
  };
  AffineMap map = rewriter.getMultiDimIdentityMap(type.getRank());
  return linalg::GenericOp::create(rewriter, node.getLoc(), type, ValueRange(),
                                   init, map, iterators, body)
      .getResult(0);
}

/// A list of integers sliced by constants stays a list of integers.
static bool sliceScalars(onnx::NodeOp node, const Slices &slices,
                         GraphRewriter &rewriter) {
  Value input = node.getInputs()[0];
  RankedTensorType type = getResultType(node);
  if (!isShapeLike(input.getType()) || !isShapeLike(type))
    return false;
  std::optional<int64_t> start = getConstantIntValue(slices.starts[0]);
  std::optional<int64_t> size = getConstantIntValue(slices.sizes[0]);
  if (!start || !size)
    return false;
  SmallVector<Value> scalars = getScalars(rewriter, node.getLoc(), input);
  SmallVector<Value> chosen;
  for (int64_t i = 0; i < *size; ++i)
    chosen.push_back(scalars[*start + i * slices.steps[0]]);
  (void)rewriter.replaceNode(
      node, createFromScalars(rewriter, node.getLoc(), type, chosen));
  return true;
}

static LogicalResult convertSlice(onnx::NodeOp node, GraphRewriter &rewriter) {
  FailureOr<Slices> slices = readSlices(node, rewriter);
  if (failed(slices))
    return failure();
  if (sliceScalars(node, *slices, rewriter))
    return success();
  if (llvm::any_of(slices->steps, [](int64_t step) { return step < 0; }))
    return rewriter.replaceNode(node,
                                createBackwardSlice(node, *slices, rewriter));
  SmallVector<OpFoldResult> strides;
  for (int64_t step : slices->steps)
    strides.push_back(rewriter.getIndexAttr(step));
  Value result = tensor::ExtractSliceOp::create(
      rewriter, node.getLoc(), node.getInputs()[0], slices->starts,
      slices->sizes, strides);
  return rewriter.replaceNode(node, result);
}

void ecolm::populateSliceConversions(NodeConversions &conversions) {
  conversions.add("Slice", convertSlice);
}

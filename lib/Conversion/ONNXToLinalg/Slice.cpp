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

#include "Indexing.h"
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
  SmallVector<OpFoldResult> steps;
};
} // namespace

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
  end = clamp(end, low);
  OpFoldResult span = end;
  // From the first element on there is nothing to clamp.
  if (step < 0 || !isConstantIntValue(start, 0)) {
    start = clamp(start, zero);
    span = step > 0 ? arithmetic.sub(end, start) : arithmetic.sub(start, end);
    span = arithmetic.max(span, zero);
  }
  slices.starts[axis] = start;
  slices.sizes[axis] =
      arithmetic.ceilDiv(span, arithmetic.constant(std::abs(step)));
  slices.steps[axis] = arithmetic.constant(step);
}

static FailureOr<Slices> readSlices(onnx::NodeOp node,
                                    GraphRewriter &rewriter) {
  Value input = node.getInputs()[0];
  int64_t rank = cast<RankedTensorType>(input.getType()).getRank();
  SizeArithmetic arithmetic(rewriter, node.getLoc());
  auto starts = readIntegers(node, "starts", 1, rewriter);
  auto ends = readIntegers(node, "ends", 2, rewriter);
  if (failed(starts) || failed(ends))
    return failure();
  SmallVector<int64_t> axes =
      llvm::to_vector(llvm::seq<int64_t>(0, starts->size()));
  SmallVector<int64_t> steps(starts->size(), 1);
  if (hasIntsOrInput(node, "axes", 3)) {
    axes = *getIntsOrInput(node, "axes", 3);
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
                rewriter.getSizes(input),
                SmallVector<OpFoldResult>(rank, arithmetic.constant(1))};
  for (auto [index, axis] : llvm::enumerate(axes)) {
    std::optional<int64_t> front = normalizeAxis(axis, rank);
    if (!front)
      return rewriter.refuse(node, "expects axes below the rank");
    setSlice(slices, *front, (*starts)[index], (*ends)[index], steps[index],
             arithmetic);
  }
  return slices;
}

/// The first element, the number of elements and the step along a dimension,
/// of bounds that only the run knows.
static void setComputedSlice(Slices &slices, int64_t axis, Value start,
                             Value end, Value step, GraphRewriter &rewriter,
                             Location loc) {
  ImplicitLocOpBuilder b(loc, rewriter);
  SizeArithmetic arithmetic(rewriter, loc);
  Value size = arithmetic.materialize(slices.sizes[axis]);
  Value zero = arith::ConstantIndexOp::create(b, 0);
  Value one = arith::ConstantIndexOp::create(b, 1);
  Value moves = arith::CmpIOp::create(b, arith::CmpIPredicate::ne, step, zero);
  createAssert(rewriter, loc, moves, "step of zero");
  Value forward =
      arith::CmpIOp::create(b, arith::CmpIPredicate::sgt, step, zero);
  // Forward in [0, size], backward from size - 1 down to -1.
  Value back = arith::SubIOp::create(b, size, one);
  Value high = arith::SelectOp::create(b, forward, size, back);
  Value minusOne = arith::ConstantIndexOp::create(b, -1);
  Value low = arith::SelectOp::create(b, forward, zero, minusOne);
  auto clamp = [&](Value bound, Value lowest) -> Value {
    bound = arithmetic.materialize(arithmetic.wrap(bound, size));
    bound = arith::MaxSIOp::create(b, bound, lowest);
    return arith::MinSIOp::create(b, bound, high);
  };
  start = clamp(start, zero);
  end = clamp(end, low);
  Value distance = arith::SubIOp::create(b, end, start);
  Value count = arith::CeilDivSIOp::create(b, distance, step);
  slices.starts[axis] = start;
  slices.sizes[axis] = arith::MaxSIOp::create(b, count, zero).getResult();
  slices.steps[axis] = step;
}

/// Slices whose axes or steps only the run knows. Starts, ends and steps of
/// all dimensions are carried through a loop over what the node names.
static Slices readComputedSlices(onnx::NodeOp node, GraphRewriter &rewriter) {
  Location loc = node.getLoc();
  ImplicitLocOpBuilder b(loc, rewriter);
  SizeArithmetic arithmetic(rewriter, loc);
  Value input = node.getInputs()[0], axes = node.getPresentInput(3);
  SmallVector<OpFoldResult> sizes = rewriter.getSizes(input);
  int64_t rank = sizes.size();
  Value zero = arith::ConstantIndexOp::create(b, 0);
  Value one = arith::ConstantIndexOp::create(b, 1);
  Value limit = arith::ConstantIndexOp::create(b, rank);
  SmallVector<Value> init(rank, zero);
  for (OpFoldResult size : sizes)
    init.push_back(arithmetic.materialize(size));
  init.append(rank, one);
  auto read = [&](ImplicitLocOpBuilder &inner, unsigned index, ValueRange at) {
    Value number = createExtract(inner, node.getInputs()[index], at);
    return arith::IndexCastOp::create(inner, inner.getIndexType(), number)
        .getResult();
  };
  auto body = [&](ImplicitLocOpBuilder &inner, ValueRange at,
                  ValueRange carried) -> SmallVector<Value> {
    Value axis = at[0];
    if (axes)
      axis =
          createCheckedIndex(inner, loc, createExtract(inner, axes, at), limit);
    SmallVector<Value> next(carried);
    for (int64_t dim = 0; dim < rank; ++dim) {
      Value own = arith::ConstantIndexOp::create(inner, dim);
      Value here =
          arith::CmpIOp::create(inner, arith::CmpIPredicate::eq, axis, own);
      auto set = [&](int64_t slot, Value value) {
        next[slot] = arith::SelectOp::create(inner, here, value, next[slot]);
      };
      set(dim, read(inner, 1, at));
      set(rank + dim, read(inner, 2, at));
      if (node.getPresentInput(4))
        set(2 * rank + dim, read(inner, 4, at));
    }
    return next;
  };
  SmallVector<Value> bounds = createLoops(
      rewriter, loc, rewriter.getSize(node.getInputs()[1], 0), init, body);
  Slices slices{SmallVector<OpFoldResult>(rank), sizes,
                SmallVector<OpFoldResult>(rank)};
  for (int64_t dim = 0; dim < rank; ++dim)
    setComputedSlice(slices, dim, bounds[dim], bounds[rank + dim],
                     bounds[2 * rank + dim], rewriter, loc);
  return slices;
}

/// Stops the program unless inputs 2 to 4 are as long as input 1.
static void checkLengths(onnx::NodeOp node, GraphRewriter &rewriter) {
  Value starts = node.getInputs()[1];
  for (unsigned i = 2; i < 5; ++i) {
    Value other = node.getPresentInput(i);
    if (!other || rewriter.haveSameSize(starts, 0, other, 0))
      continue;
    SizeArithmetic arithmetic(rewriter, node.getLoc());
    Value same = arith::CmpIOp::create(
        rewriter, node.getLoc(), arith::CmpIPredicate::eq,
        arithmetic.materialize(rewriter.getSize(starts, 0)),
        arithmetic.materialize(rewriter.getSize(other, 0)));
    createAssert(rewriter, node.getLoc(), same,
                 "starts, ends, axes and steps differ in length");
  }
}

/// True if the axes or steps of `node`, or how many there are, are computed.
static bool isComputed(onnx::NodeOp node) {
  auto isUnknown = [&](unsigned index) {
    return node.getPresentInput(index) && !getIntsOrInput(node, "", index);
  };
  auto starts = node.getPresentInput(1);
  bool counted =
      !starts || cast<RankedTensorType>(starts.getType()).hasStaticShape();
  return isUnknown(3) || isUnknown(4) || !counted;
}

/// A slice that steps backward, or may be empty, reads its elements one by one.
static Value createBackwardSlice(onnx::NodeOp node, const Slices &slices,
                                 GraphRewriter &rewriter) {
  Value input = node.getInputs()[0];
  RankedTensorType type = getResultType(node);
  SizeArithmetic outer(rewriter, node.getLoc());
  SmallVector<Value> starts, steps;
  for (OpFoldResult start : slices.starts)
    starts.push_back(outer.materialize(start));
  for (OpFoldResult step : slices.steps)
    steps.push_back(outer.materialize(step));
  Value init = createEmpty(rewriter, node.getLoc(), type, slices.sizes);
  SmallVector<utils::IteratorType> iterators(type.getRank(),
                                             utils::IteratorType::parallel);
  auto body = [&](OpBuilder &nested, Location loc, ValueRange) {
    SizeArithmetic arithmetic(nested, loc);
    SmallVector<Value> position;
    for (int64_t dim = 0; dim < type.getRank(); ++dim) {
      OpFoldResult index =
          linalg::IndexOp::create(nested, loc, dim).getResult();
      OpFoldResult moved = arithmetic.mul(index, steps[dim]);
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
  std::optional<int64_t> step = getConstantIntValue(slices.steps[0]);
  if (!start || !size || !step)
    return false;
  SmallVector<Value> scalars = getScalars(rewriter, node.getLoc(), input);
  SmallVector<Value> chosen;
  for (int64_t i = 0; i < *size; ++i)
    chosen.push_back(scalars[*start + i * *step]);
  (void)rewriter.replaceNode(
      node, createFromScalars(rewriter, node.getLoc(), type, chosen));
  return true;
}

/// True if a slice may turn out to hold nothing at a place that the run
/// decides; a slice of nothing may not lie at the end.
static bool mayBeEmptyAtEnd(const Slices &slices) {
  return llvm::any_of(
      llvm::zip_equal(slices.starts, slices.sizes), [](auto pair) {
        auto [start, size] = pair;
        return !getConstantIntValue(start) && !getConstantIntValue(size);
      });
}

static LogicalResult convertSlice(onnx::NodeOp node, GraphRewriter &rewriter) {
  if (isComputed(node)) {
    for (Value input : node.getInputs().drop_front())
      if (!isa<NoneType>(input.getType()) &&
          cast<RankedTensorType>(input.getType()).getRank() != 1)
        return rewriter.refuse(node, "expects starts, ends, axes and steps as "
                                     "lists");
    checkLengths(node, rewriter);
    return rewriter.replaceNode(
        node, createBackwardSlice(node, readComputedSlices(node, rewriter),
                                  rewriter));
  }
  FailureOr<Slices> slices = readSlices(node, rewriter);
  if (failed(slices))
    return failure();
  if (sliceScalars(node, *slices, rewriter))
    return success();
  if (mayBeEmptyAtEnd(*slices) ||
      llvm::any_of(slices->steps, [](OpFoldResult step) {
        return *getConstantIntValue(step) < 0;
      }))
    return rewriter.replaceNode(node,
                                createBackwardSlice(node, *slices, rewriter));
  // A slice of nothing may not lie at the end.
  if (llvm::any_of(slices->sizes, [](OpFoldResult size) {
        return getConstantIntValue(size) == 0;
      }))
    return rewriter.replaceNode(node, createEmpty(rewriter, node.getLoc(),
                                                  getResultType(node),
                                                  slices->sizes));
  Value result = tensor::ExtractSliceOp::create(
      rewriter, node.getLoc(), node.getInputs()[0], slices->starts,
      slices->sizes, slices->steps);
  return rewriter.replaceNode(node, result);
}

void ecolm::populateSliceConversions(NodeConversions &conversions) {
  conversions.add("Slice", convertSlice);
}

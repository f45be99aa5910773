//===- Reshape.cpp - Reshape and its relatives ----------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts operators that change the shape and keep the order of elements.
//
//===----------------------------------------------------------------------===//

#include "Indexing.h"
#include "LinalgConversions.h"
#include "Reshaping.h"
#include "RunTimeAxes.h"
#include "SizeArithmetic.h"
#include "TensorBuilders.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"

using namespace mlir;
using namespace ecolm;

/// The dimension of `type` that is dynamic if exactly one is.
static std::optional<int64_t> findOnlyDynamicDim(RankedTensorType type) {
  if (type.getNumDynamicDims() != 1)
    return std::nullopt;
  return llvm::find_if(type.getShape(), ShapedType::isDynamic) -
         type.getShape().begin();
}

/// The product of the static dimensions of `type`.
static int64_t multiplyStaticDims(RankedTensorType type) {
  int64_t product = 1;
  for (int64_t dim : type.getShape())
    if (!ShapedType::isDynamic(dim))
      product *= dim;
  return product;
}

/// The entries of the shape input of a Reshape, resolved: 0 copies a dimension
/// of `data`, -1 takes what is left.
static FailureOr<SmallVector<OpFoldResult>>
resolveShape(onnx::NodeOp node, Value data, GraphRewriter &rewriter) {
  Location loc = node.getLoc();
  SizeArithmetic arithmetic(rewriter, loc);
  SmallVector<OpFoldResult> sizes = rewriter.getSizes(data);
  OpFoldResult total = arithmetic.product(sizes);
  bool copiesZero = !getInt(node, "allowzero", 0);
  auto given =
      readIntegers(node, "shape", 1, rewriter, getResultType(node).getRank());
  if (failed(given))
    return failure();
  SmallVector<OpFoldResult> entries;
  for (OpFoldResult entry : *given) {
    if (copiesZero && entries.size() < sizes.size())
      entry = arithmetic.selectEqual(entry, 0, sizes[entries.size()], entry);
    entries.push_back(entry);
  }
  SmallVector<OpFoldResult> resolved;
  for (auto [index, entry] : llvm::enumerate(entries)) {
    OpFoldResult others = arithmetic.constant(1);
    for (auto [other, size] : llvm::enumerate(entries))
      if (other != index)
        others = arithmetic.mul(others, size);
    OpFoldResult rest = arithmetic.floorDiv(
        total, arithmetic.max(others, arithmetic.constant(1)));
    resolved.push_back(arithmetic.selectEqual(entry, -1, rest, entry));
  }
  return resolved;
}

static LogicalResult convertReshape(onnx::NodeOp node,
                                    GraphRewriter &rewriter) {
  Value data = node.getInputs()[0], result = node.getResult(0);
  RankedTensorType type = getResultType(node);
  auto dataType = cast<RankedTensorType>(data.getType());
  Location loc = node.getLoc();
  SizeArithmetic arithmetic(rewriter, loc);
  SmallVector<OpFoldResult> sizes(type.getRank());
  bool known = true;
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    std::optional<OpFoldResult> size = rewriter.getKnownSize(result, dim);
    known &= size.has_value();
    sizes[dim] = size.value_or(arithmetic.constant(1));
  }
  std::optional<int64_t> from = findOnlyDynamicDim(dataType);
  std::optional<int64_t> to = findOnlyDynamicDim(type);
  int64_t product = multiplyStaticDims(type);
  if (from && to && product > 0 && product == multiplyStaticDims(dataType)) {
    sizes[*to] = rewriter.getSize(data, *from);
  } else if (!known) {
    auto resolved = resolveShape(node, data, rewriter);
    if (failed(resolved))
      return failure();
    sizes = *resolved;
  }
  if (!type.hasStaticShape() || !dataType.hasStaticShape()) {
    OpFoldResult before = arithmetic.product(rewriter.getSizes(data));
    OpFoldResult after = arithmetic.product(sizes);
    if (!(from && to) && before != after) {
      Value fits = arith::CmpIOp::create(
          rewriter, loc, arith::CmpIPredicate::eq,
          arithmetic.materialize(before), arithmetic.materialize(after));
      createAssert(rewriter, loc, fits,
                   "the new shape has another number of elements");
    }
  }
  return rewriter.replaceNode(node,
                              createReshape(rewriter, loc, data, type, sizes));
}

/// `Flatten`: dimensions before `axis` become one, and so do the others.
static LogicalResult convertFlatten(onnx::NodeOp node,
                                    GraphRewriter &rewriter) {
  Value data = node.getInputs()[0];
  int64_t rank = cast<RankedTensorType>(data.getType()).getRank();
  int64_t axis = getInt(node, "axis", 1);
  axis = axis < 0 ? axis + rank : axis;
  if (axis < 0 || axis > rank)
    return rewriter.refuse(node, "expects an axis up to the rank");
  SizeArithmetic arithmetic(rewriter, node.getLoc());
  SmallVector<OpFoldResult> sizes = rewriter.getSizes(data);
  ArrayRef<OpFoldResult> all = sizes;
  SmallVector<OpFoldResult> flat = {arithmetic.product(all.take_front(axis)),
                                    arithmetic.product(all.drop_front(axis))};
  return rewriter.replaceNode(node, createReshape(rewriter, node.getLoc(), data,
                                                  getResultType(node), flat));
}

/// The axes of an Unsqueeze or Squeeze, counted from the front.
static FailureOr<SmallVector<int64_t>>
findUnitAxes(onnx::NodeOp node, int64_t rank, GraphRewriter &rewriter) {
  std::optional<SmallVector<int64_t>> axes = getIntsOrInput(node, "axes", 1);
  if (!axes)
    axes.emplace();
  for (int64_t &axis : *axes) {
    std::optional<int64_t> front = normalizeAxis(axis, rank);
    if (!front)
      return rewriter.refuse(node, "expects axes below the rank, found " +
                                       Twine(axis));
    axis = *front;
  }
  llvm::sort(*axes);
  return *axes;
}

/// A list of integers stays one, so that it can be taken apart again.
static bool replaceByScalars(onnx::NodeOp node, GraphRewriter &rewriter) {
  Value data = node.getInputs()[0];
  RankedTensorType type = getResultType(node);
  if (!isShapeLike(data.getType()) || !isShapeLike(type))
    return false;
  SmallVector<Value> scalars = getScalars(rewriter, node.getLoc(), data);
  (void)rewriter.replaceNode(
      node, createFromScalars(rewriter, node.getLoc(), type, scalars));
  return true;
}

static LogicalResult convertUnsqueeze(onnx::NodeOp node,
                                      GraphRewriter &rewriter) {
  if (replaceByScalars(node, rewriter))
    return success();
  RankedTensorType type = getResultType(node);
  if (Value axes = node.getPresentInput(1);
      axes && !getIntsOrInput(node, "axes", 1)) {
    Value no = arith::ConstantIntOp::create(rewriter, node.getLoc(), 0, 1);
    SmallVector<Value> flags =
        createAxisFlags(rewriter, node.getLoc(), axes, type.getRank(), no);
    return rewriter.replaceNode(node, insertMarkedDims(rewriter, node.getLoc(),
                                                       node.getInputs()[0],
                                                       flags, type));
  }
  FailureOr<SmallVector<int64_t>> axes =
      findUnitAxes(node, getResultType(node).getRank(), rewriter);
  if (failed(axes))
    return failure();
  return rewriter.replaceNode(node, insertUnitDims(rewriter, node.getLoc(),
                                                   node.getInputs()[0], *axes));
}

/// Squeezes the axes that the run names, or those of which it finds that they
/// have size one.
static LogicalResult convertComputedSqueeze(onnx::NodeOp node,
                                            GraphRewriter &rewriter) {
  Location loc = node.getLoc();
  Value data = node.getInputs()[0], axes = node.getPresentInput(1);
  SmallVector<Value> flags;
  Value no = arith::ConstantIntOp::create(rewriter, loc, 0, 1);
  SmallVector<Value> sizes = createSizes(rewriter, loc, data);
  if (axes)
    flags = createAxisFlags(rewriter, loc, axes, sizes.size(), no);
  Value one = arith::ConstantIndexOp::create(rewriter, loc, 1);
  if (!axes)
    for (Value size : sizes)
      flags.push_back(arith::CmpIOp::create(
          rewriter, loc, arith::CmpIPredicate::eq, size, one));
  return rewriter.replaceNode(
      node, dropMarkedDims(rewriter, loc, data, flags, getResultType(node)));
}

/// Without axes, every dimension of size one goes.
static LogicalResult convertSqueeze(onnx::NodeOp node,
                                    GraphRewriter &rewriter) {
  if (replaceByScalars(node, rewriter))
    return success();
  Value data = node.getInputs()[0];
  auto type = cast<RankedTensorType>(data.getType());
  bool named = hasIntsOrInput(node, "axes", 1);
  if (named ? !getIntsOrInput(node, "axes", 1) : !type.hasStaticShape())
    return convertComputedSqueeze(node, rewriter);
  SmallVector<int64_t> units;
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    if (type.getDimSize(dim) == 1)
      units.push_back(dim);
  FailureOr<SmallVector<int64_t>> axes = units;
  if (named)
    axes = findUnitAxes(node, type.getRank(), rewriter);
  if (failed(axes))
    return failure();
  for (int64_t axis : *axes)
    createSizeCheck(rewriter, node.getLoc(), rewriter.getSize(data, axis),
                    rewriter.getIndexAttr(1),
                    "a dimension to be removed is not one");
  return rewriter.replaceNode(
      node, removeUnitDims(rewriter, node.getLoc(), data, *axes));
}

static LogicalResult convertIdentity(onnx::NodeOp node,
                                     GraphRewriter &rewriter) {
  return rewriter.replaceNode(node, node.getInputs()[0]);
}

void ecolm::populateReshapeConversions(NodeConversions &conversions) {
  conversions.add("Reshape", convertReshape);
  conversions.add("Flatten", convertFlatten);
  conversions.add("Unsqueeze", convertUnsqueeze);
  conversions.add("Squeeze", convertSqueeze);
  conversions.add("Identity", convertIdentity);
}

//===- Movement.cpp - Moves parts of tensors ------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts Transpose, Concat and Split.
//
//===----------------------------------------------------------------------===//

#include "Indexing.h"
#include "LinalgConversions.h"
#include "SizeArithmetic.h"
#include "TensorBuilders.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include <numeric>

using namespace mlir;
using namespace ecolm;

/// Without `perm` the dimensions are reversed.
static LogicalResult convertTranspose(onnx::NodeOp node,
                                      GraphRewriter &rewriter) {
  Value input = node.getInputs()[0];
  int64_t rank = cast<RankedTensorType>(input.getType()).getRank();
  SmallVector<int64_t> perm =
      getInts(node, "perm")
          .value_or(
              llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(0, rank))));
  if (static_cast<int64_t>(perm.size()) != rank || !isPermutationVector(perm))
    return rewriter.refuse(node, "expects perm to be a permutation");
  SmallVector<OpFoldResult> sizes;
  for (int64_t dim : perm)
    sizes.push_back(rewriter.getSize(input, dim));
  Value init = createEmpty(rewriter, node.getLoc(), getResultType(node), sizes);
  auto transpose =
      linalg::TransposeOp::create(rewriter, node.getLoc(), input, init, perm);
  return rewriter.replaceNode(node, transpose->getResult(0));
}

/// Offsets and strides of a slice that differ from the whole in one dimension.
static SmallVector<OpFoldResult> repeat(GraphRewriter &rewriter, int64_t rank,
                                        int64_t value) {
  return SmallVector<OpFoldResult>(rank, rewriter.getIndexAttr(value));
}

//===----------------------------------------------------------------------===//
// Concat
//===----------------------------------------------------------------------===//

/// Lists of integers join as scalars.
static bool concatScalars(onnx::NodeOp node, GraphRewriter &rewriter) {
  RankedTensorType type = getResultType(node);
  if (!isShapeLike(type) ||
      !llvm::all_of(node.getInputs().getTypes(), isShapeLike))
    return false;
  SmallVector<Value> scalars;
  for (Value input : node.getInputs())
    llvm::append_range(scalars, getScalars(rewriter, node.getLoc(), input));
  (void)rewriter.replaceNode(
      node, createFromScalars(rewriter, node.getLoc(), type, scalars));
  return true;
}

/// Parts that are inserted into one tensor: bufferization compares every
/// insertion with those before it, and with what they insert.
static constexpr size_t kMostParts = 16;

/// `parts` joined along `axis`, of a type that differs from `type` in that
/// dimension only. Many parts are joined in groups first.
static Value createConcat(GraphRewriter &rewriter, Location loc,
                          ArrayRef<Value> parts, int64_t axis,
                          RankedTensorType type) {
  SmallVector<Value> groups;
  if (parts.size() > kMostParts) {
    size_t width = llvm::divideCeil(parts.size(), kMostParts);
    for (size_t at = 0; at < parts.size(); at += width)
      groups.push_back(createConcat(
          rewriter, loc, parts.slice(at, std::min(width, parts.size() - at)),
          axis, type));
    parts = groups;
  }
  SizeArithmetic arithmetic(rewriter, loc);
  SmallVector<OpFoldResult> sizes = rewriter.getSizes(parts[0]);
  for (Value part : parts.drop_front())
    sizes[axis] = arithmetic.add(sizes[axis], rewriter.getSize(part, axis));
  SmallVector<int64_t> shape(type.getShape());
  shape[axis] = getConstantIntValue(sizes[axis]).value_or(ShapedType::kDynamic);
  Value result = createEmpty(rewriter, loc, type.clone(shape), sizes);
  SmallVector<OpFoldResult> offsets = repeat(rewriter, type.getRank(), 0);
  SmallVector<OpFoldResult> strides = repeat(rewriter, type.getRank(), 1);
  for (Value part : parts) {
    SmallVector<OpFoldResult> partSizes = rewriter.getSizes(part);
    // Nothing may not be inserted at the end.
    if (getConstantIntValue(partSizes[axis]) == 0)
      continue;
    result = tensor::InsertSliceOp::create(rewriter, loc, part, result, offsets,
                                           partSizes, strides);
    offsets[axis] = arithmetic.add(offsets[axis], partSizes[axis]);
  }
  return result;
}

/// Every input is inserted behind the one before.
static LogicalResult convertConcat(onnx::NodeOp node, GraphRewriter &rewriter) {
  RankedTensorType type = getResultType(node);
  int64_t rank = type.getRank();
  std::optional<int64_t> axis = normalizeAxis(getInt(node, "axis", 1), rank);
  if (!axis)
    return rewriter.refuse(node, "expects an axis below the rank");
  if (concatScalars(node, rewriter))
    return success();
  for (Value input : node.getInputs().drop_front())
    for (int64_t dim = 0; dim < rank; ++dim)
      if (dim != *axis)
        createSizeCheck(rewriter, node.getLoc(), node.getInputs()[0], dim,
                        input, dim,
                        "its inputs differ in a dimension other than the axis");
  Value result = createConcat(rewriter, node.getLoc(),
                              llvm::to_vector(node.getInputs()), *axis, type);
  if (result.getType() != type)
    result = tensor::CastOp::create(rewriter, node.getLoc(), type, result);
  return rewriter.replaceNode(node, result);
}

//===----------------------------------------------------------------------===//
// Split
//===----------------------------------------------------------------------===//

/// Stops the program unless the sizes cover the dimension, where that is left
/// to the run.
static void checkParts(onnx::NodeOp node, ArrayRef<OpFoldResult> parts,
                       int64_t axis, GraphRewriter &rewriter) {
  auto isKnown = [](OpFoldResult size) {
    return getConstantIntValue(size).has_value();
  };
  if (llvm::all_of(parts, isKnown) &&
      isKnown(rewriter.getSize(node.getInputs()[0], axis)))
    return;
  SizeArithmetic arithmetic(rewriter, node.getLoc());
  OpFoldResult sum = arithmetic.constant(0);
  auto require = [&](arith::CmpIPredicate predicate, OpFoldResult left,
                     OpFoldResult right) {
    Value holds = arith::CmpIOp::create(rewriter, node.getLoc(), predicate,
                                        arithmetic.materialize(left),
                                        arithmetic.materialize(right));
    createAssert(rewriter, node.getLoc(), holds,
                 "its input is not as large as its parts");
  };
  for (OpFoldResult part : parts) {
    require(arith::CmpIPredicate::sge, part, arithmetic.constant(0));
    sum = arithmetic.add(sum, part);
  }
  require(arith::CmpIPredicate::eq, sum,
          rewriter.getSize(node.getInputs()[0], axis));
}

/// The sizes of the parts: given, or equal with a smaller last one.
static FailureOr<SmallVector<OpFoldResult>>
findPartSizes(onnx::NodeOp node, int64_t axis, GraphRewriter &rewriter) {
  SizeArithmetic arithmetic(rewriter, node.getLoc());
  SmallVector<OpFoldResult> parts;
  if (hasIntsOrInput(node, "split", 1)) {
    auto given =
        readIntegers(node, "split", 1, rewriter, node->getNumResults());
    if (failed(given) || given->size() != node->getNumResults())
      return rewriter.refuse(node, "expects one size per output");
    checkParts(node, *given, axis, rewriter);
    return *given;
  }
  OpFoldResult rest = rewriter.getSize(node.getInputs()[0], axis);
  int64_t count = node->getNumResults();
  OpFoldResult each = arithmetic.ceilDiv(rest, arithmetic.constant(count));
  for (int64_t part = 0; part < count; ++part) {
    parts.push_back(arithmetic.min(each, rest));
    rest = arithmetic.sub(rest, parts.back());
  }
  return parts;
}

/// Part `index` of the input, from `offset` on, element by element.
static Value createPart(onnx::NodeOp node, unsigned index,
                        ArrayRef<OpFoldResult> sizes, int64_t axis,
                        Value offset, GraphRewriter &rewriter) {
  auto type = cast<RankedTensorType>(node.getInputs()[0].getType());
  SmallVector<int64_t> shape(type.getShape());
  shape[axis] = getResultType(node, index).getDimSize(axis);
  return createIndexed(
      rewriter, node.getLoc(),
      RankedTensorType::get(shape, type.getElementType()), sizes,
      [&](ImplicitLocOpBuilder &builder, ValueRange at) {
        SmallVector<Value> place(at);
        place[axis] = arith::AddIOp::create(builder, place[axis], offset);
        return createExtract(builder, node.getInputs()[0], place);
      });
}

static LogicalResult convertSplit(onnx::NodeOp node, GraphRewriter &rewriter) {
  Value input = node.getInputs()[0];
  int64_t rank = cast<RankedTensorType>(input.getType()).getRank();
  std::optional<int64_t> axis = normalizeAxis(getInt(node, "axis", 0), rank);
  if (!axis)
    return rewriter.refuse(node, "expects an axis below the rank");
  FailureOr<SmallVector<OpFoldResult>> parts =
      findPartSizes(node, *axis, rewriter);
  if (failed(parts))
    return failure();
  SizeArithmetic arithmetic(rewriter, node.getLoc());
  SmallVector<OpFoldResult> offsets = repeat(rewriter, rank, 0);
  SmallVector<OpFoldResult> strides = repeat(rewriter, rank, 1);
  SmallVector<OpFoldResult> sizes = rewriter.getSizes(input);
  SmallVector<Value> results;
  for (auto [i, part] : llvm::enumerate(*parts)) {
    sizes[*axis] = part;
    // A slice of nothing may not lie at the end, so what may be one is copied.
    if (getConstantIntValue(part).value_or(0) > 0)
      results.push_back(tensor::ExtractSliceOp::create(
          rewriter, node.getLoc(), input, offsets, sizes, strides));
    else
      results.push_back(createPart(node, i, sizes, *axis,
                                   arithmetic.materialize(offsets[*axis]),
                                   rewriter));
    offsets[*axis] = arithmetic.add(offsets[*axis], part);
  }
  return rewriter.replaceNode(node, results);
}

void ecolm::populateMovementConversions(NodeConversions &conversions) {
  conversions.add("Transpose", convertTranspose);
  conversions.add("Concat", convertConcat);
  conversions.add("Split", convertSplit);
}

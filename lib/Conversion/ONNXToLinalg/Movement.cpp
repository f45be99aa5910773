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

/// Every input is inserted behind the one before.
static LogicalResult convertConcat(onnx::NodeOp node, GraphRewriter &rewriter) {
  RankedTensorType type = getResultType(node);
  int64_t rank = type.getRank();
  std::optional<int64_t> axis = normalizeAxis(getInt(node, "axis", 1), rank);
  if (!axis)
    return rewriter.refuse(node, "expects an axis below the rank");
  if (concatScalars(node, rewriter))
    return success();
  Location loc = node.getLoc();
  SizeArithmetic arithmetic(rewriter, loc);
  SmallVector<OpFoldResult> sizes = rewriter.getSizes(node.getInputs()[0]);
  for (Value input : node.getInputs().drop_front()) {
    sizes[*axis] = arithmetic.add(sizes[*axis], rewriter.getSize(input, *axis));
    for (int64_t dim = 0; dim < rank; ++dim)
      if (dim != *axis)
        createSizeCheck(rewriter, loc, node.getInputs()[0], dim, input, dim,
                        "its inputs differ in a dimension other than the axis");
  }
  Value result = createEmpty(rewriter, loc, type, sizes);
  SmallVector<OpFoldResult> offsets = repeat(rewriter, rank, 0);
  SmallVector<OpFoldResult> strides = repeat(rewriter, rank, 1);
  for (Value input : node.getInputs()) {
    SmallVector<OpFoldResult> part = rewriter.getSizes(input);
    result = tensor::InsertSliceOp::create(rewriter, loc, input, result,
                                           offsets, part, strides);
    offsets[*axis] = arithmetic.add(offsets[*axis], part[*axis]);
  }
  return rewriter.replaceNode(node, result);
}

//===----------------------------------------------------------------------===//
// Split
//===----------------------------------------------------------------------===//

/// The sizes of the parts: constant, or equal with a smaller last one.
static FailureOr<SmallVector<OpFoldResult>>
findPartSizes(onnx::NodeOp node, int64_t axis, GraphRewriter &rewriter) {
  SizeArithmetic arithmetic(rewriter, node.getLoc());
  SmallVector<OpFoldResult> parts;
  if (hasIntsOrInput(node, "split", 1)) {
    std::optional<SmallVector<int64_t>> given =
        getIntsOrInput(node, "split", 1);
    if (!given || given->size() != node->getNumResults())
      return rewriter.refuse(node, "expects one constant size per output");
    for (int64_t size : *given)
      parts.push_back(arithmetic.constant(size));
    createSizeCheck(rewriter, node.getLoc(),
                    rewriter.getSize(node.getInputs()[0], axis),
                    std::accumulate(given->begin(), given->end(), int64_t(0)),
                    "its input is not as large as its parts");
    return parts;
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
  for (OpFoldResult part : *parts) {
    sizes[*axis] = part;
    results.push_back(tensor::ExtractSliceOp::create(
        rewriter, node.getLoc(), input, offsets, sizes, strides));
    offsets[*axis] = arithmetic.add(offsets[*axis], part);
  }
  return rewriter.replaceNode(node, results);
}

void ecolm::populateMovementConversions(NodeConversions &conversions) {
  conversions.add("Transpose", convertTranspose);
  conversions.add("Concat", convertConcat);
  conversions.add("Split", convertSplit);
}

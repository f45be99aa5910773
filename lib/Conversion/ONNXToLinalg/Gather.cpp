//===- Gather.cpp - Gather ------------------------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts indexing by a tensor, embeddings among it.
//
//===----------------------------------------------------------------------===//

#include "Indexing.h"
#include "LinalgConversions.h"
#include "Signedness.h"
#include "SizeArithmetic.h"
#include "TensorBuilders.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "ecolm/Conversion/ONNXNodes/QuantizedMatrix.h"
#include "ecolm/Dialect/ONNX/IR/QuotedName.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace ecolm;

/// The checked indices, one check for each and not for each element behind it.
static Value createCheckedIndices(Location loc, Value indices, Value size,
                                  GraphRewriter &rewriter) {
  auto type =
      cast<RankedTensorType>(indices.getType()).clone(rewriter.getIndexType());
  // A loop over no dimension would be left with nothing but its check.
  if (type.getRank() == 0) {
    Value index = tensor::ExtractOp::create(rewriter, loc, indices);
    index = createCheckedIndex(rewriter, loc, index, size);
    return tensor::FromElementsOp::create(rewriter, loc, type, index);
  }
  Value init = createEmpty(rewriter, loc, type, rewriter.getSizes(indices));
  SmallVector<AffineMap> maps(2,
                              rewriter.getMultiDimIdentityMap(type.getRank()));
  SmallVector<utils::IteratorType> iterators(type.getRank(),
                                             utils::IteratorType::parallel);
  auto body = [&](OpBuilder &nested, Location nestedLoc, ValueRange values) {
    Value index = createCheckedIndex(nested, nestedLoc, values[0], size);
    linalg::YieldOp::create(nested, nestedLoc, index);
  };
  return linalg::GenericOp::create(rewriter, loc, type, indices, init, maps,
                                   iterators, body)
      .getResult(0);
}

/// A list of integers indexed by constants stays a list of integers.
static bool gatherScalars(onnx::NodeOp node, GraphRewriter &rewriter) {
  Value data = node.getInputs()[0];
  RankedTensorType type = getResultType(node);
  std::optional<SmallVector<int64_t>> indices = getIntsOrInput(node, "", 1);
  if (!isShapeLike(data.getType()) || !isShapeLike(type) || !indices)
    return false;
  SmallVector<Value> scalars = getScalars(rewriter, node.getLoc(), data);
  SmallVector<Value> chosen;
  for (int64_t index : *indices) {
    std::optional<int64_t> front = normalizeAxis(index, scalars.size());
    if (!front)
      return false;
    chosen.push_back(scalars[*front]);
  }
  (void)rewriter.replaceNode(
      node, createFromScalars(rewriter, node.getLoc(), type, chosen));
  return true;
}

/// Whether `table` is dequantized from unsigned codes, whose types have lost
/// their sign.
static bool hasUnsignedCodes(Value table) {
  auto node = table.getDefiningOp<onnx::NodeOp>();
  if (node && node.isStandard("Cast"))
    node = node.getInputs()[0].getDefiningOp<onnx::NodeOp>();
  return node && isUnsignedInput(node, 0);
}

/// `result[a.., i.., b..] = data[a.., indices[i..], b..]`, a.. the dimensions
/// before `axis`. An embedding is the case `axis = 0` of a table.
static LogicalResult convertGather(onnx::NodeOp node, GraphRewriter &rewriter) {
  Value data = node.getInputs()[0], indices = node.getInputs()[1];
  auto dataType = cast<RankedTensorType>(data.getType());
  auto indicesType = cast<RankedTensorType>(indices.getType());
  std::optional<int64_t> axis =
      normalizeAxis(getInt(node, "axis", 0), dataType.getRank());
  if (!axis)
    return rewriter.refuse(node, "expects an axis below the rank");
  if (gatherScalars(node, rewriter))
    return success();

  Location loc = node.getLoc();
  RankedTensorType type = getResultType(node);
  SizeArithmetic arithmetic(rewriter, loc);
  Value limit = arithmetic.materialize(rewriter.getSize(data, *axis));
  Value checked = createCheckedIndices(loc, indices, limit, rewriter);
  // The rows of a quantized table are read as they are stored.
  if (*axis == 0 && type.getElementType().isF32() && !hasUnsignedCodes(data))
    if (auto matrix =
            findQuantizedMatrix(data, /*outputsFirst=*/true, rewriter))
      return rewriter.replaceNode(
          node, gatherQuantized(node, checked, *matrix, rewriter));
  SmallVector<OpFoldResult> sizes = rewriter.getSizes(data);
  SmallVector<OpFoldResult> inner = rewriter.getSizes(indices);
  sizes.erase(sizes.begin() + *axis);
  sizes.insert(sizes.begin() + *axis, inner.begin(), inner.end());

  int64_t rank = type.getRank(), indicesRank = indicesType.getRank();
  Value init = createEmpty(rewriter, loc, type, sizes);
  SmallVector<AffineExpr> exprs;
  for (int64_t dim = 0; dim < indicesRank; ++dim)
    exprs.push_back(rewriter.getAffineDimExpr(*axis + dim));
  SmallVector<AffineMap> maps = {
      AffineMap::get(rank, 0, exprs, rewriter.getContext()),
      rewriter.getMultiDimIdentityMap(rank)};
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  auto body = [&](OpBuilder &nested, Location nestedLoc, ValueRange values) {
    SmallVector<Value> position;
    for (int64_t dim = 0; dim < dataType.getRank(); ++dim) {
      int64_t loop = dim < *axis ? dim : dim + indicesRank - 1;
      position.push_back(
          dim == *axis ? values[0]
                       : linalg::IndexOp::create(nested, nestedLoc, loop));
    }
    Value element =
        tensor::ExtractOp::create(nested, nestedLoc, data, position);
    linalg::YieldOp::create(nested, nestedLoc, element);
  };
  Value result = linalg::GenericOp::create(rewriter, loc, type, checked, init,
                                           maps, iterators, body)
                     .getResult(0);
  return rewriter.replaceNode(node, result);
}

/// `result[i..] = data[i.. with dimension axis replaced by indices[i..]]`.
static LogicalResult convertGatherElements(onnx::NodeOp node,
                                           GraphRewriter &rewriter) {
  FailureOr<ElementPlaces> places = ElementPlaces::find(node, rewriter);
  if (failed(places))
    return failure();
  Value data = node.getInputs()[0];
  auto body = [&](ImplicitLocOpBuilder &builder, ValueRange at) -> Value {
    return createExtract(builder, data, places->create(builder, at));
  };
  Value result = createIndexed(rewriter, node.getLoc(), getResultType(node),
                               rewriter.getSizes(places->indices), body);
  return rewriter.replaceNode(node, result);
}

/// `result[b.., i.., j..] = data[b.., indices[b.., i.., :], j..]`.
static LogicalResult convertGatherND(onnx::NodeOp node,
                                     GraphRewriter &rewriter) {
  Value data = node.getInputs()[0], indices = node.getInputs()[1];
  int64_t batch = getInt(node, "batch_dims", 0);
  auto indicesType = cast<RankedTensorType>(indices.getType());
  int64_t dataRank = cast<RankedTensorType>(data.getType()).getRank();
  int64_t depth = findIndexDepth(node,
                                 indicesType.getRank() - 1 + dataRank - batch -
                                     getResultType(node).getRank(),
                                 rewriter);
  SmallVector<OpFoldResult> sizes = rewriter.getSizes(indices);
  sizes.pop_back();
  int64_t outer = sizes.size();
  SmallVector<OpFoldResult> dataSizes = rewriter.getSizes(data);
  sizes.append(dataSizes.begin() + batch + depth, dataSizes.end());
  SmallVector<Value> limits = createSizes(rewriter, node.getLoc(), data);
  auto body = [&](ImplicitLocOpBuilder &builder, ValueRange at) -> Value {
    SmallVector<Value> position(at.take_front(batch));
    for (int64_t i = 0; i < depth; ++i) {
      SmallVector<Value> place(at.take_front(outer));
      place.push_back(arith::ConstantIndexOp::create(builder, i));
      position.push_back(createCheckedIndex(
          builder, builder.getLoc(), createExtract(builder, indices, place),
          limits[batch + i]));
    }
    llvm::append_range(position, at.drop_front(outer));
    return createExtract(builder, data, position);
  };
  Value result =
      createIndexed(rewriter, node.getLoc(), getResultType(node), sizes, body);
  return rewriter.replaceNode(node, result);
}

void ecolm::populateGatherConversions(NodeConversions &conversions) {
  conversions.add("Gather", convertGather);
  conversions.add("GatherElements", convertGatherElements);
  conversions.add("GatherND", convertGatherND);
}

//===- EcoLMModelOps.cpp - Parts of a model -------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Verifies attention and norms.
//
//===----------------------------------------------------------------------===//

#include "ShapeChecks.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"

using namespace mlir;
using namespace ecolm;

/// Checks a row normalization; `beta` may be absent.
static LogicalResult verifyNorm(Operation *op, RankedTensorType input,
                                RankedTensorType gamma,
                                TypedValue<RankedTensorType> beta,
                                FloatAttr epsilon) {
  if (failed(verifyHasRows(op, "an input", input)))
    return failure();
  int64_t columns = input.getShape().back();
  if (failed(verifyShape(op, "gamma", gamma, {columns})) ||
      (beta && failed(verifyShape(op, "beta", beta.getType(), {columns}))))
    return failure();
  const APFloat &value = epsilon.getValue();
  if (!value.isFinite() || (value.isNegative() && !value.isZero()))
    return op->emitOpError()
           << "expected a finite epsilon that is not negative, but found "
           << epsilon;
  return success();
}

LogicalResult LayerNormOp::verify() {
  return verifyNorm(*this, getType(), getGamma().getType(), getBeta(),
                    getEpsilonAttr());
}

LogicalResult RmsNormOp::verify() {
  return verifyNorm(*this, getType(), getGamma().getType(), /*beta=*/{},
                    getEpsilonAttr());
}

/// Checks heads, scale, and the shapes [B, T, heads * D] of the query and
/// [B, S, kvHeads * D] of key and value. Gives D, which may be dynamic.
template <typename OpTy>
static FailureOr<int64_t> verifyHeads(OpTy op) {
  int64_t heads = op.getHeads(), kvHeads = op.getKvHeads();
  if (heads < 1 || kvHeads < 1 || heads % kvHeads)
    return op.emitOpError()
           << "expected kv_heads to divide heads, but found heads " << heads
           << " and kv_heads " << kvHeads;
  if (!op.getScale().isFinite())
    return op.emitOpError()
           << "expected a finite scale, but found " << op.getScaleAttr();
  RankedTensorType query = op.getQuery().getType();
  if (query.getRank() != 3)
    return op.emitOpError()
           << "expected a query of rank 3, but found rank " << query.getRank();
  int64_t headSize = ShapedType::kDynamic, kvSize = ShapedType::kDynamic;
  if (!query.isDynamicDim(2)) {
    if (query.getDimSize(2) % heads)
      return op.emitOpError()
             << "expected heads to divide the query's last dimension, but "
                "found "
             << heads << " and " << query.getDimSize(2);
    headSize = query.getDimSize(2) / heads;
    kvSize = headSize * kvHeads;
  }
  RankedTensorType key = op.getKey().getType();
  if (failed(verifyShape(op, "a key", key,
                         {query.getDimSize(0), ShapedType::kDynamic, kvSize})))
    return failure();
  if (failed(
          verifyShape(op, "a value", op.getValue().getType(), key.getShape())))
    return failure();
  return headSize;
}

LogicalResult AttentionOp::verify() { return verifyHeads(*this); }

LogicalResult CachedAttentionOp::verify() {
  FailureOr<int64_t> headSize = verifyHeads(*this);
  if (failed(headSize))
    return failure();
  RankedTensorType query = getQuery().getType();
  if (failed(verifyShape(*this, "a query", query,
                         {1, query.getDimSize(1), query.getDimSize(2)})) ||
      failed(verifyShape(*this, "a key", getKey().getType(),
                         {1, query.getDimSize(1), ShapedType::kDynamic})))
    return failure();
  int64_t kvHeads = getKvHeads();
  MemRefType keys = getKeyCache().getType(), values = getValueCache().getType();
  if (keys.getElementType() != values.getElementType())
    return emitOpError() << "expected caches of one element type, but found "
                         << keys.getElementType() << " and "
                         << values.getElementType();
  int64_t features = ShapedType::isDynamic(*headSize)
                         ? *headSize
                         : getCacheFeatures(keys.getElementType(), *headSize);
  if (failed(verifyShape(
          *this, "a key cache", keys,
          {kvHeads, ShapedType::kDynamic, features, ShapedType::kDynamic})))
    return failure();
  int64_t context = keys.isDynamicDim(1) || keys.isDynamicDim(3)
                        ? ShapedType::kDynamic
                        : keys.getDimSize(1) * keys.getDimSize(3);
  return verifyShape(*this, "a value cache", values,
                     {kvHeads, context, features});
}

LogicalResult EmbeddingOp::verify() {
  RankedTensorType weights = getWeights().getType();
  if (failed(verifyShape(*this, "weights", weights,
                         {ShapedType::kDynamic, ShapedType::kDynamic})) ||
      failed(
          verifyGroups(*this, weights, getGroup(), getScales(), getOffsets())))
    return failure();
  SmallVector<int64_t> shape(getIds().getType().getShape());
  shape.push_back(weights.getDimSize(1));
  return verifyShape(*this, "a result", getType(), shape);
}

//===- Attention.cpp - Rules of attention -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Infers Attention and RotaryEmbedding in three and four dimensions.
//
//===----------------------------------------------------------------------===//

#include "Rules.h"

using namespace mlir;

namespace ecolm::onnx {
namespace {

/// Sizes of queries, keys or values: `[batch, heads, length, width]`.
struct Heads {
  Dim batch, heads, length, width;
};

/// Splits input `index`. In three dimensions the heads lie side by side in the
/// last one and attribute `headsAttr` says how many there are.
FailureOr<Heads> splitHeads(NodeInference &node, unsigned index,
                            StringRef headsAttr) {
  const Dims &dims = node.getDims(index);
  if (dims.size() == 4)
    return Heads{dims[0], dims[1], dims[2], dims[3]};
  int64_t heads = node.getInt(headsAttr, 0);
  if (heads < 1)
    return node.emitError()
           << "Attention over inputs of three dimensions expects " << headsAttr
           << " of at least 1, found " << heads;
  Dim wide = dims[2];
  if (wide.isNumber() && wide.getNumber() % heads != 0)
    return node.emitError()
           << "Attention cannot split a width of " << wide.getNumber()
           << " into " << heads << " heads";
  return Heads{dims[0], Dim(heads), dims[1], divide(wide, Dim(heads))};
}

} // namespace

LogicalResult inferAttention(NodeInference &node) {
  if (failed(node.expectInputs(3, 7)) || failed(node.expectRank(0, 3, 4)))
    return failure();
  int64_t rank = node.getInput(0).getRank();
  if (failed(node.expectRank(1, rank, rank)) ||
      failed(node.expectRank(2, rank, rank)))
    return failure();
  FailureOr<Heads> q = splitHeads(node, 0, "q_num_heads"), k = failure(),
                   v = failure();
  if (failed(q) || failed(k = splitHeads(node, 1, "kv_num_heads")) ||
      failed(v = splitHeads(node, 2, "kv_num_heads")))
    return failure();
  for (const Heads *other : {&*k, &*v})
    if (failed(node.unify(q->batch, other->batch, "batch size of Attention")))
      return failure();
  if (failed(node.unify(q->width, k->width, "width of queries and keys")) ||
      failed(node.unify(k->heads, v->heads,
                        "number of heads of keys and values")) ||
      failed(node.unify(k->length, v->length, "length of keys and values")))
    return failure();
  if (q->heads.isNumber() && k->heads.isNumber() &&
      (k->heads.isNumber(0) ||
       q->heads.getNumber() % k->heads.getNumber() != 0))
    return node.emitError() << "Attention cannot share " << k->heads.getNumber()
                            << " heads of keys among " << q->heads.getNumber()
                            << " heads of queries";
  Type type = node.getInput(0).elementType;
  if (rank == 4) {
    if (failed(
            node.setResult(0, type, {q->batch, q->heads, q->length, v->width})))
      return failure();
  } else if (failed(node.setResult(
                 0, type,
                 {q->batch, q->length, multiply(q->heads, v->width)}))) {
    return failure();
  }
  // With a cache the total length is the sum, otherwise that of the keys.
  Dim total = k->length;
  if (node.hasInput(4))
    total = node.getInput(4).getRank() == 4 ? add(node.getDims(4)[2], k->length)
                                            : Dim();
  if (failed(node.setResult(1, node.getInput(1).elementType,
                            {k->batch, k->heads, total, k->width})) ||
      failed(node.setResult(2, node.getInput(2).elementType,
                            {v->batch, v->heads, total, v->width})))
    return failure();
  return node.setResult(3, type, {q->batch, q->heads, q->length, total});
}

LogicalResult inferRotaryEmbedding(NodeInference &node) {
  if (failed(node.expectInputs(3, 4)) || failed(node.expectRank(0, 3, 4)) ||
      failed(node.expectSameType({0, 1, 2})))
    return failure();
  bool byNumber = node.getNumInputs() > 3 && node.hasInput(3);
  int64_t cacheRank = byNumber ? 2 : 3;
  if (failed(node.expectRank(1, cacheRank, cacheRank)) ||
      failed(node.expectRank(2, cacheRank, cacheRank)) ||
      (byNumber && failed(node.expectRank(3, 2, 2))))
    return failure();
  const Dims &dims = node.getDims(0);
  Dim width = dims.back();
  if (dims.size() == 3) {
    int64_t heads = node.getInt("num_heads", 0);
    if (heads < 1)
      return node.emitError() << "RotaryEmbedding over three dimensions "
                                 "expects num_heads of at least 1, found "
                              << heads;
    width = divide(width, Dim(heads));
  }
  int64_t part = node.getInt("rotary_embedding_dim", 0);
  if (part < 0 || part % 2 != 0 ||
      (width.isNumber() &&
       (part > width.getNumber() || (part == 0 && width.getNumber() % 2 != 0))))
    return node.emitError() << "RotaryEmbedding cannot rotate " << part
                            << " columns of " << describeDims(width);
  Dim half = part ? Dim(part / 2) : divide(width, Dim(2));
  Dim batch = dims[0], length = dims[dims.size() == 4 ? 2 : 1];
  for (unsigned i : {1u, 2u})
    if (failed(node.unify(half, node.getDims(i).back(),
                          "half of what rotates and the width of a cache")))
      return failure();
  const Dims &rows = node.getDims(byNumber ? 3 : 1);
  if (failed(node.unify(batch, rows[0], "batch size of RotaryEmbedding")) ||
      failed(node.unify(length, rows[1], "length of RotaryEmbedding")) ||
      failed(node.unify(node.getDims(1)[0], node.getDims(2)[0],
                        "number of cosines and sines")))
    return failure();
  return node.setResult(0, node.getInput(0).elementType, dims);
}

} // namespace ecolm::onnx

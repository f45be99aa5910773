//===- Attention.cpp - Attention ------------------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts Attention of opset 23 without masks and caches of its own, and
// LogQuantizedAttention.
//
//===----------------------------------------------------------------------===//

#include "EcoLMConversions.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "ecolm/Conversion/ONNXNodes/RunTimeChecks.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include <cmath>

using namespace mlir;
using namespace ecolm;

namespace {
/// How an Attention node divides its rows into heads.
struct Heads {
  int64_t queries, keys, size;
};
} // namespace

/// The heads of 3-D inputs [B, T, H * D] come from attributes, those of 4-D
/// inputs [B, H, T, D] from the shape.
static FailureOr<Heads> findHeads(onnx::NodeOp node, GraphRewriter &rewriter) {
  auto query = cast<RankedTensorType>(node.getInputs()[0].getType());
  auto key = cast<RankedTensorType>(node.getInputs()[1].getType());
  auto value = cast<RankedTensorType>(node.getInputs()[2].getType());
  int64_t rank = query.getRank();
  if ((rank != 3 && rank != 4) || key.getRank() != rank ||
      value.getRank() != rank || !query.getElementType().isF32() ||
      !key.getElementType().isF32() || !value.getElementType().isF32())
    return rewriter.refuse(node, "expects three f32 inputs of rank 3 or 4");
  Heads heads;
  int64_t width = query.getShape().back(), keyWidth = key.getShape().back();
  if (rank == 3) {
    heads.queries = getInt(node, "q_num_heads", 0);
    heads.keys = getInt(node, "kv_num_heads", 0);
    if (heads.queries < 1 || heads.keys < 1 || width % heads.queries ||
        ShapedType::isDynamic(width))
      return rewriter.refuse(node, "expects q_num_heads and kv_num_heads that "
                                   "divide the last dimensions");
    heads.size = width / heads.queries;
    keyWidth = ShapedType::isDynamic(keyWidth) || keyWidth % heads.keys
                   ? -1
                   : keyWidth / heads.keys;
  } else {
    heads = {query.getDimSize(1), key.getDimSize(1), width};
  }
  if (heads.queries < 1 || heads.keys < 1 || heads.size < 1 ||
      heads.queries % heads.keys)
    return rewriter.refuse(node, "expects a constant number of query heads "
                                 "that is a multiple of the key heads");
  if (keyWidth != heads.size ||
      value.getShape().back() != key.getShape().back())
    return rewriter.refuse(node, "expects heads of query, key and value to be "
                                 "of one size");
  return heads;
}

/// `[B, H, T, D]` -> `[B, T, H * D]`.
static Value mergeHeads(Value tensor, GraphRewriter &rewriter) {
  auto type = cast<RankedTensorType>(tensor.getType());
  ArrayRef<int64_t> shape = type.getShape();
  auto moved = RankedTensorType::get({shape[0], shape[2], shape[1], shape[3]},
                                     type.getElementType());
  NamedAttribute perm = rewriter.getNamedAttr(
      "perm", rewriter.getDenseI64ArrayAttr({0, 2, 1, 3}));
  Value transposed =
      rewriter.createNode(tensor.getLoc(), "Transpose", tensor, moved, perm);
  SmallVector<ReassociationIndices> groups = {{0}, {1}, {2, 3}};
  return tensor::CollapseShapeOp::create(rewriter, tensor.getLoc(), transposed,
                                         groups);
}

/// `[B, T, H * D]` -> `[B, H, T, D]`, of type `type`.
static Value splitHeads(Value tensor, const Heads &heads, RankedTensorType type,
                        GraphRewriter &rewriter) {
  auto merged = cast<RankedTensorType>(tensor.getType());
  auto split = RankedTensorType::get(
      {merged.getDimSize(0), merged.getDimSize(1), heads.queries, heads.size},
      merged.getElementType());
  SmallVector<OpFoldResult> sizes = {
      rewriter.getSize(tensor, 0), rewriter.getSize(tensor, 1),
      rewriter.getIndexAttr(heads.queries), rewriter.getIndexAttr(heads.size)};
  SmallVector<ReassociationIndices> groups = {{0}, {1}, {2, 3}};
  Value expanded = tensor::ExpandShapeOp::create(rewriter, tensor.getLoc(),
                                                 split, tensor, groups, sizes);
  NamedAttribute perm = rewriter.getNamedAttr(
      "perm", rewriter.getDenseI64ArrayAttr({0, 2, 1, 3}));
  return rewriter.createNode(tensor.getLoc(), "Transpose", expanded, type,
                             perm);
}

/// True if there is a key for every query and no more. Which keys come first is
/// another question otherwise, and the standard answers it differently.
static bool hasKeyPerQuery(onnx::NodeOp node, GraphRewriter &rewriter) {
  Value query = node.getInputs()[0], key = node.getInputs()[1];
  int64_t rank = cast<RankedTensorType>(query.getType()).getRank();
  int64_t dim = rank == 4 ? 2 : 1;
  return rewriter.haveSameSize(query, dim, key, dim);
}

/// Replaces `node` by an attention of its first three inputs.
static LogicalResult replaceByAttention(onnx::NodeOp node,
                                        LogQuantizerAttr probabilities,
                                        GraphRewriter &rewriter) {
  FailureOr<Heads> heads = findHeads(node, rewriter);
  if (failed(heads))
    return failure();
  SmallVector<Value> inputs(node.getInputs().take_front(3));
  bool isSplit = cast<RankedTensorType>(inputs[0].getType()).getRank() == 4;
  // Batches, and a value for every key.
  int64_t length = isSplit ? 2 : 1;
  for (auto [lhs, rhs, dim] :
       {std::tuple(0, 1, int64_t(0)), std::tuple(2, 1, int64_t(0)),
        std::tuple(2, 1, length)})
    createSizeCheck(rewriter, node.getLoc(), inputs[lhs], dim, inputs[rhs], dim,
                    "its queries, keys and values do not fit each other");
  if (isSplit)
    for (Value &input : inputs)
      input = mergeHeads(input, rewriter);
  double scale = getFloat(node, "scale", 1.0 / std::sqrt(heads->size));
  Value result =
      AttentionOp::create(rewriter, node.getLoc(), inputs[0].getType(),
                          inputs[0], inputs[1], inputs[2], heads->queries,
                          heads->keys, APFloat(static_cast<float>(scale)),
                          getInt(node, "is_causal", 0) != 0, probabilities);
  if (isSplit)
    result = splitHeads(result, *heads, getResultType(node), rewriter);
  return rewriter.replaceNode(node, result);
}

/// Attention of a language model; what asks for more is left to others, which
/// take it apart.
static LogicalResult convertAttention(onnx::NodeOp node,
                                      GraphRewriter &rewriter) {
  for (unsigned i = 3; i < 7; ++i)
    if (node.getPresentInput(i))
      return failure();
  for (Value extra : node.getResults().drop_front())
    if (!extra.use_empty())
      return failure();
  bool windowed = getInt(node, "left_window_size", -1) != -1 ||
                  getInt(node, "right_window_size", -1) != -1;
  bool isFlat =
      cast<RankedTensorType>(node.getInputs()[0].getType()).getRank() < 3;
  if (windowed || isFlat || getFloat(node, "softcap", 0.0) != 0.0 ||
      (getInt(node, "is_causal", 0) && !hasKeyPerQuery(node, rewriter)))
    return failure();
  return replaceByAttention(node, /*probabilities=*/{}, rewriter);
}

static LogicalResult convertLogQuantizedAttention(onnx::NodeOp node,
                                                  GraphRewriter &rewriter) {
  FailureOr<LogQuantizerAttr> quantizer = findLogQuantizer(node, rewriter);
  if (failed(quantizer))
    return failure();
  return replaceByAttention(node, *quantizer, rewriter);
}

void ecolm::populateAttentionConversions(NodeConversions &conversions) {
  conversions.add("Attention", convertAttention);
  conversions.addEcoLM("LogQuantizedAttention", convertLogQuantizedAttention);
}

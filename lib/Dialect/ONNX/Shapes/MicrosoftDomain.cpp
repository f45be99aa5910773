//===- MicrosoftDomain.cpp - Rules of com.microsoft -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Infers the fused operators of onnxruntime.
//
//===----------------------------------------------------------------------===//

#include "Rules.h"

using namespace mlir;

namespace ecolm::onnx {

LogicalResult inferFusedUnary(NodeInference &node) {
  if (failed(node.expectInputs(1, 4)))
    return failure();
  return node.setResult(0, node.getInput(0).elementType, node.getDims(0));
}

/// States result `index`, a number for each row of `dims`.
static LogicalResult setStatistics(NodeInference &node, unsigned index,
                                   Dims dims) {
  dims.back() = Dim(1);
  return node.setResult(index, Float32Type::get(node.getOp().getContext()),
                        dims);
}

LogicalResult inferFusedNormalization(NodeInference &node) {
  if (failed(node.expectInputs(2, 5)) || failed(node.expectRank(0, 1, 64)))
    return failure();
  const Dims &dims = node.getDims(0);
  Type type = node.getInput(0).elementType;
  if (failed(setStatistics(node, 1, dims)) ||
      failed(setStatistics(node, 2, dims)) ||
      failed(node.setResult(3, type, dims)))
    return failure();
  return node.setResult(0, type, dims);
}

LogicalResult inferEmbedLayerNormalization(NodeInference &node) {
  // Input 1, which may be omitted, stands before some that may not.
  if (failed(node.expectInputs(node.hasInput(2) ? 1 : 3, 9)) ||
      failed(node.expectRank(0, 2, 2)) || failed(node.expectRank(2, 2, 2)))
    return failure();
  Dims dims = node.getDims(0);
  Type i32 = IntegerType::get(node.getOp().getContext(), 32);
  if (failed(node.setResult(1, i32, {dims[0]})))
    return failure();
  dims.push_back(node.getDims(2)[1]);
  Type type = node.getInput(2).elementType;
  if (failed(node.setResult(2, type, dims)))
    return failure();
  return node.setResult(0, type, dims);
}

LogicalResult inferMatMulNBits(NodeInference &node) {
  if (failed(node.expectInputs(3, 6)) || failed(node.expectRank(0, 1, 64)))
    return failure();
  Dims dims = node.getDims(0);
  if (failed(node.unify(dims.back(), Dim(node.getInt("K", 0)),
                        "inner size of the product")))
    return failure();
  dims.back() = Dim(node.getInt("N", 0));
  return node.setResult(0, node.getInput(0).elementType, dims);
}

LogicalResult inferGatherBlockQuantized(NodeInference &node) {
  if (failed(node.expectInputs(3, 4)) || failed(node.expectRank(0, 1, 64)))
    return failure();
  Dims dims = node.getDims(0);
  FailureOr<int64_t> axis =
      node.normalizeAxis(node.getInt("gather_axis", 0), dims.size());
  if (failed(axis))
    return failure();
  // Bytes hold several codes along the last dimension.
  int64_t bits = node.getInt("bits", 4);
  if (node.getInput(0).elementType.isUnsignedInteger(8) &&
      (bits == 2 || bits == 4))
    dims.back() = multiply(dims.back(), Dim(8 / bits));
  Dims result(dims.begin(), dims.begin() + *axis);
  result.append(node.getDims(1));
  result.append(dims.begin() + *axis + 1, dims.end());
  return node.setResult(0, node.getInput(2).elementType, result);
}

LogicalResult inferScaledIntegerProduct(NodeInference &node) {
  if (failed(node.expectInputs(3, 7)))
    return failure();
  FailureOr<Dims> dims = multiplyMatrices(node, 0, 1);
  if (failed(dims))
    return failure();
  return node.setResult(0, node.getInput(2).elementType, *dims);
}

/// States results 1 and 2, keys or values `[batch, heads, total, width]`.
static LogicalResult setPresent(NodeInference &node, Dim batch, int64_t heads,
                                Dim total, Dim keyWidth, Dim valueWidth) {
  Type type = node.getInput(0).elementType;
  Dims dims = {batch, Dim(heads), node.asSize(total), keyWidth};
  if (failed(node.setResult(1, type, dims)))
    return failure();
  dims.back() = valueWidth;
  return node.setResult(2, type, dims);
}

/// Heads that an attribute counts, which divide a width.
static FailureOr<int64_t> expectHeads(NodeInference &node, StringRef name) {
  int64_t heads = node.getInt(name, 0);
  if (heads < 1)
    return node.emitError() << node.getOp().getOpType() << " expects " << name
                            << " of at least 1, found " << heads;
  return heads;
}

/// The number of keys: those given, behind those of the past.
static Dim addPast(NodeInference &node, unsigned past, Dim length) {
  if (node.getNumInputs() <= past || !node.hasInput(past))
    return length;
  const Dims &dims = node.getDims(past);
  return dims.size() < 2 ? Dim() : add(dims[dims.size() - 2], length);
}

LogicalResult inferMultiHeadAttention(NodeInference &node) {
  FailureOr<int64_t> heads = expectHeads(node, "num_heads");
  if (failed(heads) || failed(node.expectInputs(1, 10)) ||
      failed(node.expectRank(0, 3, 5)))
    return failure();
  auto getRank = [&](unsigned i) -> size_t {
    return i < node.getNumInputs() && node.hasInput(i) ? node.getDims(i).size()
                                                       : 0;
  };
  const Dims &dims = node.getDims(0);
  // Packed are queries, keys and values, or keys and values: [.., H, n, D].
  Dim queryWidth =
      dims.size() == 3 ? divide(dims[2], Dim(*heads)) : dims.back();
  Dim width = queryWidth, length = dims[1];
  if (getRank(1) == 5)
    length = node.getDims(1)[1];
  if (getRank(1) == 3 && getRank(2) == 3) {
    length = node.getDims(1)[1];
    width = divide(node.getDims(2)[2], Dim(*heads));
  }
  if (getRank(1) == 4 && getRank(2) == 4) {
    length = node.getDims(1)[2];
    width = node.getDims(2)[3];
  }
  if (failed(setPresent(node, dims[0], *heads, addPast(node, 6, length),
                        queryWidth, width)))
    return failure();
  return node.setResult(0, node.getInput(0).elementType,
                        {dims[0], dims[1], multiply(Dim(*heads), width)});
}

LogicalResult inferPackedAttention(NodeInference &node) {
  FailureOr<int64_t> heads = expectHeads(node, "num_heads");
  if (failed(heads) || failed(node.expectInputs(2, 7)) ||
      failed(node.expectRank(0, 3, 3)) || failed(node.expectRank(1, 2, 2)))
    return failure();
  const Dims &dims = node.getDims(0);
  Type type = node.getInput(0).elementType;
  Dim width = divide(node.getDims(1)[1], Dim(3));
  if (auto sizes = node.getInts("qkv_hidden_sizes"); sizes && sizes->size() > 2)
    width = Dim((*sizes)[2]);
  Dim total = node.asSize(addPast(node, 4, dims[1]));
  if (failed(node.setResult(
          1, type,
          {Dim(2), dims[0], Dim(*heads), total, divide(width, Dim(*heads))})))
    return failure();
  return node.setResult(0, type, {dims[0], dims[1], width});
}

LogicalResult inferGroupQueryAttention(NodeInference &node) {
  FailureOr<int64_t> heads = expectHeads(node, "num_heads");
  FailureOr<int64_t> keyHeads = expectHeads(node, "kv_num_heads");
  if (failed(heads) || failed(keyHeads) || failed(node.expectInputs(1, 14)) ||
      failed(node.expectRank(0, 3, 3)))
    return failure();
  const Dims &dims = node.getDims(0);
  bool isPacked = !node.hasInput(1);
  Dim size = divide(dims[2], Dim(isPacked ? *heads + 2 * *keyHeads : *heads));
  // How long the cache is becomes known in the run.
  Dim total = node.hasInput(3) ? Dim() : dims[1];
  if (failed(setPresent(node, dims[0], *keyHeads, total, size, size)))
    return failure();
  return node.setResult(0, node.getInput(0).elementType,
                        {dims[0], dims[1], multiply(Dim(*heads), size)});
}

} // namespace ecolm::onnx

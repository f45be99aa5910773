//===- FusedAttention.cpp - MultiHeadAttention and Attention --------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Writes the attention operators of com.microsoft as the standard one.
//
//===----------------------------------------------------------------------===//

#include "FusedNode.h"

using namespace mlir;
using namespace ecolm;

namespace {
/// An attention on its way to the standard one.
class FusedAttention {
public:
  FusedAttention(onnx::NodeOp node, GraphRewriter &rewriter)
      : f(node, rewriter), heads(getInt(node, "num_heads", 0)) {}

  LogicalResult expandMultiHead();
  LogicalResult expandPacked();

private:
  FailureOr<SmallVector<Value>> takeProjections();
  SmallVector<Value> unpack(Value packed, int64_t count);
  FailureOr<SmallVector<Value>> addBias(SmallVector<Value> qkv);
  FailureOr<Value> makeMask(unsigned maskInput, unsigned biasInput,
                            Value total);
  SmallVector<Value> attend(Value q, Value k, Value v, Value mask, Value pastK,
                            Value pastV);
  bool isKeyLengths(Value mask);

  FusedNode f;
  int64_t heads;
};
} // namespace

/// True if `mask` [B] says how many keys a row has. One of [2 B] says more.
bool FusedAttention::isKeyLengths(Value mask) {
  return cast<RankedTensorType>(mask.getType()).getRank() == 1 &&
         f.rewriter.haveSameSize(mask, 0, f.input(0), 0);
}

/// What is added to the scores: the bias, and `mask_filter_value` where the
/// mask has a zero. `total` is the number of keys.
FailureOr<Value> FusedAttention::makeMask(unsigned maskInput,
                                          unsigned biasInput, Value total) {
  Value mask = f.input(maskInput), bias = f.input(biasInput);
  if (!mask)
    return bias;
  Type type = f.type(0).getElementType();
  Value kept;
  int64_t rank = cast<RankedTensorType>(mask.getType()).getRank();
  if (isKeyLengths(mask)) {
    Value lengths = f.unsqueeze(f.castTo(mask, kOnnxInt64), {1});
    kept = f.unsqueeze(f.make("Less", {f.range(total), lengths}), {1, 2});
  } else if (rank == 2 || rank == 3) {
    constexpr int64_t kOnnxBool = 9;
    kept = f.castTo(mask, kOnnxBool);
    kept = rank == 2 ? f.unsqueeze(kept, {1, 2}) : f.unsqueeze(kept, {1});
  } else {
    return f.refuse("has a mask that is neither lengths nor of two or three "
                    "dimensions");
  }
  double filter = getFloat(f.node, "mask_filter_value", -10000);
  Value added =
      f.make("Where", {kept, f.number(type, 0), f.number(type, filter)});
  return bias ? f.make("Add", {added, bias}) : added;
}

/// Output and present keys and values of the standard operator.
SmallVector<Value> FusedAttention::attend(Value q, Value k, Value v, Value mask,
                                          Value pastK, Value pastV) {
  SmallVector<NamedAttribute> attrs = {f.attr("q_num_heads", heads),
                                       f.attr("kv_num_heads", heads)};
  if (double scale = getFloat(f.node, "scale", 0))
    attrs.push_back(f.attr("scale", scale));
  if (getInt(f.node, "unidirectional", 0))
    attrs.push_back(f.attr("is_causal", int64_t(1)));
  return f.makeAll("Attention", {q, k, v, mask, pastK, pastV}, 3, attrs);
}

/// The parts of `packed` [B, T, H, count, D], each as [B, T, H D].
SmallVector<Value> FusedAttention::unpack(Value packed, int64_t count) {
  SmallVector<Value> parts = f.split(packed, SmallVector<int64_t>(count, 1), 3);
  for (Value &part : parts)
    part = f.make("Reshape", {part, f.integers({0, 0, -1})});
  return parts;
}

/// Queries, keys and values as [B, T, H D]. They are given like that, or packed
/// as [B, T, H, 3, D], or keys and values are: as [B, S, H, 2, D], or each as
/// the cache [B, H, S, D] of another attention.
FailureOr<SmallVector<Value>> FusedAttention::takeProjections() {
  SmallVector<int64_t> ranks;
  for (unsigned i : {0u, 1u, 2u})
    ranks.push_back(f.input(i) ? f.type(i).getRank() : 0);
  auto isPacked = [&](unsigned i, int64_t count) {
    return f.type(i).getDimSize(2) == heads && f.type(i).getDimSize(3) == count;
  };
  using Ranks = ArrayRef<int64_t>;
  if (Ranks(ranks) == Ranks({3, 3, 3}))
    return SmallVector<Value>{f.input(0), f.input(1), f.input(2)};
  if (Ranks(ranks) == Ranks({5, 0, 0}) && isPacked(0, 3))
    return unpack(f.input(0), 3);
  SmallVector<Value> qkv = {f.input(0)};
  if (Ranks(ranks) == Ranks({3, 5, 0}) && isPacked(1, 2)) {
    llvm::append_range(qkv, unpack(f.input(1), 2));
    return qkv;
  }
  auto isCache = [&](unsigned i) { return f.type(i).getDimSize(1) == heads; };
  if (Ranks(ranks) != Ranks({3, 4, 4}) || !isCache(1) || !isCache(2))
    return f.refuse("expects queries, keys and values of three dimensions, or "
                    "packed in five, or keys and values in four");
  for (unsigned i : {1u, 2u}) {
    Value rows = f.make("Transpose", f.input(i), f.attr("perm", {0, 2, 1, 3}));
    qkv.push_back(f.make("Reshape", {rows, f.integers({0, 0, -1})}));
  }
  return qkv;
}

/// `qkv` with the bias [2 H D + H Dv] added. Keys and values of a cache have
/// theirs already.
FailureOr<SmallVector<Value>> FusedAttention::addBias(SmallVector<Value> qkv) {
  Value bias = f.input(3);
  if (!bias)
    return qkv;
  SmallVector<int64_t> widths;
  for (unsigned i : {0u, 0u, f.input(2) ? 2u : 0u}) {
    int64_t width = f.type(i).getShape().back();
    if (ShapedType::isDynamic(width))
      return f.refuse("has a bias for sizes that are not known");
    widths.push_back(f.type(i).getRank() == 3 ? width : heads * width);
  }
  SmallVector<Value> parts = f.split(bias, widths, 0);
  bool isCache = f.input(1) && f.type(1).getRank() == 4;
  for (unsigned i = 0; i < (isCache ? 1 : 3); ++i)
    qkv[i] = f.make("Add", {qkv[i], parts[i]});
  return qkv;
}

/// `MultiHeadAttention(query, key, value, bias?, mask?, attention bias?, past
/// key?, past value?)`
LogicalResult FusedAttention::expandMultiHead() {
  FailureOr<SmallVector<Value>> qkv = takeProjections();
  if (succeeded(qkv))
    qkv = addBias(*qkv);
  if (failed(qkv))
    return failure();
  if (f.input(8) || f.input(9) || f.isUsed(3))
    return f.refuse("has a buffer for the past, or shows its scores");
  Value total = f.size((*qkv)[1], 1);
  if (f.input(6))
    total = f.make("Add", {total, f.size(f.input(6), 2)});
  FailureOr<Value> mask = makeMask(4, 5, total);
  if (failed(mask))
    return failure();
  return f.replace(
      attend((*qkv)[0], (*qkv)[1], (*qkv)[2], *mask, f.input(6), f.input(7)));
}

/// `Attention(x, weight, bias?, mask?, past?, attention bias?)`, whose one
/// product gives queries, keys and values and whose past [2, B, H, P, D] holds
/// both.
LogicalResult FusedAttention::expandPacked() {
  if (f.input(6) || getInt(f.node, "do_rotary", 0) ||
      getInt(f.node, "past_present_share_buffer", 0))
    return f.refuse("has a buffer for the past, or rotates");
  int64_t width = f.type(1).getShape().back();
  auto sizes = getInts(f.node, "qkv_hidden_sizes");
  if (!sizes)
    sizes = SmallVector<int64_t>(3, width / 3);
  if (ShapedType::isDynamic(width) || sizes->size() != 3 || width < 3)
    return f.refuse("expects a known width, and three qkv_hidden_sizes");
  Value wide = f.addInput(f.make("MatMul", {f.input(0), f.input(1)}), 2);
  SmallVector<Value> qkv = f.split(wide, *sizes, 2);
  Value total = f.size(f.input(0), 1);
  SmallVector<Value> past(2);
  if (Value both = f.input(4)) {
    past = f.split(both, {1, 1}, 0);
    for (Value &part : past)
      part = f.make("Squeeze", {part, f.integers({0})});
    total = f.make("Add", {total, f.size(both, 3)});
  }
  FailureOr<Value> mask = makeMask(3, 5, total);
  if (failed(mask))
    return failure();
  SmallVector<Value> results =
      attend(qkv[0], qkv[1], qkv[2], *mask, past[0], past[1]);
  Value present;
  if (f.isUsed(1))
    present = f.make(
        "Concat", {f.unsqueeze(results[1], {0}), f.unsqueeze(results[2], {0})},
        f.attr("axis", int64_t(0)));
  return f.replace({results[0], present});
}

static LogicalResult expandMultiHead(onnx::NodeOp node,
                                     GraphRewriter &rewriter) {
  return FusedAttention(node, rewriter).expandMultiHead();
}

static LogicalResult expandPacked(onnx::NodeOp node, GraphRewriter &rewriter) {
  return FusedAttention(node, rewriter).expandPacked();
}

void ecolm::populateFusedAttention(NodeConversions &conversions) {
  conversions.addMicrosoft("MultiHeadAttention", expandMultiHead);
  conversions.addMicrosoft("Attention", expandPacked);
}

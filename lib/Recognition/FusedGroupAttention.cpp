//===- FusedGroupAttention.cpp - GroupQueryAttention ----------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Writes GroupQueryAttention and RotaryEmbedding of com.microsoft as standard
// nodes.
//
//===----------------------------------------------------------------------===//

#include "FusedNode.h"

using namespace mlir;
using namespace ecolm;

namespace {
/// `GroupQueryAttention(query, key, value, past key?, past value?, last key of
/// each row, total, cosines?, sines?, positions?, attention bias?)`.
///
/// A row of the batch has `start = last + 1 - T` keys in its past, whatever the
/// size of the buffer; its new keys go behind them.
class GroupAttention {
public:
  GroupAttention(onnx::NodeOp node, GraphRewriter &rewriter)
      : f(node, rewriter), heads(getInt(node, "num_heads", 0)),
        keyHeads(getInt(node, "kv_num_heads", 0)) {}

  LogicalResult expand();

private:
  std::optional<StringRef> findProblem();
  SmallVector<Value> makeInputs();
  Value makeStarts(Value query);
  Value rotate(Value x, int64_t numHeads);
  Value makeMask(Value total);
  Value appendToPast(Value fresh, unsigned pastInput, Value total);

  FusedNode f;
  int64_t heads, keyHeads;
  /// Keys in the past of each row, [B]; positions of the new tokens, [B, T].
  Value starts, positions;
};
} // namespace

std::optional<StringRef> GroupAttention::findProblem() {
  ArrayRef<int64_t> shape = f.type(0).getShape();
  if (shape.size() != 3 || ShapedType::isDynamic(shape[2]) || heads < 1 ||
      keyHeads < 1)
    return StringRef("expects queries of three dimensions and a known width, "
                     "num_heads and kv_num_heads");
  if (!f.input(5) || !f.input(6))
    return StringRef("expects the lengths of rows");
  if (f.input(11) || getInt(f.node, "smooth_softmax", 0) || f.isUsed(3))
    return StringRef("has a sink, or shows its scores");
  if (getInt(f.node, "do_rotary", 0) &&
      (!f.input(7) || !f.input(8) || f.type(7).getRank() != 2))
    return StringRef("rotates without tables of cosines and sines");
  return std::nullopt;
}

/// Queries, keys and values, which may come as one tensor.
SmallVector<Value> GroupAttention::makeInputs() {
  if (f.input(1))
    return {f.input(0), f.input(1), f.input(2)};
  int64_t size = f.type(0).getShape()[2] / (heads + 2 * keyHeads);
  return f.split(f.input(0), {heads * size, keyHeads * size, keyHeads * size},
                 2);
}

/// `max(0, last + 1 - T)`: a prompt that is shorter than its row has no past.
Value GroupAttention::makeStarts(Value query) {
  Value last = f.castTo(f.input(5), kOnnxInt64);
  last = f.make("Reshape", {last, f.integers({-1})});
  Value start =
      f.make("Sub", {f.make("Add", {last, f.integers({1})}), f.size(query, 1)});
  return f.make("Max", {start, f.integers({0})});
}

/// `x` [B, T, H D], turned by its positions.
Value GroupAttention::rotate(Value x, int64_t numHeads) {
  if (!getInt(f.node, "do_rotary", 0))
    return x;
  int64_t part = 2 * f.type(7).getShape().back();
  return f.make("RotaryEmbedding", {x, f.input(7), f.input(8), positions},
                {f.attr("interleaved", getInt(f.node, "rotary_interleaved", 0)),
                 f.attr("num_heads", numHeads),
                 f.attr("rotary_embedding_dim", part)});
}

/// True [B, 1, T, S] where a query sees a key: not behind itself, and not
/// farther back than the window. With an attention bias: that, or -inf.
Value GroupAttention::makeMask(Value total) {
  Value keys = f.unsqueeze(f.range(total), {0, 1, 2});
  Value queries = f.unsqueeze(positions, {1, 3});
  Value seen = f.make("LessOrEqual", {keys, queries});
  int64_t window = getInt(f.node, "local_window_size", -1);
  if (window > 0) {
    Value distance = f.make("Sub", {queries, keys});
    Value near = f.make("Less", {distance, f.integers({window})});
    seen = f.make("And", {seen, near});
  }
  Value bias = f.input(10);
  if (!bias)
    return seen;
  Type type = f.type(0).getElementType();
  return f.make(
      "Where",
      {seen, bias, f.number(type, -std::numeric_limits<double>::infinity())});
}

/// The past, made as long as `total`, with `fresh` [B, T, H D] written behind
/// the keys of each row. What a buffer holds behind those becomes 0.
Value GroupAttention::appendToPast(Value fresh, unsigned pastInput,
                                   Value total) {
  Value split = f.make("Reshape", {fresh, f.integers({0, 0, keyHeads, -1})});
  split = f.make("Transpose", split, f.attr("perm", {0, 2, 1, 3}));
  Value past = f.input(pastInput);
  Value missing = f.make("Sub", {total, f.size(past, 2)});
  Value pads =
      f.make("Concat",
             {f.integers({0, 0, 0, 0, 0, 0}),
              f.make("Reshape", {missing, f.integers({1})}), f.integers({0})},
             f.attr("axis", int64_t(0)));
  Value isPast = f.make("Less", {f.unsqueeze(f.range(total), {0, 1, 3}),
                                 f.unsqueeze(starts, {1, 2, 3})});
  Value longer =
      f.make("Where", {isPast, f.make("Pad", {past, pads}),
                       f.number(f.type(pastInput).getElementType(), 0)});
  return f.make("TensorScatter", {longer, split, starts},
                f.attr("axis", int64_t(2)));
}

LogicalResult GroupAttention::expand() {
  if (std::optional<StringRef> problem = findProblem())
    return f.refuse(*problem);
  SmallVector<Value> qkv = makeInputs();
  bool hasPast = f.input(3) != nullptr;
  starts = hasPast ? makeStarts(qkv[0]) : f.integers({0});
  positions = f.make("Add", {f.unsqueeze(starts, {1}),
                             f.unsqueeze(f.range(f.size(qkv[0], 1)), {0})});
  Value counted = positions;
  if (Value given = f.input(9))
    positions = given;
  else if (!hasPast)
    positions =
        f.make("Expand", {positions, f.make("Shape", qkv[0],
                                            {f.attr("start", int64_t(0)),
                                             f.attr("end", int64_t(2))})});
  Value query = rotate(qkv[0], heads), key = rotate(qkv[1], keyHeads);
  positions = counted;

  SmallVector<NamedAttribute> attrs = {f.attr("q_num_heads", heads),
                                       f.attr("kv_num_heads", keyHeads)};
  if (double scale = getFloat(f.node, "scale", 0))
    attrs.push_back(f.attr("scale", scale));
  if (double cap = getFloat(f.node, "softcap", 0))
    attrs.push_back(f.attr("softcap", cap));
  bool windowed = getInt(f.node, "local_window_size", -1) > 0;
  if (!hasPast && !windowed) {
    attrs.push_back(f.attr("is_causal", int64_t(1)));
    return f.replace(
        f.makeAll("Attention", {query, key, qkv[2], f.input(10)}, 3, attrs));
  }
  Value total = f.size(qkv[1], 1), value = qkv[2];
  if (hasPast) {
    Value asked =
        f.make("Reshape", {f.castTo(f.input(6), kOnnxInt64), f.integers({1})});
    total = f.make("Max", {asked, f.size(f.input(3), 2)});
    total = f.make("Squeeze", {total, f.integers({0})});
    key = appendToPast(key, 3, total);
    value = appendToPast(value, 4, total);
    query = f.make("Reshape", {query, f.integers({0, 0, heads, -1})});
    query = f.make("Transpose", query, f.attr("perm", {0, 2, 1, 3}));
  }
  SmallVector<Value> results =
      f.makeAll("Attention", {query, key, value, makeMask(total)}, 3, attrs);
  if (hasPast) {
    results[0] = f.make("Transpose", results[0], f.attr("perm", {0, 2, 1, 3}));
    results[0] = f.make("Reshape", {results[0], f.integers({0, 0, -1})});
    results[1] = key, results[2] = value;
  }
  return f.replace(results);
}

static LogicalResult expandGroupAttention(onnx::NodeOp node,
                                          GraphRewriter &rewriter) {
  return GroupAttention(node, rewriter).expand();
}

/// `RotaryEmbedding(x, positions, cosines, sines)`, with the operands in
/// another order than the standard one. One position is that of the first
/// token.
static LogicalResult expandRotary(onnx::NodeOp node, GraphRewriter &rewriter) {
  FusedNode f(node, rewriter);
  Value x = f.input(0), positions = f.input(1);
  if (getFloat(node, "scale", 1) != 1 || getInt(node, "is_packed_batching", 0))
    return f.refuse("scales, or has rows of several lengths in one");
  int64_t rank = f.type(0).getRank();
  if (!positions || !f.input(2) || !f.input(3) || f.type(2).getRank() != 2)
    return f.refuse("expects positions, and tables of two dimensions");
  int64_t half = f.type(2).getShape().back();
  int64_t width = f.type(0).getShape().back();
  if (half < 1 || ShapedType::isDynamic(half) || ShapedType::isDynamic(width) ||
      (rank != 3 && rank != 4))
    return f.refuse("expects three or four dimensions of known widths");
  if (f.type(1).getRank() == 1) {
    Value first = f.make("Add", {positions, f.range(f.size(x, rank - 2))});
    int64_t tokens = rank == 3 ? 1 : 2;
    Value shape = f.make(
        "Concat",
        {f.make("Shape", x,
                {f.attr("start", int64_t(0)), f.attr("end", int64_t(1))}),
         f.make("Shape", x,
                {f.attr("start", tokens), f.attr("end", tokens + 1)})},
        f.attr("axis", int64_t(0)));
    positions = f.make("Expand", {first, shape});
  }
  int64_t heads = getInt(node, "num_heads", 0);
  if (rank == 3 && heads < 1)
    heads = width / (2 * half);
  SmallVector<NamedAttribute> attrs = {
      f.attr("interleaved", getInt(node, "interleaved", 0)),
      f.attr("rotary_embedding_dim", 2 * half)};
  if (rank == 3)
    attrs.push_back(f.attr("num_heads", heads));
  return f.replace(
      f.make("RotaryEmbedding", {x, f.input(2), f.input(3), positions}, attrs));
}

void ecolm::populateFusedGroupAttention(NodeConversions &conversions) {
  conversions.addMicrosoft("GroupQueryAttention", expandGroupAttention);
  conversions.addMicrosoft("RotaryEmbedding", expandRotary);
}

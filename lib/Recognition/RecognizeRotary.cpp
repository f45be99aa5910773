//===- RecognizeRotary.cpp - Rotary embeddings from their steps -----------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Writes rotations of queries and keys as RotaryEmbedding.
//
//===----------------------------------------------------------------------===//

#include "HalfTable.h"
#include "NodeMatch.h"
#include "ecolm/Conversion/ONNXNodes/GraphRewriter.h"
#include "ecolm/Recognition/Passes.h"
#include "ecolm/Recognition/RecognitionNotes.h"

namespace ecolm {
#define GEN_PASS_DEF_RECOGNIZEROTARY
#include "ecolm/Recognition/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

namespace {
/// `x * cosine + turn(x) * sine`, of x [B, H, T, D].
struct Rotary {
  Value x, cosine, sine;
  bool interleaved = false;
};

/// Elements `start, start + step, ..` of the last dimension of a value.
struct LastSlice {
  Value source;
  int64_t start, end, step;
};
} // namespace

/// A Slice of the last dimension alone, by constants, or nothing.
static std::optional<LastSlice> matchLastSlice(Value value) {
  onnx::NodeOp node = matchNode(value, "Slice");
  if (!node || static_cast<int64_t>(node.getOpset()) < 10)
    return std::nullopt;
  Value source = skipIdentities(node.getInputs()[0]);
  RankedTensorType type = getRankedType(source);
  auto starts = getIntsOrInput(node, "starts", 1);
  auto ends = getIntsOrInput(node, "ends", 2);
  auto axes = getIntsOrInput(node, "axes", 3);
  auto steps = node.getPresentInput(4) ? getIntsOrInput(node, "steps", 4)
                                       : std::optional(SmallVector<int64_t>{1});
  if (!type || !starts || !ends || !axes || !steps || axes->size() != 1 ||
      normalizeAxis(axes->front(), type.getRank()) != type.getRank() - 1)
    return std::nullopt;
  int64_t width = type.getShape().back();
  if (ShapedType::isDynamic(width))
    return std::nullopt;
  auto clamp = [&](int64_t place) {
    return std::clamp<int64_t>(place < 0 ? place + width : place, 0, width);
  };
  return LastSlice{source, clamp(starts->front()), clamp(ends->front()),
                   steps->front()};
}

/// True if `value` is that part of the last dimension of `x`.
static bool isPart(Value value, Value x, int64_t start, int64_t end,
                   int64_t step) {
  std::optional<LastSlice> slice = matchLastSlice(value);
  return slice && slice->source == x && slice->start == start &&
         slice->end == end && slice->step == step;
}

/// x of `Concat(-x[half:], x[:half])`, or null.
static Value matchTurn(Value value) {
  onnx::NodeOp concat = matchNode(value, "Concat");
  RankedTensorType type = getRankedType(value);
  if (!concat || !type || concat.getInputs().size() != 2 ||
      normalizeAxis(getInt(concat, "axis", 0), type.getRank()) !=
          type.getRank() - 1)
    return nullptr;
  onnx::NodeOp negative = matchNode(concat.getInputs()[0], "Neg");
  std::optional<LastSlice> first = matchLastSlice(concat.getInputs()[1]);
  int64_t width = type.getShape().back();
  if (!negative || !first || ShapedType::isDynamic(width) || width % 2)
    return nullptr;
  Value x = first->source;
  bool fits = isPart(concat.getInputs()[1], x, 0, width / 2, 1) &&
              isPart(negative.getInputs()[0], x, width / 2, width, 1);
  return fits && x.getType() == value.getType() ? x : Value();
}

/// The factors of a product with x, in either order: the other one, or null.
static Value matchFactor(Value product, llvm::function_ref<bool(Value)> isX) {
  auto factors = matchBinary(product, "Mul", isX);
  return factors ? factors->first : Value();
}

/// Halves: `x * cosine + Concat(-x[half:], x[:half]) * sine`.
static std::optional<Rotary> matchHalves(onnx::NodeOp sum) {
  for (unsigned i : {0u, 1u}) {
    Value turned = sum.getInputs()[i], plain = sum.getInputs()[1 - i];
    Value x;
    Value sine = matchFactor(turned, [&](Value factor) {
      x = matchTurn(factor);
      return x != nullptr;
    });
    if (!sine)
      continue;
    Value cosine = matchFactor(
        plain, [&](Value factor) { return skipIdentities(factor) == x; });
    if (cosine)
      return Rotary{x, cosine, sine, false};
  }
  return std::nullopt;
}

/// One of the two of a pair: `a * cosine -+ b * sine`, with a and b the even
/// and odd elements of x, from `op`.
static std::optional<Rotary> matchPairArm(Value value, StringRef op,
                                          bool cosineIsEven) {
  onnx::NodeOp node = matchNode(value, op);
  if (!node)
    return std::nullopt;
  for (unsigned i : {0u, 1u}) {
    if (i == 1 && op == "Sub")
      break;
    Value x;
    auto takeElements = [&](Value factor, bool even) {
      std::optional<LastSlice> slice = matchLastSlice(factor);
      if (!slice || (x && x != slice->source))
        return false;
      int64_t width = getRankedType(slice->source).getShape().back();
      if (!isPart(factor, slice->source, even ? 0 : 1, width, 2))
        return false;
      x = slice->source;
      return true;
    };
    Value cosine = matchFactor(node.getInputs()[i], [&](Value factor) {
      return takeElements(factor, cosineIsEven);
    });
    Value sine = cosine
                     ? matchFactor(node.getInputs()[1 - i],
                                   [&](Value factor) {
                                     return takeElements(factor, !cosineIsEven);
                                   })
                     : Value();
    if (sine)
      return Rotary{x, skipIdentities(cosine), skipIdentities(sine), true};
  }
  return std::nullopt;
}

/// Pairs: even and odd elements, turned, side by side again by Reshape of
/// `Concat(Unsqueeze(first), Unsqueeze(second))`.
static std::optional<Rotary> matchPairs(onnx::NodeOp reshape) {
  onnx::NodeOp concat = matchNode(reshape.getInputs()[0], "Concat");
  RankedTensorType type =
      concat ? getRankedType(concat.getResult(0)) : RankedTensorType();
  if (!type || concat.getInputs().size() != 2 || type.getShape().back() != 2 ||
      normalizeAxis(getInt(concat, "axis", 0), type.getRank()) !=
          type.getRank() - 1)
    return std::nullopt;
  SmallVector<Value> arms;
  for (Value part : concat.getInputs()) {
    // The dimension of one at the end is the one that is joined.
    auto insert = skipIdentities(part).getDefiningOp<onnx::NodeOp>();
    if (!insert ||
        !(insert.isStandard("Unsqueeze") || insert.isStandard("Reshape")))
      return std::nullopt;
    arms.push_back(insert.getInputs()[0]);
  }
  std::optional<Rotary> first = matchPairArm(arms[0], "Sub", true);
  std::optional<Rotary> second = matchPairArm(arms[1], "Add", false);
  if (!first || !second || first->x != second->x ||
      first->cosine != second->cosine || first->sine != second->sine ||
      first->x.getType() != reshape.getResult(0).getType())
    return std::nullopt;
  return first;
}

static std::optional<Rotary> matchRotary(onnx::NodeOp node) {
  if (node.isStandard("Add"))
    return matchHalves(node);
  return node.isStandard("Reshape") ? matchPairs(node) : std::nullopt;
}

namespace {
struct RecognizeRotary final
    : ecolm::impl::RecognizeRotaryBase<RecognizeRotary> {
  using Base::Base;

  void runOnOperation() override {
    RecognitionNotes notes(getOperation(), "rotary embedding");
    GraphRewriter rewriter(getOperation());
    SmallVector<onnx::NodeOp> candidates;
    getOperation().walk([&](onnx::NodeOp node) {
      if (node.getNumResults() == 1 && getRankedType(node.getResult(0)))
        candidates.push_back(node);
    });
    for (onnx::NodeOp node : candidates) {
      std::optional<Rotary> rotary = matchRotary(node);
      if (!rotary)
        continue;
      std::string name = getNodeName(node).str();
      StringRef problem = replace(node, *rotary, rewriter);
      if (!problem.empty()) {
        notes.almost(name, problem);
        continue;
      }
      notes.found(name, rotary->interleaved ? "pairs" : "halves");
      ++numRotaries;
    }
    eraseUnusedNodes(getOperation());
  }

  /// Replaces `node`, or says why not.
  static StringRef replace(onnx::NodeOp node, const Rotary &rotary,
                           GraphRewriter &rewriter) {
    RankedTensorType type = getRankedType(rotary.x);
    if (type.getRank() != 4)
      return "what it turns has not four dimensions";
    rewriter.setInsertionPoint(node);
    TableBuilder tables(node, rotary.x, rewriter);
    Value cosine = tables.build(rotary.cosine, !rotary.interleaved);
    Value sine = tables.build(rotary.sine, !rotary.interleaved);
    if (!cosine || !sine)
      return "nothing shows that its cosines and sines repeat as they must";
    NamedAttribute interleaved = rewriter.getNamedAttr(
        "interleaved", rewriter.getI64IntegerAttr(rotary.interleaved));
    Value result =
        rewriter.createNode(node.getLoc(), "RotaryEmbedding",
                            {rotary.x, cosine, sine}, type, interleaved);
    (void)rewriter.replaceNode(node, result);
    return {};
  }
};
} // namespace

//===- AttentionPattern.cpp - Attention that is spelled in steps ----------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Takes the steps of an attention apart, the last one first.
//
//===----------------------------------------------------------------------===//

#include "AttentionPattern.h"
#include "NodeMatch.h"
#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"

using namespace mlir;
using namespace ecolm;

static bool isNumberOfSizes(Value value) {
  return matchSizePower(value).has_value();
}

/// `value` without the numbers that multiply or divide it, which `scale`
/// gathers, and without casts between floats.
static Value takeScale(Value value, SizePower &scale) {
  while (true) {
    value = skipFloatCasts(value);
    bool divides = false;
    auto step = matchBinary(value, "Mul", isNumberOfSizes);
    if (!step) {
      step = matchBinary(value, "Div", isNumberOfSizes);
      divides = true;
    }
    auto next =
        step ? scale.times(*matchSizePower(step->second), divides ? -1 : 1)
             : std::nullopt;
    if (!next)
      return value;
    scale = *next;
    value = step->first;
  }
}

/// x of `x - max(x)` over the last axis, which softmax does anyway; any other
/// value as it is.
static Value skipOwnMaximum(Value value) {
  onnx::NodeOp difference = matchNode(value, "Sub");
  if (!difference)
    return value;
  Value x = skipIdentities(difference.getInputs()[0]);
  Value largest = difference.getInputs()[1];
  return matchReductionOverLast(largest, "ReduceMax") == x ? x : value;
}

/// The input of a Softmax over the last axis that computes `value`, past a
/// guard against rows without keys, or null.
static Value matchSoftmax(Value value, bool &isGuarded) {
  value = skipFloatCasts(value);
  if (onnx::NodeOp guard = matchNode(value, "Where")) {
    onnx::NodeOp isNaN = matchNode(guard.getInputs()[0], "IsNaN");
    Value other = skipIdentities(guard.getInputs()[2]);
    if (!isNaN || !isNumber(guard.getInputs()[1], 0) ||
        skipIdentities(isNaN.getInputs()[0]) != other)
      return nullptr;
    isGuarded = true;
    value = skipFloatCasts(other);
  }
  onnx::NodeOp softmax = matchNode(value, "Softmax");
  RankedTensorType type = getRankedType(value);
  if (!softmax || !type)
    return nullptr;
  bool isOld = static_cast<int64_t>(softmax.getOpset()) < 13;
  auto axis =
      normalizeAxis(getInt(softmax, "axis", isOld ? 1 : -1), type.getRank());
  return axis == type.getRank() - 1 ? skipOwnMaximum(softmax.getInputs()[0])
                                    : Value();
}

/// The product behind `value`, numbers and casts skipped, or null.
static onnx::NodeOp findProduct(Value value) {
  SizePower ignored;
  return matchNode(takeScale(value, ignored), "MatMul");
}

static bool isNumberConstant(Value value) {
  return matchNumber(value).has_value();
}

/// The value that a mask is applied to, and the mask.
static std::optional<std::pair<Value, AppliedMask>> matchMask(Value scores) {
  scores = skipFloatCasts(scores);
  RankedTensorType type = getRankedType(scores);
  auto keepsType = [&](Value inner) {
    RankedTensorType own = getRankedType(inner);
    return own && type && own.getShape() == type.getShape();
  };
  if (onnx::NodeOp sum = matchNode(scores, "Add")) {
    Value lhs = sum.getInputs()[0], rhs = sum.getInputs()[1];
    // Masks may be sums too; the scores are the arm that ends in a product.
    auto leads = [&](Value arm) {
      return keepsType(arm) && (findProduct(arm) || matchMask(arm));
    };
    if (leads(lhs))
      return std::make_pair(lhs, AppliedMask{rhs, MaskUse::Add, nullptr});
    if (leads(rhs))
      return std::make_pair(rhs, AppliedMask{lhs, MaskUse::Add, nullptr});
    return std::nullopt;
  }
  onnx::NodeOp choice = matchNode(scores, "Where");
  if (!choice)
    return std::nullopt;
  Value condition = choice.getInputs()[0];
  Value kept = choice.getInputs()[1], other = choice.getInputs()[2];
  if (isNumberConstant(other) && keepsType(kept))
    return std::make_pair(kept, AppliedMask{condition, MaskUse::Keep, other});
  if (isNumberConstant(kept) && keepsType(other))
    return std::make_pair(other, AppliedMask{condition, MaskUse::Hide, kept});
  return std::nullopt;
}

/// True if `perm` exchanges the last two of its dimensions and no others.
static bool swapsLastTwo(ArrayRef<int64_t> perm) {
  SmallVector<int64_t> wanted =
      llvm::to_vector(llvm::seq<int64_t>(0, static_cast<int64_t>(perm.size())));
  std::swap(wanted[perm.size() - 1], wanted[perm.size() - 2]);
  return ArrayRef(wanted) == perm;
}

/// x [B, H, S, D] of `value` [B, H, G, S, D], which holds every head G times:
/// an Expand or a Tile of `Unsqueeze(x, 2)`; or null.
static Value matchRepeated(Value value) {
  onnx::NodeOp spread = matchNode(value, "Expand");
  if (onnx::NodeOp tile = matchNode(value, "Tile")) {
    auto repeats =
        onnx::getConstantIntegers(skipIdentities(tile.getInputs()[1]));
    if (repeats && repeats->size() == 5 && llvm::count(*repeats, 1) >= 4 &&
        (*repeats)[2] == getResultType(tile).getDimSize(2))
      spread = tile;
  }
  Value single = spread ? skipIdentities(spread.getInputs()[0]) : Value();
  // Some exporters insert the dimension by Unsqueeze, others by Reshape.
  auto insert = single ? single.getDefiningOp<onnx::NodeOp>() : onnx::NodeOp();
  if (!insert ||
      !(insert.isStandard("Unsqueeze") || insert.isStandard("Reshape")))
    return nullptr;
  Value x = insert.getInputs()[0];
  RankedTensorType own = getRankedType(x), wide = getRankedType(value);
  RankedTensorType one = getRankedType(single);
  if (!own || own.getRank() != 4 || !one || one.getRank() != 5 || !wide ||
      wide.getRank() != 5 || one.getDimSize(2) != 1)
    return nullptr;
  int64_t heads = own.getDimSize(1);
  bool fits = !ShapedType::isDynamic(heads) &&
              !ShapedType::isDynamic(wide.getDimSize(2)) &&
              one.getDimSize(1) == heads && wide.getDimSize(1) == heads &&
              one.getDimSize(3) == own.getDimSize(2) &&
              one.getDimSize(4) == own.getDimSize(3);
  return fits ? x : Value();
}

/// The heads behind `value` [B, H G, S, D] if each stands G times in a row, or
/// `value` itself.
static Value skipRepetition(Value value) {
  onnx::NodeOp merge = matchNode(value, "Reshape");
  Value x = merge ? matchRepeated(merge.getInputs()[0]) : Value();
  RankedTensorType all = getRankedType(value);
  if (!x || all.getRank() != 4)
    return value;
  RankedTensorType wide = getRankedType(merge.getInputs()[0]);
  bool fits = all.getDimSize(1) == wide.getDimSize(1) * wide.getDimSize(2) &&
              all.getDimSize(3) == wide.getDimSize(4);
  return fits ? x : value;
}

/// x of `Reshape(Transpose(Reshape(x)))`, which exchanges the last two
/// dimensions of x over a batch of one dimension, or null. Of heads that are
/// repeated, x is each once.
static Value matchFlatTranspose(Value value) {
  onnx::NodeOp outer = matchNode(value, "Reshape");
  onnx::NodeOp middle =
      outer ? matchNode(outer.getInputs()[0], "Transpose") : onnx::NodeOp();
  onnx::NodeOp inner =
      middle ? matchNode(middle.getInputs()[0], "Reshape") : onnx::NodeOp();
  auto perm = middle ? getInts(middle, "perm") : std::nullopt;
  if (!inner || !perm || perm->size() != 3 || !swapsLastTwo(*perm))
    return nullptr;
  Value x = inner.getInputs()[0];
  RankedTensorType type = getRankedType(x);
  Value once = type && type.getRank() == 5 ? matchRepeated(x) : x;
  int64_t rank = type ? type.getRank() : 0;
  if (!once || (rank != 4 && rank != 5) || getResultType(outer).getRank() != 4)
    return nullptr;
  auto same = [&](Value a, int64_t dimA, Value b, int64_t dimB) {
    std::optional<LinearForm> size = getSizeForm(a, dimA);
    return size && size == getSizeForm(b, dimB);
  };
  Value flat = inner.getResult(0), result = outer.getResult(0);
  bool keepsHeads = rank == 4 ? same(x, 1, result, 1)
                              : getResultType(outer).getDimSize(1) ==
                                    type.getDimSize(1) * type.getDimSize(2);
  bool fits = keepsHeads && same(x, rank - 2, flat, 1) &&
              same(x, rank - 1, flat, 2) && same(x, rank - 1, result, 2) &&
              same(x, rank - 2, result, 3);
  return fits ? once : Value();
}

/// x and an order of its dimensions, none if it is x's own, such that `value`
/// is x in that order with the last two dimensions exchanged; or null.
static std::pair<Value, SmallVector<int64_t>> matchTransposed(Value value) {
  if (Value x = matchFlatTranspose(value))
    return {x, {}};
  onnx::NodeOp transpose = matchNode(value, "Transpose");
  auto perm = transpose ? getInts(transpose, "perm") : std::nullopt;
  if (!perm || perm->size() < 3)
    return {nullptr, {}};
  if (swapsLastTwo(*perm))
    perm->clear();
  else
    std::swap((*perm)[perm->size() - 1], (*perm)[perm->size() - 2]);
  return {transpose.getInputs()[0], *perm};
}

std::optional<AttentionPattern> ecolm::matchAttention(onnx::NodeOp root) {
  AttentionPattern pattern;
  Value scores = matchSoftmax(root.getInputs()[0], pattern.isGuarded);
  if (!scores)
    return std::nullopt;
  pattern.scores = scores;
  pattern.value = skipRepetition(root.getInputs()[1]);
  while (auto masked = matchMask(scores)) {
    pattern.masks.push_back(masked->second);
    scores = masked->first;
  }
  onnx::NodeOp product = matchNode(takeScale(scores, pattern.scale), "MatMul");
  if (!product) {
    pattern.problem = "what the softmax reads is no masked and scaled product";
    return pattern;
  }
  pattern.query = takeScale(product.getInputs()[0], pattern.scale);
  Value transposed = takeScale(product.getInputs()[1], pattern.scale);
  std::tie(pattern.key, pattern.keyOrder) = matchTransposed(transposed);
  if (!pattern.key) {
    pattern.problem = "the keys are not transposed before the product";
    return pattern;
  }
  pattern.key = takeScale(pattern.key, pattern.scale);
  if (pattern.keyOrder.empty())
    pattern.key = skipRepetition(pattern.key);
  RankedTensorType q = getRankedType(pattern.query);
  if (!q || (q.getRank() != 3 && q.getRank() != 4))
    pattern.problem = "its queries are not of three or four dimensions";
  else if (!(pattern.scale.factor > 0))
    pattern.problem = "its scale is not positive";
  return pattern;
}

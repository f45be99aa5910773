//===- RotaryPattern.cpp - Rotations that are spelled in steps ------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Takes the steps of a rotary embedding apart. The two elements of every pair
// are taken out of the last dimension, and put back, in one of these ways:
//
//   Halves      x[.., :D/2], x[.., D/2:]     Concat(a, b)
//   Neighbours  x[.., ::2], x[.., 1::2]
//   either      Reshape(x)[.., 0], [.., 1]   Reshape(Concat(a[..,], b[..,]))
//
//===----------------------------------------------------------------------===//

#include "RotaryPattern.h"
#include "LinearForm.h"
#include "NodeMatch.h"

using namespace mlir;
using namespace ecolm;

namespace {
/// One element of every pair.
struct Part {
  Value source;
  /// As in RotaryPattern.
  bool isSplit;
  Pairing pairing;
  bool isSecond;

  /// True if `other` is the other element of the same pairs.
  bool isFirstOf(const Part &other) const {
    return isSameValue(source, other.source) && isSplit == other.isSplit &&
           pairing == other.pairing && !isSecond && other.isSecond;
  }
};

/// Half of one dimension of `source`: elements side by side, or, for a step of
/// two, every second one.
struct Half {
  Value source;
  bool isSecond;
  int64_t step;
};
} // namespace

/// The size of the last dimension, or nothing if it is odd or the run decides.
static std::optional<int64_t> getEvenWidth(Value value) {
  RankedTensorType type = getRankedType(value);
  if (!type || type.getRank() < 1)
    return std::nullopt;
  int64_t width = type.getShape().back();
  return ShapedType::isDynamic(width) || width % 2 ? std::nullopt
                                                   : std::optional(width);
}

/// The half that a Slice takes of dimension `dim`, and of no other.
static std::optional<Half> matchSlice(onnx::NodeOp node, int64_t dim) {
  Value source = skipIdentities(node.getInputs()[0]);
  RankedTensorType type = getRankedType(source);
  auto starts = getIntsOrInput(node, "starts", 1);
  auto axes = getIntsOrInput(node, "axes", 3);
  auto steps = node.getPresentInput(4) ? getIntsOrInput(node, "steps", 4)
                                       : std::optional(SmallVector<int64_t>{1});
  if (!starts || !axes || !steps || axes->size() != 1 ||
      normalizeAxis(axes->front(), type.getRank()) != dim)
    return std::nullopt;
  int64_t start = starts->front(), step = steps->front();
  if (start < 0)
    start += type.getDimSize(dim);
  int64_t second = step == 2 ? 1 : type.getDimSize(dim) / 2;
  if ((step != 1 && step != 2) || (start != 0 && start != second))
    return std::nullopt;
  return Half{source, start == second, step};
}

/// The half of dimension `dim` of another value that `value` is, or nothing.
static std::optional<Half> matchHalf(Value value, int64_t dim) {
  value = skipIdentities(value);
  auto node = value.getDefiningOp<onnx::NodeOp>();
  bool isSplit = node && node.isStandard("Split") && node.getNumResults() == 2;
  if (!isSplit && !(node && node.isStandard("Slice") &&
                    static_cast<int64_t>(node.getOpset()) >= 10))
    return std::nullopt;
  RankedTensorType type = getRankedType(node.getInputs()[0]);
  if (!type || type.isDynamicDim(dim) ||
      getRankedType(value).getDimSize(dim) * 2 != type.getDimSize(dim))
    return std::nullopt;
  if (!isSplit)
    return matchSlice(node, dim);
  if (normalizeAxis(getInt(node, "axis", 0), type.getRank()) != dim)
    return std::nullopt;
  return Half{skipIdentities(node.getInputs()[0]), value == node.getResult(1),
              1};
}

/// The two ways of pairing are one for a single pair.
static Pairing getPairing(bool areNeighbours, int64_t width) {
  return areNeighbours && width > 2 ? Pairing::Neighbours : Pairing::Halves;
}

/// The half that is taken out of a dimension `dim` of two, which is lost.
static std::optional<Half> matchPick(onnx::NodeOp node, int64_t dim) {
  Value data = node.getInputs()[0];
  RankedTensorType type = getRankedType(data);
  int64_t rank = getResultType(node).getRank() + 1;
  if (!type || type.getRank() != rank)
    return std::nullopt;
  if (node.isStandard("Squeeze") || node.isStandard("Reshape"))
    return type.getDimSize(dim) == 1 ? matchHalf(data, dim) : std::nullopt;
  if (!node.isStandard("Gather") ||
      normalizeAxis(getInt(node, "axis", 0), rank) != dim)
    return std::nullopt;
  auto index =
      dyn_cast_or_null<IntegerAttr>(getScalarConstant(node.getInputs()[1]));
  if (!index)
    return std::nullopt;
  return Half{skipIdentities(data), index.getInt() % 2 != 0, 1};
}

static std::optional<Part> matchPart(Value value) {
  value = skipIdentities(value);
  RankedTensorType type = getRankedType(value);
  if (!type || type.getRank() < 1 ||
      ShapedType::isDynamic(type.getShape().back()))
    return std::nullopt;
  int64_t rank = type.getRank(), width = 2 * type.getShape().back();
  if (std::optional<Half> half = matchHalf(value, rank - 1))
    return Part{half->source, false, getPairing(half->step == 2, width),
                half->isSecond};
  auto node = value.getDefiningOp<onnx::NodeOp>();
  if (!node || node.getInputs().empty())
    return std::nullopt;
  // The dimension of two comes behind that of pairs, or before it.
  for (int64_t dim : {rank, rank - 1}) {
    std::optional<Half> half = matchPick(node, dim);
    if (!half)
      continue;
    RankedTensorType split = getRankedType(half->source);
    if (split.getDimSize(dim) == 2 &&
        split.getDimSize(2 * rank - 1 - dim) * 2 == width)
      return Part{half->source, true, getPairing(dim == rank, width),
                  half->isSecond};
  }
  return std::nullopt;
}

/// True if both values have the same sizes but for the last dimensions.
static bool haveSameRows(Value lhs, Value rhs, int64_t rank) {
  for (int64_t dim = 0; dim < rank; ++dim) {
    std::optional<LinearForm> size = getSizeForm(lhs, dim);
    if (!size || size != getSizeForm(rhs, dim))
      return false;
  }
  return true;
}

/// x of what only inserts a dimension of one at `dim`, or null.
static Value matchInsertedOne(Value value, int64_t dim) {
  auto node = skipIdentities(value).getDefiningOp<onnx::NodeOp>();
  RankedTensorType type = getRankedType(value);
  if (!node || !type ||
      !(node.isStandard("Unsqueeze") || node.isStandard("Reshape")))
    return nullptr;
  Value x = node.getInputs()[0];
  RankedTensorType own = getRankedType(x);
  bool fits =
      own && own.getRank() + 1 == type.getRank() && type.getDimSize(dim) == 1 &&
      own.getShape().back() == type.getDimSize(2 * type.getRank() - 3 - dim) &&
      haveSameRows(x, value, own.getRank() - 1);
  return fits ? x : Value();
}

std::optional<Join> ecolm::matchJoin(Value value) {
  std::optional<int64_t> width = getEvenWidth(value);
  onnx::NodeOp concat = matchNode(value, "Concat");
  onnx::NodeOp merge = matchNode(value, "Reshape");
  if (merge)
    concat = matchNode(merge.getInputs()[0], "Concat");
  if (!width || !concat || concat.getInputs().size() != 2)
    return std::nullopt;
  RankedTensorType type = getRankedType(concat.getResult(0));
  int64_t rank = type ? type.getRank() : 0;
  auto axis = normalizeAxis(getInt(concat, "axis", 0), rank);
  Value first = concat.getInputs()[0], second = concat.getInputs()[1];
  if (!axis)
    return std::nullopt;
  if (!merge) {
    RankedTensorType half = getRankedType(first);
    if (*axis != rank - 1 || !half || half.getShape().back() * 2 != *width)
      return std::nullopt;
    return Join{first, second, Pairing::Halves};
  }
  if (*axis < rank - 2 || type.getDimSize(*axis) != 2 ||
      type.getDimSize(2 * rank - 3 - *axis) * 2 != *width ||
      getRankedType(value).getRank() != rank - 1 ||
      !haveSameRows(value, concat.getResult(0), rank - 2))
    return std::nullopt;
  first = matchInsertedOne(first, *axis);
  second = matchInsertedOne(second, *axis);
  if (!first || !second)
    return std::nullopt;
  return Join{first, second, getPairing(*axis == rank - 1, *width)};
}

/// x of `-x`, or null.
static Value matchNegative(Value value) {
  if (onnx::NodeOp negative = matchNode(value, "Neg"))
    return negative.getInputs()[0];
  auto product = matchBinary(value, "Mul",
                             [](Value factor) { return isNumber(factor, -1); });
  return product ? product->first : Value();
}

/// The other factor of a product with what `isPart` accepts, or null.
static Value matchFactor(Value product,
                         llvm::function_ref<bool(Value)> isPart) {
  auto factors = matchBinary(product, "Mul", isPart);
  return factors ? skipIdentities(factors->first) : Value();
}

/// x of a `Reshape(x)` that divides the last dimension of x in two, or null.
static Value skipSplit(Value value) {
  onnx::NodeOp reshape = matchNode(value, "Reshape");
  Value x = reshape ? skipIdentities(reshape.getInputs()[0]) : Value();
  RankedTensorType type = x ? getRankedType(x) : RankedTensorType();
  bool fits = type && getResultType(reshape).getRank() == type.getRank() + 1 &&
              haveSameRows(x, value, type.getRank() - 1);
  return fits ? x : Value();
}

/// `x cosine + Join(-b, a) sine`.
static std::optional<RotaryPattern> matchTurned(onnx::NodeOp sum) {
  for (unsigned i : {0u, 1u}) {
    std::optional<Join> join;
    std::optional<Part> first, second;
    Value sine = matchFactor(sum.getInputs()[i], [&](Value factor) {
      join = matchJoin(factor);
      Value negative = join ? matchNegative(join->first) : Value();
      second = negative ? matchPart(negative) : std::nullopt;
      first = second ? matchPart(join->second) : std::nullopt;
      return first && first->isFirstOf(*second) &&
             first->pairing == join->pairing;
    });
    Value x;
    Value cosine = sine ? matchFactor(sum.getInputs()[1 - i],
                                      [&](Value factor) {
                                        x = skipIdentities(factor);
                                        Value whole = first->source;
                                        if (first->isSplit)
                                          whole = skipSplit(whole);
                                        return whole == x;
                                      })
                        : Value();
    if (cosine && x.getType() == sum.getResult(0).getType())
      return RotaryPattern{x, false, join->pairing, cosine, sine, true};
  }
  return std::nullopt;
}

/// One element of every turned pair: `a cosine - b sine`, or, of `op` Add,
/// `b cosine + a sine`.
static std::optional<RotaryPattern> matchArm(Value value, StringRef op) {
  onnx::NodeOp node = matchNode(value, op);
  if (!node)
    return std::nullopt;
  bool isSecond = op == "Add";
  for (unsigned i : {0u, 1u}) {
    std::optional<Part> own, other;
    Value cosine = matchFactor(node.getInputs()[i], [&](Value factor) {
      own = matchPart(factor);
      return own && own->isSecond == isSecond;
    });
    Value sine =
        cosine
            ? matchFactor(node.getInputs()[1 - i],
                          [&](Value factor) {
                            other = matchPart(factor);
                            return other && (isSecond ? other->isFirstOf(*own)
                                                      : own->isFirstOf(*other));
                          })
            : Value();
    if (sine)
      return RotaryPattern{own->source, own->isSplit, own->pairing,
                           cosine,      sine,         false};
    if (!isSecond)
      break;
  }
  return std::nullopt;
}

/// `Join(a cosine - b sine, b cosine + a sine)`.
static std::optional<RotaryPattern> matchPairs(onnx::NodeOp root) {
  std::optional<Join> join = matchJoin(root.getResult(0));
  auto first = join ? matchArm(join->first, "Sub") : std::nullopt;
  auto second = first ? matchArm(join->second, "Add") : std::nullopt;
  if (!second || !isSameValue(first->x, second->x) ||
      first->isSplit != second->isSplit || first->pairing != second->pairing ||
      first->pairing != join->pairing ||
      !isSameValue(first->cosine, second->cosine) ||
      !isSameValue(first->sine, second->sine))
    return std::nullopt;
  RankedTensorType type = getRankedType(first->x), result = getResultType(root);
  int64_t rank = result.getRank();
  bool fits =
      type.getRank() == rank + first->isSplit &&
      type.getElementType() == result.getElementType() &&
      haveSameRows(first->x, root.getResult(0), rank - 1) &&
      (first->isSplit || type.getShape().back() == result.getShape().back());
  if (!fits)
    return std::nullopt;
  // What was split for this alone is taken as it was.
  if (Value whole = first->isSplit ? skipSplit(first->x) : Value())
    first->x = whole, first->isSplit = false;
  return first;
}

std::optional<RotaryPattern> ecolm::matchRotary(onnx::NodeOp root) {
  if (root.isStandard("Add"))
    return matchTurned(root);
  if (root.isStandard("Reshape") || root.isStandard("Concat"))
    return matchPairs(root);
  return std::nullopt;
}

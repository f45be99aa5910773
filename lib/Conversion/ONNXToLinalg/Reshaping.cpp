//===- Reshaping.cpp - Changes shapes -------------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Builds reshapes out of collapsing and expanding groups of dimensions.
//
//===----------------------------------------------------------------------===//

#include "Reshaping.h"
#include "SizeArithmetic.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace ecolm;

/// Expands `input` to a tensor of `shape` and `sizes`.
static Value expand(GraphRewriter &rewriter, Location loc, Value input,
                    ArrayRef<int64_t> shape, ArrayRef<OpFoldResult> sizes,
                    ArrayRef<ReassociationIndices> groups) {
  auto type = RankedTensorType::get(
      shape, cast<RankedTensorType>(input.getType()).getElementType());
  SmallVector<OpFoldResult> mixed;
  for (auto [dim, size] : llvm::zip_equal(shape, sizes))
    mixed.push_back(
        ShapedType::isDynamic(dim)
            ? OpFoldResult(SizeArithmetic(rewriter, loc).materialize(size))
            : OpFoldResult(rewriter.getIndexAttr(dim)));
  return tensor::ExpandShapeOp::create(rewriter, loc, type, input, groups,
                                       mixed);
}

/// Groups in which the dimensions of a tensor of rank `rank` absorb the unit
/// dimensions `axes`: every unit joins its left neighbour, the first ones join
/// the first that is left. Empty when nothing is left.
static SmallVector<ReassociationIndices> groupUnits(int64_t rank,
                                                    ArrayRef<int64_t> axes) {
  SmallVector<ReassociationIndices> groups;
  ReassociationIndices leading;
  for (int64_t dim = 0; dim < rank; ++dim) {
    if (!llvm::is_contained(axes, dim)) {
      groups.push_back(leading);
      leading.clear();
      groups.back().push_back(dim);
    } else if (groups.empty()) {
      leading.push_back(dim);
    } else {
      groups.back().push_back(dim);
    }
  }
  return groups;
}

Value ecolm::insertUnitDims(GraphRewriter &rewriter, Location loc, Value input,
                            ArrayRef<int64_t> axes) {
  if (axes.empty())
    return input;
  auto type = cast<RankedTensorType>(input.getType());
  int64_t rank = type.getRank() + axes.size();
  SmallVector<int64_t> shape;
  SmallVector<OpFoldResult> sizes;
  for (int64_t dim = 0, source = 0; dim < rank; ++dim) {
    bool isUnit = llvm::is_contained(axes, dim);
    shape.push_back(isUnit ? 1 : type.getDimSize(source));
    sizes.push_back(isUnit ? OpFoldResult(rewriter.getIndexAttr(1))
                           : rewriter.getSize(input, source));
    source += !isUnit;
  }
  return expand(rewriter, loc, input, shape, sizes, groupUnits(rank, axes));
}

Value ecolm::removeUnitDims(GraphRewriter &rewriter, Location loc, Value input,
                            ArrayRef<int64_t> axes) {
  if (axes.empty())
    return input;
  int64_t rank = cast<RankedTensorType>(input.getType()).getRank();
  return tensor::CollapseShapeOp::create(rewriter, loc, input,
                                         groupUnits(rank, axes));
}

/// True if both sizes are one value, or are read from one dimension.
static bool isSameSize(std::optional<OpFoldResult> lhs,
                       std::optional<OpFoldResult> rhs) {
  if (lhs == rhs || !lhs || !rhs)
    return lhs == rhs;
  auto left = dyn_cast<Value>(*lhs), right = dyn_cast<Value>(*rhs);
  auto leftDim = left ? left.getDefiningOp<tensor::DimOp>() : nullptr;
  auto rightDim = right ? right.getDefiningOp<tensor::DimOp>() : nullptr;
  return leftDim && rightDim && leftDim.getSource() == rightDim.getSource() &&
         leftDim.getConstantIndex() &&
         leftDim.getConstantIndex() == rightDim.getConstantIndex();
}

namespace {
/// Corresponding groups of dimensions before and after a reshape.
struct Grouping {
  SmallVector<ReassociationIndices> before, after;
};
} // namespace

/// Walks both shapes from the left and closes a group when both sides have
/// provably the same number of elements. Fails where that cannot be proved.
///
///   [s, 64]     group {s | s}, then {64 | 4, 16}
///   [s, 4, 16]
static FailureOr<Grouping> groupDims(GraphRewriter &rewriter, Value input,
                                     RankedTensorType type,
                                     ArrayRef<OpFoldResult> sizes) {
  auto inputType = cast<RankedTensorType>(input.getType());
  Grouping grouping;
  int64_t before = 0, after = 0;
  while (before < inputType.getRank() && after < type.getRank()) {
    int64_t left = 1, right = 1;
    std::optional<OpFoldResult> leftSize, rightSize;
    grouping.before.emplace_back();
    grouping.after.emplace_back();
    do {
      bool takeLeft = grouping.before.back().empty() || left < right ||
                      (left == right && rightSize && !leftSize);
      if (takeLeft ? before == inputType.getRank() : after == type.getRank())
        return failure();
      int64_t dim = takeLeft ? before++ : after++;
      (takeLeft ? grouping.before : grouping.after).back().push_back(dim);
      RankedTensorType side = takeLeft ? inputType : type;
      if (!side.isDynamicDim(dim)) {
        (takeLeft ? left : right) *= side.getDimSize(dim);
        continue;
      }
      std::optional<OpFoldResult> &size = takeLeft ? leftSize : rightSize;
      if (size)
        return failure();
      size = takeLeft ? rewriter.getSize(input, dim) : sizes[dim];
    } while (grouping.after.back().empty() || left != right ||
             !isSameSize(leftSize, rightSize));
  }
  // What remains on one side are units.
  if (grouping.before.empty())
    return failure();
  for (; before < inputType.getRank(); ++before) {
    if (inputType.getDimSize(before) != 1)
      return failure();
    grouping.before.back().push_back(before);
  }
  for (; after < type.getRank(); ++after) {
    if (type.getDimSize(after) != 1)
      return failure();
    grouping.after.back().push_back(after);
  }
  return grouping;
}

/// All dimensions as one group.
static SmallVector<ReassociationIndices> groupAll(int64_t rank) {
  return {llvm::to_vector<2>(llvm::seq<int64_t>(0, rank))};
}

/// Collapses `input` to a list and expands that to `type`.
static Value reshapeThroughList(GraphRewriter &rewriter, Location loc,
                                Value input, RankedTensorType type,
                                ArrayRef<OpFoldResult> sizes) {
  int64_t inputRank = cast<RankedTensorType>(input.getType()).getRank();
  Value list = input;
  if (inputRank > 1)
    list = tensor::CollapseShapeOp::create(rewriter, loc, input,
                                           groupAll(inputRank));
  // The list is as static as the result, whatever it was made of.
  int64_t count = type.hasStaticShape() ? type.getNumElements()
                                        : ShapedType::kDynamic;
  auto listType = RankedTensorType::get(count, type.getElementType());
  if (list.getType() != listType)
    list = tensor::CastOp::create(rewriter, loc, listType, list);
  if (type.getRank() == 1)
    return list;
  return expand(rewriter, loc, list, type.getShape(), sizes,
                groupAll(type.getRank()));
}

Value ecolm::createReshape(GraphRewriter &rewriter, Location loc, Value input,
                           RankedTensorType type,
                           ArrayRef<OpFoldResult> sizes) {
  auto inputType = cast<RankedTensorType>(input.getType());
  auto isTrivial = [](ArrayRef<ReassociationIndices> groups) {
    return llvm::all_of(groups, [](auto &group) { return group.size() == 1; });
  };
  // A tensor without dimensions has one element, and no group.
  bool fromScalar = inputType.getRank() == 0, toScalar = type.getRank() == 0;
  if (toScalar && !fromScalar)
    return tensor::CollapseShapeOp::create(rewriter, loc, input,
                                           ArrayRef<ReassociationIndices>());
  if (fromScalar)
    return toScalar ? input
                    : expand(rewriter, loc, input, type.getShape(), sizes, {});
  FailureOr<Grouping> grouping = groupDims(rewriter, input, type, sizes);
  if (failed(grouping))
    return reshapeThroughList(rewriter, loc, input, type, sizes);
  Value result = input;
  if (!isTrivial(grouping->before))
    result = tensor::CollapseShapeOp::create(rewriter, loc, result,
                                             grouping->before);
  if (!isTrivial(grouping->after))
    result = expand(rewriter, loc, result, type.getShape(), sizes,
                    grouping->after);
  return result;
}

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
/// Corresponding groups of dimensions before and after a reshape, found from
/// the left.
///
///   [s, 64]     group {s | s}, then {64 | 4, 16}
///   [s, 4, 16]
class Grouping {
public:
  Grouping(GraphRewriter &rewriter, Value input, RankedTensorType type,
           ArrayRef<OpFoldResult> sizes)
      : rewriter(rewriter), input(input), sizes(sizes), after(type),
        before(cast<RankedTensorType>(input.getType())) {
    while (nextBefore < before.getRank() && nextAfter < after.getRank() &&
           closeGroup())
      ;
    // Equal numbers of elements in all groups so far leave equal numbers in
    // the rest, which joins the last group.
    for (; nextBefore < before.getRank(); ++nextBefore)
      groupsBefore.back().push_back(nextBefore);
    for (; nextAfter < after.getRank(); ++nextAfter)
      groupsAfter.back().push_back(nextAfter);
  }

  /// True if no group has two dimensions after the reshape that only the run
  /// knows; buffers cannot be expanded so.
  bool isExpandable() const {
    return llvm::all_of(groupsAfter, [&](const ReassociationIndices &group) {
      return llvm::count_if(group, [&](int64_t dim) {
               return after.isDynamicDim(dim);
             }) <= 1;
    });
  }

  /// The type between collapsing and expanding.
  RankedTensorType getMiddleType() const {
    SmallVector<int64_t> shape;
    for (const ReassociationIndices &group : groupsAfter) {
      int64_t product = 1;
      for (int64_t dim : group)
        product = after.isDynamicDim(dim) || ShapedType::isDynamic(product)
                      ? ShapedType::kDynamic
                      : product * after.getDimSize(dim);
      shape.push_back(product);
    }
    return RankedTensorType::get(shape, after.getElementType());
  }

  SmallVector<ReassociationIndices> groupsBefore, groupsAfter;

private:
  /// Takes dimensions until both sides provably have the same number of
  /// elements; false if the dimensions run out before.
  bool closeGroup() {
    int64_t left = 1, right = 1;
    std::optional<OpFoldResult> leftSize, rightSize;
    groupsBefore.emplace_back();
    groupsAfter.emplace_back();
    do {
      bool takeLeft = groupsBefore.back().empty() || left < right ||
                      (left == right && rightSize && !leftSize);
      if (takeLeft ? nextBefore == before.getRank()
                   : nextAfter == after.getRank())
        return false;
      int64_t dim = takeLeft ? nextBefore++ : nextAfter++;
      (takeLeft ? groupsBefore : groupsAfter).back().push_back(dim);
      RankedTensorType side = takeLeft ? before : after;
      if (!side.isDynamicDim(dim)) {
        (takeLeft ? left : right) *= side.getDimSize(dim);
        continue;
      }
      std::optional<OpFoldResult> &size = takeLeft ? leftSize : rightSize;
      if (size)
        return false;
      size = takeLeft ? rewriter.getSize(input, dim) : sizes[dim];
    } while (groupsAfter.back().empty() || left != right ||
             !isSameSize(leftSize, rightSize));
    return true;
  }

  GraphRewriter &rewriter;
  Value input;
  ArrayRef<OpFoldResult> sizes;
  RankedTensorType after, before;
  int64_t nextBefore = 0, nextAfter = 0;
};
} // namespace

/// Reshapes to `sizes` as a list of numbers, whatever was proved.
static Value reshapeBySizes(GraphRewriter &rewriter, Location loc, Value input,
                            RankedTensorType type,
                            ArrayRef<OpFoldResult> sizes) {
  SizeArithmetic arithmetic(rewriter, loc);
  SmallVector<Value> scalars;
  for (OpFoldResult size : sizes)
    scalars.push_back(arithmetic.materialize(size));
  Value shape = tensor::FromElementsOp::create(rewriter, loc, scalars);
  return tensor::ReshapeOp::create(rewriter, loc, type, input, shape);
}

Value ecolm::createReshape(GraphRewriter &rewriter, Location loc, Value input,
                           RankedTensorType type,
                           ArrayRef<OpFoldResult> sizes) {
  auto isTrivial = [](ArrayRef<ReassociationIndices> groups) {
    return llvm::all_of(groups, [](auto &group) { return group.size() == 1; });
  };
  // A tensor without dimensions has one element, and no group.
  bool fromScalar = cast<RankedTensorType>(input.getType()).getRank() == 0;
  bool toScalar = type.getRank() == 0;
  if (fromScalar)
    return toScalar ? input
                    : expand(rewriter, loc, input, type.getShape(), sizes, {});
  if (toScalar)
    return tensor::CollapseShapeOp::create(rewriter, loc, input,
                                           ArrayRef<ReassociationIndices>());
  Grouping grouping(rewriter, input, type, sizes);
  if (!grouping.isExpandable())
    return reshapeBySizes(rewriter, loc, input, type, sizes);
  Value result = input;
  if (!isTrivial(grouping.groupsBefore))
    result = tensor::CollapseShapeOp::create(rewriter, loc, result,
                                             grouping.groupsBefore);
  RankedTensorType middle = grouping.getMiddleType();
  if (result.getType() != middle)
    result = tensor::CastOp::create(rewriter, loc, middle, result);
  if (!isTrivial(grouping.groupsAfter))
    result = expand(rewriter, loc, result, type.getShape(), sizes,
                    grouping.groupsAfter);
  return result;
}

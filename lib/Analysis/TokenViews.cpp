//===- TokenViews.cpp - Sizes and shapes of tokens ------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Follows the dimension that counts tokens through operations that only read
// sizes or move elements.
//
//===----------------------------------------------------------------------===//

#include "TokenFlowVisitor.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace ecolm;

/// Whether all dimensions of `group` but `dim` have one element.
static bool isAloneIn(ArrayRef<int64_t> group, int64_t dim,
                      RankedTensorType type) {
  return llvm::all_of(group, [&](int64_t other) {
    return other == dim || type.getDimSize(other) == 1;
  });
}

LogicalResult TokenFlow::visitDim(tensor::DimOp op) {
  TokenState state = get(op.getSource());
  if (state.kind != TokenState::Tokens || op.getConstantIndex() != state.dim)
    return set(op, {});
  return set(op, {TokenState::Count});
}

/// A tensor without content, or with the same everywhere.
LogicalResult TokenFlow::visitEmpty(Operation *op, RankedTensorType type,
                                    OperandRange sizes) {
  std::optional<int64_t> tokenDim;
  unsigned next = 0;
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    if (!type.isDynamicDim(dim))
      continue;
    TokenState state = get(sizes[next++]);
    if (state.kind == TokenState::Independent)
      continue;
    if (tokenDim || state.kind != TokenState::Count)
      return fail(op, "a size is computed from the number of tokens");
    tokenDim = dim;
  }
  return tokenDim ? setTokens(op, *tokenDim) : set(op, {});
}

/// Whether dimension `dim` of a slice is as long as there are tokens, and
/// starts with the first.
static bool isWhole(OffsetSizeAndStrideOpInterface slice, int64_t dim,
                    llvm::function_ref<bool(Value)> isCount) {
  auto size = dyn_cast<Value>(slice.getMixedSizes()[dim]);
  return isZeroInteger(slice.getMixedOffsets()[dim]) &&
         isOneInteger(slice.getMixedStrides()[dim]) && size && isCount(size);
}

/// Dimension `dim` of a slice of which `dropped` dimensions are left out.
static int64_t countKept(const llvm::SmallBitVector &dropped, int64_t dim) {
  int64_t before = 0;
  for (int64_t other = 0; other < dim; ++other)
    before += dropped.test(other);
  return dim - before;
}

LogicalResult TokenFlow::visitSlice(tensor::ExtractSliceOp op) {
  TokenState state = get(op.getSource());
  if (state.kind != TokenState::Tokens)
    return visitRows(op);
  auto isCount = [&](Value value) {
    return get(value).kind == TokenState::Count;
  };
  if (!isWhole(op, state.dim, isCount))
    return fail(op, "it takes some of the tokens");
  return setTokens(op, countKept(op.getDroppedDims(), state.dim));
}

/// The first rows of a table, one for each token.
LogicalResult TokenFlow::visitRows(tensor::ExtractSliceOp op) {
  bool isClamped = false;
  auto isCount = [&](Value value) {
    TokenState::Kind kind = get(value).kind;
    isClamped |= kind == TokenState::Clamped;
    return kind == TokenState::Count || kind == TokenState::Clamped;
  };
  auto isFixed = [&](OpFoldResult value) {
    auto dynamic = dyn_cast<Value>(value);
    return !dynamic || get(dynamic).kind == TokenState::Independent;
  };
  std::optional<int64_t> rows;
  bool fits = get(op.getSource()).kind == TokenState::Independent;
  for (int64_t dim = 0; dim < op.getSourceType().getRank(); ++dim) {
    if (isFixed(op.getMixedOffsets()[dim]) && isFixed(op.getMixedSizes()[dim]))
      continue;
    fits = fits && !rows && isWhole(op, dim, isCount);
    rows = dim;
  }
  if (!rows || !fits)
    return fail(op, "it takes another part of a table for every sequence");
  int64_t size = op.getSourceType().getDimSize(*rows);
  if (isClamped || ShapedType::isDynamic(size) || size < context)
    return fail(op, "nothing shows that its table has a row for each of the " +
                        Twine(context) + " tokens of the context");
  places.rows.push_back({op, *rows});
  return setTokens(op, countKept(op.getDroppedDims(), *rows));
}

/// Parts of every token, side by side.
LogicalResult TokenFlow::visitInsert(tensor::InsertSliceOp op) {
  TokenState source = get(op.getSource()), target = get(op.getDest());
  auto isCount = [&](Value value) {
    return get(value).kind == TokenState::Count;
  };
  bool fits = source.kind == TokenState::Tokens &&
              target.kind == TokenState::Tokens &&
              isWhole(op, target.dim, isCount) &&
              countKept(op.getDroppedDims(), target.dim) == source.dim;
  return fits ? set(op, target) : fail(op, "it puts tokens behind others");
}

LogicalResult TokenFlow::visitPad(tensor::PadOp op) {
  TokenState state = get(op.getSource());
  if (state.kind != TokenState::Tokens ||
      !isZeroInteger(op.getMixedLowPad()[state.dim]) ||
      !isZeroInteger(op.getMixedHighPad()[state.dim]))
    return fail(op, "it appends tokens");
  SetVector<Value> captured;
  getUsedValuesDefinedAbove(op->getRegions(), captured);
  for (Value value : captured)
    if (get(value).kind != TokenState::Independent)
      return fail(op, "its body reads a value that knows of other tokens");
  return set(op, state);
}

LogicalResult TokenFlow::visitReshape(Operation *op, Value source,
                                      ArrayRef<ReassociationIndices> groups,
                                      bool collapses) {
  TokenState state = get(source);
  if (state.kind != TokenState::Tokens)
    return fail(op, "a size is computed from the number of tokens");
  auto wide = cast<RankedTensorType>(collapses ? source.getType()
                                               : op->getResult(0).getType());
  for (auto [narrowDim, group] : llvm::enumerate(groups)) {
    if (collapses && llvm::is_contained(group, state.dim)) {
      if (!isAloneIn(group, state.dim, wide))
        return fail(op, "it merges the tokens with another dimension");
      return setTokens(op, narrowDim);
    }
    if (!collapses && static_cast<int64_t>(narrowDim) == state.dim) {
      for (int64_t dim : group)
        if (wide.isDynamicDim(dim) && isAloneIn(group, dim, wide))
          return setTokens(op, dim);
      return fail(op, "it divides the tokens");
    }
  }
  return fail(op, "it loses the tokens");
}

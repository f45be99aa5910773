//===- Padding.cpp - Pad and Tile -----------------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts operators that repeat, mirror or surround a tensor.
//
//===----------------------------------------------------------------------===//

#include "ElementwiseConversion.h"
#include "Indexing.h"
#include "LinalgConversions.h"
#include "SizeArithmetic.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace ecolm;

namespace {
/// How many elements are added, or cut off where negative, at both ends of
/// every dimension.
struct Margins {
  SmallVector<OpFoldResult> before, after;
};
} // namespace

/// The margins where axes are named in the run: carried through a loop over
/// what the node names.
static Margins readComputedMargins(onnx::NodeOp node, int64_t rank,
                                   GraphRewriter &rewriter) {
  Location loc = node.getLoc();
  Value pads = node.getInputs()[1], axes = node.getInputs()[3];
  SizeArithmetic arithmetic(rewriter, loc);
  Value zero = arithmetic.materialize(arithmetic.constant(0));
  Value limit = arithmetic.materialize(arithmetic.constant(rank));
  OpFoldResult length = rewriter.getSize(axes, 0);
  Value count = arithmetic.materialize(length);
  Value twice = arithmetic.materialize(arithmetic.add(length, length));
  Value given = arithmetic.materialize(rewriter.getSize(pads, 0));
  Value fits = arith::CmpIOp::create(rewriter, loc, arith::CmpIPredicate::eq,
                                     given, twice);
  createAssert(rewriter, loc, fits, "there are not two pads for each axis");
  auto body = [&](ImplicitLocOpBuilder &inner, ValueRange at,
                  ValueRange carried) -> SmallVector<Value> {
    Value axis =
        createCheckedIndex(inner, loc, createExtract(inner, axes, at), limit);
    auto read = [&](Value place) {
      return arith::IndexCastOp::create(inner, inner.getIndexType(),
                                        createExtract(inner, pads, place));
    };
    Value before = read(at[0]);
    Value after = read(arith::AddIOp::create(inner, at[0], count));
    SmallVector<Value> next(carried);
    for (int64_t dim = 0; dim < rank; ++dim) {
      Value own = arith::ConstantIndexOp::create(inner, dim);
      Value here =
          arith::CmpIOp::create(inner, arith::CmpIPredicate::eq, axis, own);
      next[dim] = arith::SelectOp::create(inner, here, before, next[dim]);
      next[rank + dim] =
          arith::SelectOp::create(inner, here, after, next[rank + dim]);
    }
    return next;
  };
  SmallVector<Value> found = createLoops(
      rewriter, loc, length, SmallVector<Value>(2 * rank, zero), body);
  auto half = [&](int64_t first) {
    return llvm::map_to_vector(ArrayRef<Value>(found).slice(first, rank),
                               [](Value value) { return OpFoldResult(value); });
  };
  return {half(0), half(rank)};
}

/// The margins of `node`; dimensions that it does not name have none.
static FailureOr<Margins> readMargins(onnx::NodeOp node, int64_t rank,
                                      GraphRewriter &rewriter) {
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  if (node.getPresentInput(3)) {
    std::optional<SmallVector<int64_t>> given = getIntsOrInput(node, "", 3);
    if (!given)
      return readComputedMargins(node, rank, rewriter);
    axes = *given;
  }
  int64_t count = axes.size();
  auto pads = readIntegers(node, "pads", 1, rewriter, 2 * count);
  if (failed(pads))
    return failure();
  if (static_cast<int64_t>(pads->size()) != 2 * count)
    return rewriter.refuse(node, "expects two pads for each axis");
  SmallVector<OpFoldResult> none(rank, rewriter.getIndexAttr(0));
  Margins margins{none, none};
  for (int64_t i = 0; i < count; ++i) {
    std::optional<int64_t> axis = normalizeAxis(axes[i], rank);
    if (!axis)
      return rewriter.refuse(node, "expects axes below the rank");
    margins.before[*axis] = (*pads)[i];
    margins.after[*axis] = (*pads)[count + i];
  }
  return margins;
}

/// `index modulo size`, not negative.
static Value createModulo(ImplicitLocOpBuilder &b, Value index, Value size) {
  Value zero = arith::ConstantIndexOp::create(b, 0);
  Value rest = arith::RemSIOp::create(b, index, size);
  Value below = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, rest, zero);
  Value moved = arith::AddIOp::create(b, rest, size);
  return arith::SelectOp::create(b, below, moved, rest);
}

/// Where the element at `index`, which may lie outside, is taken from.
static Value createSource(ImplicitLocOpBuilder &b, StringRef mode, Value index,
                          Value size) {
  Value zero = arith::ConstantIndexOp::create(b, 0);
  Value one = arith::ConstantIndexOp::create(b, 1);
  Value last = arith::SubIOp::create(b, size, one);
  if (mode == "wrap")
    return createModulo(b, index, size);
  if (mode != "reflect") {
    Value inside = arith::MinSIOp::create(b, index, last);
    return arith::MaxSIOp::create(b, inside, zero);
  }
  // Back and forth over 2 (size - 1) places; over one place where there is one.
  Value period = arith::AddIOp::create(b, last, last);
  period = arith::MaxSIOp::create(b, period, one);
  Value forth = createModulo(b, index, period);
  Value back = arith::SubIOp::create(b, period, forth);
  return arith::MinSIOp::create(b, forth, back);
}

static LogicalResult convertPad(onnx::NodeOp node, GraphRewriter &rewriter) {
  Location loc = node.getLoc();
  Value data = node.getInputs()[0], fill = node.getPresentInput(2);
  RankedTensorType type = getResultType(node);
  FailureOr<Margins> margins = readMargins(node, type.getRank(), rewriter);
  if (failed(margins))
    return failure();
  StringRef mode = getString(node, "mode", "constant");
  SizeArithmetic arithmetic(rewriter, loc);
  SmallVector<OpFoldResult> sizes = rewriter.getSizes(data);
  SmallVector<Value> limits = createSizes(rewriter, loc, data), starts;
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    starts.push_back(arithmetic.materialize(margins->before[dim]));
    sizes[dim] = arithmetic.add(
        sizes[dim], arithmetic.add(margins->before[dim], margins->after[dim]));
  }
  auto body = [&](ImplicitLocOpBuilder &b, ValueRange at) -> Value {
    SmallVector<Value> place;
    Value inside = arith::ConstantIntOp::create(b, 1, 1);
    for (auto [index, start, limit] : llvm::zip_equal(at, starts, limits)) {
      Value own = arith::SubIOp::create(b, index, start);
      Value fits =
          arith::CmpIOp::create(b, arith::CmpIPredicate::ult, own, limit);
      inside = arith::AndIOp::create(b, inside, fits);
      place.push_back(createSource(b, mode, own, limit));
    }
    auto read = [&](OpBuilder &nested, Location nestedLoc) {
      ImplicitLocOpBuilder inner(nestedLoc, nested);
      scf::YieldOp::create(inner, createExtract(inner, data, place));
    };
    if (mode != "constant")
      return createExtract(b, data, place);
    auto surround = [&](OpBuilder &nested, Location nestedLoc) {
      ImplicitLocOpBuilder inner(nestedLoc, nested);
      SmallVector<Value> first;
      if (fill && cast<RankedTensorType>(fill.getType()).getRank() == 1)
        first.push_back(arith::ConstantIndexOp::create(inner, 0));
      double value = getFloat(node, "value", 0);
      scf::YieldOp::create(
          inner, fill ? createExtract(inner, fill, first)
                      : createNumber(inner, type.getElementType(), value));
    };
    return scf::IfOp::create(b, inside, read, surround).getResult(0);
  };
  return rewriter.replaceNode(node,
                              createIndexed(rewriter, loc, type, sizes, body));
}

/// `result[i..] = data[i modulo size..]`.
static LogicalResult convertTile(onnx::NodeOp node, GraphRewriter &rewriter) {
  Location loc = node.getLoc();
  Value data = node.getInputs()[0];
  RankedTensorType type = getResultType(node);
  auto repeats = readIntegers(node, "repeats", 1, rewriter, type.getRank());
  if (failed(repeats))
    return failure();
  if (static_cast<int64_t>(repeats->size()) != type.getRank())
    return rewriter.refuse(node, "expects a repeat for each dimension");
  SizeArithmetic arithmetic(rewriter, loc);
  SmallVector<OpFoldResult> sizes = rewriter.getSizes(data);
  for (auto [size, repeat] : llvm::zip_equal(sizes, *repeats))
    size = arithmetic.mul(size, repeat);
  SmallVector<Value> limits = createSizes(rewriter, loc, data);
  auto body = [&](ImplicitLocOpBuilder &b, ValueRange at) -> Value {
    SmallVector<Value> place;
    for (auto [index, limit] : llvm::zip_equal(at, limits))
      place.push_back(arith::RemUIOp::create(b, index, limit));
    return createExtract(b, data, place);
  };
  return rewriter.replaceNode(node,
                              createIndexed(rewriter, loc, type, sizes, body));
}

void ecolm::populatePaddingConversions(NodeConversions &conversions) {
  conversions.add("Pad", convertPad);
  conversions.add("Tile", convertTile);
}

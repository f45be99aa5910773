//===- RotaryEmbedding.cpp - Rotary embeddings ----------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts RotaryEmbedding.
//
//===----------------------------------------------------------------------===//

#include "ElementwiseConversion.h"
#include "Indexing.h"
#include "LinalgConversions.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace ecolm;

namespace {
/// Where an element stands: batch, position and column within its head.
struct Place {
  Value batch, position, column;
};

/// The rotation of one node.
class Rotation {
public:
  Rotation(onnx::NodeOp node, GraphRewriter &rewriter)
      : node(node), rewriter(rewriter), b(node.getLoc(), rewriter) {}

  Value convert();

private:
  Place find(ImplicitLocOpBuilder &inner, ValueRange at);
  Value readCache(ImplicitLocOpBuilder &inner, unsigned index,
                  const Place &place, Value pair);
  Value rotate(ImplicitLocOpBuilder &inner, ValueRange at, const Place &place);

  onnx::NodeOp node;
  GraphRewriter &rewriter;
  ImplicitLocOpBuilder b;
  /// Width of a head and how much of it rotates, and the rows of the caches.
  Value width, rotated, rows;
};
} // namespace

Place Rotation::find(ImplicitLocOpBuilder &inner, ValueRange at) {
  if (at.size() == 4)
    return {at[0], at[2], at[3]};
  return {at[0], at[1], arith::RemUIOp::create(inner, at[2], width)};
}

/// The cosine or sine for a pair of columns: by position, or by position
/// number where the node has those.
Value Rotation::readCache(ImplicitLocOpBuilder &inner, unsigned index,
                          const Place &place, Value pair) {
  Value cache = node.getInputs()[index];
  Value numbers = node.getPresentInput(3);
  if (!numbers)
    return createExtract(inner, cache, {place.batch, place.position, pair});
  Value number = createExtract(inner, numbers, {place.batch, place.position});
  Value row = createCheckedIndex(inner, inner.getLoc(), number, rows);
  return createExtract(inner, cache, {row, pair});
}

/// x1 cos - x2 sin for the first of a pair (x1, x2), x1 sin + x2 cos for the
/// second.
Value Rotation::rotate(ImplicitLocOpBuilder &inner, ValueRange at,
                       const Place &place) {
  Value zero = arith::ConstantIndexOp::create(inner, 0);
  Value one = arith::ConstantIndexOp::create(inner, 1);
  Value two = arith::ConstantIndexOp::create(inner, 2);
  bool interleaved = getInt(node, "interleaved", 0);
  Value half = arith::DivUIOp::create(inner, rotated, two);
  Value isSecond, pair, distance = interleaved ? one : half;
  if (interleaved) {
    Value odd = arith::RemUIOp::create(inner, place.column, two);
    isSecond = arith::CmpIOp::create(inner, arith::CmpIPredicate::eq, odd, one);
    pair = arith::DivUIOp::create(inner, place.column, two);
  } else {
    isSecond = arith::CmpIOp::create(inner, arith::CmpIPredicate::uge,
                                     place.column, half);
    Value back = arith::SelectOp::create(inner, isSecond, half, zero);
    pair = arith::SubIOp::create(inner, place.column, back);
  }
  SmallVector<Value> other(at);
  Value back = arith::SubIOp::create(inner, at.back(), distance);
  Value forth = arith::AddIOp::create(inner, at.back(), distance);
  other.back() = arith::SelectOp::create(inner, isSecond, back, forth);
  Value x = createExtract(inner, node.getInputs()[0], at);
  Value y = createExtract(inner, node.getInputs()[0], other);
  Value along =
      arith::MulFOp::create(inner, x, readCache(inner, 1, place, pair));
  Value across =
      arith::MulFOp::create(inner, y, readCache(inner, 2, place, pair));
  Value difference = arith::SubFOp::create(inner, along, across);
  Value sum = arith::AddFOp::create(inner, across, along);
  return arith::SelectOp::create(inner, isSecond, sum, difference);
}

Value Rotation::convert() {
  Value data = node.getInputs()[0];
  SmallVector<Value> sizes = createSizes(rewriter, node.getLoc(), data);
  width = sizes.back();
  if (sizes.size() == 3) {
    Value heads = arith::ConstantIndexOp::create(
        b, std::max<int64_t>(getInt(node, "num_heads", 1), 1));
    width = arith::DivUIOp::create(b, width, heads);
  }
  int64_t part = getInt(node, "rotary_embedding_dim", 0);
  rotated = part > 0 ? Value(arith::ConstantIndexOp::create(b, part)) : width;
  rows = createSizes(rewriter, node.getLoc(), node.getInputs()[1])[0];
  auto body = [&](ImplicitLocOpBuilder &inner, ValueRange at) -> Value {
    Place place = find(inner, at);
    Value turns = arith::CmpIOp::create(inner, arith::CmpIPredicate::ult,
                                        place.column, rotated);
    auto turn = [&](OpBuilder &nested, Location loc) {
      ImplicitLocOpBuilder builder(loc, nested);
      scf::YieldOp::create(builder, rotate(builder, at, place));
    };
    auto keep = [&](OpBuilder &nested, Location loc) {
      ImplicitLocOpBuilder builder(loc, nested);
      scf::YieldOp::create(builder, createExtract(builder, data, at));
    };
    return scf::IfOp::create(inner, turns, turn, keep).getResult(0);
  };
  return createIndexed(rewriter, node.getLoc(), getResultType(node),
                       rewriter.getSizes(data), body);
}

static LogicalResult convertRotaryEmbedding(onnx::NodeOp node,
                                            GraphRewriter &rewriter) {
  return rewriter.replaceNode(node, Rotation(node, rewriter).convert());
}

void ecolm::populateRotaryConversions(NodeConversions &conversions) {
  conversions.add("RotaryEmbedding", convertRotaryEmbedding);
}

//===- ByteMatmulKernel.cpp - Products of bytes and low-bit matrices ------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Lowers matmul and group_matmul of bytes by matrices of depth 4
// (Support/WeightOrder.h): 16 outputs at a time, for several rows of the input.
//
// Weights are read once, front to back, a tile of 16 outputs after the other
// (ByteTiles.h). Their codes are never negative:
//
//     code = weight + offset
//     sum_k weight[n, k] x[k] = sum_k code[n, k] x[k] - offset * sum_k x[k]
//
//===----------------------------------------------------------------------===//

#include "ByteTiles.h"
#include "GroupScales.h"
#include "TileLoops.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace ecolm;

/// How far ahead of use weights are asked for.
static constexpr int64_t kPrefetchBytes = 12 << 10;

/// More products of bytes than so many could exceed 32 bits.
static constexpr int64_t kMostInputsOfShiftedSums = int64_t(1) << 16;

namespace {

/// Emits the product of one matrix.
class ByteMatmulEmitter {
public:
  ByteMatmulEmitter(KernelBuilder &b, RankedTensorType weightType, Value bytes,
                    ByteTarget target)
      : b(b), tiles(weightType), order(tiles.getOrder()),
        inputs(weightType.getDimSize(1)),
        paddedInputs(order.getPaddedInputs(inputs)), groupSize(paddedInputs),
        bytesTogether(paddedInputs / order.getNumInputs() * kTileBytes),
        inPlace(paddedInputs <= kMostInputsOfShiftedSums ? target.inPlace : 0),
        loops{weightType.getDimSize(0), kLanes, {target.rows, 1}, {1, 1}} {
    auto type =
        MemRefType::get({loops.getNumGroups() * bytesTogether}, b.getI8Type());
    words = memref::ViewOp::create(b, type, bytes, b.index(0), ValueRange());
    lanes = b.lanesOf(b.getI32Type());
    tileType = VectorType::get(kTileBytes, b.getI8Type());
  }

  /// Makes this the product with scales of groups of `size` inputs.
  void setGroups(const GroupScales &groupScales, int64_t size) {
    scales = &groupScales;
    groupSize = size < inputs ? size : paddedInputs;
  }

  /// x [M, K] i8 times the matrix, [M, N] i32, or f32 with scales.
  Value emit(Value input) {
    x = padRows(b, input, paddedInputs);
    sums = sumInputs(tensor::DimOp::create(b, input, 0));
    Type element = scales ? Type(b.getF32Type()) : b.getI32Type();
    return loops.emit(
        b, x, element, [&](Value group, Value, Value row, TileBlock block) {
          SmallVector<Value> rows;
          for (int64_t i = 0; i < block.numRows; ++i)
            rows.push_back(b.addIndex(row, i));
          Value word = arith::MulIOp::create(b, group, b.index(bytesTogether));
          return scales ? emitGroups(group, rows, word)
                        : sumProducts(rows, b.index(0), b.index(paddedInputs),
                                      b.index(0), word);
        });
  }

private:
  /// `sum_k x[m, k]` of every row m and group of inputs, i32 [M, G].
  Value sumInputs(Value numRows);
  /// The outputs of 16 with scales, whose weights start at `word`.
  SmallVector<Value> emitGroups(Value group, ValueRange rows, Value word);
  /// The sums of products of inputs from `from` to `to`, group `inputGroup`.
  SmallVector<Value> sumProducts(ValueRange rows, Value from, Value to,
                                 Value inputGroup, Value word);
  /// The products of a single row, which wait neither for shifts of codes nor
  /// for each other.
  Value sumSingleRow(Value init, Value row, Value from, Value to, Value word);
  /// The bytes of the tile at `word`.
  Value readTile(Value word);
  /// Inputs `k` to `k + 4` of `row` in every lane.
  Value readInputs(Value row, Value k);

  Value readRow(VectorType type, Value m, Value k) {
    SmallVector<bool> inBounds = {true};
    return vector::TransferReadOp::create(b, type, x, ValueRange{m, k},
                                          b.integer(b.getI8Type(), 0),
                                          ArrayRef<bool>(inBounds));
  }
  Value dot(Value init, ValueRange factors, ValueRange operands,
            int64_t largest) {
    return DotOp::create(b, lanes, init, factors, operands,
                         b.getI32IntegerAttr(largest));
  }

  KernelBuilder &b;
  ByteTiles tiles;
  TileOrder order;
  int64_t inputs, paddedInputs, groupSize, bytesTogether;
  /// Up to which a single row sums codes where they stand in their bytes, and
  /// shifts the sums.
  int64_t inPlace;
  TileLoops loops;
  const GroupScales *scales = nullptr;
  VectorType lanes, tileType;
  /// The matrix; the input; its sums.
  Value words, x, sums;
};

} // namespace

Value ByteMatmulEmitter::sumInputs(Value numRows) {
  int64_t numGroups = llvm::divideCeil(paddedInputs, groupSize);
  SmallVector<OpFoldResult> sizes = {tensor::getMixedSize(b, b.getLoc(), x, 0),
                                     b.getIndexAttr(numGroups)};
  Value init = tensor::EmptyOp::create(b, sizes, b.getI32Type());
  Value ones = b.integer(tileType, 1), zero = b.integer(lanes, 0);
  auto addBytes = [&](Value m) {
    return [&, m](Value k, ValueRange sum) -> SmallVector<Value> {
      return {dot(sum[0], ones, readRow(tileType, m, k), /*largest=*/1)};
    };
  };
  auto addByte = [&](Value m) {
    return [&, m](Value k, ValueRange sum) -> SmallVector<Value> {
      Value value = tensor::ExtractOp::create(b, x, ValueRange{m, k});
      value = arith::ExtSIOp::create(b, b.getI32Type(), value);
      return {b.add(sum[0], value)};
    };
  };
  auto sumGroup = [&](Value m, Value group, Value from, Value target) {
    Value to = arith::MinUIOp::create(b, b.addIndex(from, groupSize),
                                      b.index(paddedInputs));
    Value count = arith::SubIOp::create(b, to, from);
    Value rest = arith::RemUIOp::create(b, count, b.index(kTileBytes));
    Value whole = arith::SubIOp::create(b, to, rest);
    Value wide = b.loop(from, whole, kTileBytes, zero, addBytes(m))[0];
    Value sum = b.loop(whole, to, 1, b.sumLanes(wide), addByte(m))[0];
    return tensor::InsertOp::create(b, sum, target, ValueRange{m, group});
  };
  auto sumRow = [&](Value m, ValueRange carried) -> SmallVector<Value> {
    return {b.loop(
        b.index(0), b.index(paddedInputs), groupSize, {carried[0], b.index(0)},
        [&](Value from, ValueRange c) -> SmallVector<Value> {
          return {sumGroup(m, c[1], from, c[0]), b.addIndex(c[1], 1)};
        })[0]};
  };
  return b.loop(b.index(0), numRows, 1, init, sumRow)[0];
}

SmallVector<Value> ByteMatmulEmitter::emitGroups(Value group, ValueRange rows,
                                                 Value word) {
  VectorType floats = b.lanesOf(b.getF32Type());
  SmallVector<Value> carried(rows.size(), b.constant(floats, 0));
  carried.append({word, scales->getFirst(b, group), b.index(0)});
  int64_t groupBytes = groupSize / order.getNumInputs() * kTileBytes;
  auto addGroup = [&](Value from, ValueRange c) {
    ValueRange position = c.drop_front(rows.size());
    Value to = arith::MinUIOp::create(b, b.addIndex(from, groupSize),
                                      b.index(paddedInputs));
    SmallVector<Value> products =
        sumProducts(rows, from, to, position[2], position[0]);
    SmallVector<Value> next;
    for (auto [row, y, product] : llvm::zip(rows, c, products)) {
      Value inputSum;
      if (scales->hasOffsets())
        inputSum = toFloat(b, tensor::ExtractOp::create(
                                  b, sums, ValueRange{row, position[2]}));
      next.push_back(
          scales->add(b, y, product, tiles.getUnit(), position[1], inputSum));
    }
    next.append({b.addIndex(position[0], groupBytes),
                 b.addIndex(position[1], kLanes), b.addIndex(position[2], 1)});
    return next;
  };
  carried =
      b.loop(b.index(0), b.index(paddedInputs), groupSize, carried, addGroup);
  carried.resize(rows.size());
  return carried;
}

SmallVector<Value> ByteMatmulEmitter::sumProducts(ValueRange rows, Value from,
                                                  Value to, Value inputGroup,
                                                  Value word) {
  SmallVector<Value> carried;
  Value factor = b.integer(b.getI32Type(), -tiles.getOffset());
  for (Value row : rows) {
    Value sum = tensor::ExtractOp::create(b, sums, ValueRange{row, inputGroup});
    sum = arith::MulIOp::create(b, sum, factor);
    carried.push_back(vector::BroadcastOp::create(b, lanes, sum));
  }
  if (rows.size() == 1)
    return {sumSingleRow(carried[0], rows[0], from, to, word)};
  carried.push_back(word);
  auto addTile = [&](Value k, ValueRange c) {
    SmallVector<BytePlane> planes = tiles.unpack(b, readTile(c.back()));
    SmallVector<Value> factors, next;
    for (const BytePlane &plane : planes)
      factors.push_back(plane.codes);
    for (auto [row, sum] : llvm::zip(rows, c.drop_back())) {
      SmallVector<Value> operands;
      for (size_t i = 0; i < planes.size(); ++i)
        operands.push_back(readInputs(row, b.addIndex(k, 4 * i)));
      next.push_back(dot(sum, factors, operands, planes.front().largest));
    }
    next.push_back(b.addIndex(c.back(), kTileBytes));
    return next;
  };
  carried = b.loop(from, to, order.getNumInputs(), carried, addTile);
  carried.pop_back();
  return carried;
}

Value ByteMatmulEmitter::sumSingleRow(Value init, Value row, Value from,
                                      Value to, Value word) {
  int64_t numSums = tiles.getNumSums(inPlace);
  Value zero = b.integer(lanes, 0);
  SmallVector<Value> carried(numSums, zero);
  carried.push_back(word);
  SmallVector<int64_t> shifts(numSums);
  auto addTile = [&](Value k, ValueRange c) {
    SmallVector<Value> next(c), factors, operands;
    auto planes = tiles.unpack(b, readTile(c.back()), inPlace);
    for (auto [i, plane] : llvm::enumerate(planes)) {
      factors.push_back(plane.codes);
      operands.push_back(readInputs(row, b.addIndex(k, 4 * i)));
    }
    int64_t largest = planes.front().largest;
    if (numSums == 1) {
      // One sum of all products would wait for itself: each tile has its own.
      next[0] = b.add(next[0], dot(zero, factors, operands, largest));
    } else {
      for (auto [i, plane] : llvm::enumerate(planes)) {
        next[i] = dot(next[i], factors[i], operands[i], plane.largest);
        shifts[i] = plane.shift;
      }
    }
    next.back() = b.addIndex(c.back(), kTileBytes);
    return next;
  };
  carried = b.loop(from, to, order.getNumInputs(), carried, addTile);
  for (auto [sum, shift] : llvm::zip(carried, shifts)) {
    // A multiple of 2^shift.
    if (shift)
      sum = arith::ShRSIOp::create(b, sum, b.integer(lanes, shift));
    init = b.add(init, sum);
  }
  return init;
}

Value ByteMatmulEmitter::readTile(Value word) {
  prefetchAhead(b, words, word, kPrefetchBytes);
  return b.read(tileType, words, word);
}

Value ByteMatmulEmitter::readInputs(Value row, Value k) {
  Value value = readRow(VectorType::get(4, b.getI8Type()), row, k);
  value =
      vector::BitCastOp::create(b, VectorType::get(1, b.getI32Type()), value);
  value = vector::BroadcastOp::create(
      b, lanes, vector::ExtractOp::create(b, value, ArrayRef<int64_t>{0}));
  return vector::BitCastOp::create(b, tileType, value);
}

/// Whether a product of rows of `input` with weights of `type` is for these
/// kernels.
static bool isByteTile(RankedTensorType input, RankedTensorType type) {
  auto layout = dyn_cast_or_null<PackedAttr>(type.getEncoding());
  return layout && layout.getDepth() == 4 && layout.getLanes() == kLanes &&
         input.getElementType().isSignlessInteger(8);
}

namespace {

struct ByteMatmulLowering : OpConversionPattern<MatmulOp> {
  ByteMatmulLowering(const TypeConverter &converter, MLIRContext *context,
                     ByteTarget target)
      : OpConversionPattern(converter, context, /*benefit=*/2), target(target) {
  }
  LogicalResult
  matchAndRewrite(MatmulOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    RankedTensorType weights = op.getWeights().getType();
    if (!isByteTile(op.getInput().getType(), weights))
      return rewriter.notifyMatchFailure(op, "weights are not of depth 4");
    KernelBuilder b(op.getLoc(), rewriter);
    ByteMatmulEmitter emitter(b, weights, adaptor.getWeights(), target);
    rewriter.replaceOp(
        op, mapRowsTogether(b, adaptor.getInput(), op.getType(),
                            [&](Value rows) { return emitter.emit(rows); }));
    return success();
  }

  ByteTarget target;
};

struct ByteGroupMatmulLowering : OpConversionPattern<GroupMatmulOp> {
  ByteGroupMatmulLowering(const TypeConverter &converter, MLIRContext *context,
                          ByteTarget target)
      : OpConversionPattern(converter, context, /*benefit=*/2), target(target) {
  }
  LogicalResult
  matchAndRewrite(GroupMatmulOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    RankedTensorType weights = op.getWeights().getType();
    if (!isByteTile(op.getInput().getType(), weights))
      return rewriter.notifyMatchFailure(op, "weights are not of depth 4");
    KernelBuilder b(op.getLoc(), rewriter);
    auto scales =
        GroupScales::create(b, op, adaptor.getScales(), adaptor.getOffsets());
    if (failed(scales))
      return rewriter.notifyMatchFailure(op, "scales are not in 16 lanes");
    ByteMatmulEmitter emitter(b, weights, adaptor.getWeights(), target);
    emitter.setGroups(*scales, op.getGroup());
    rewriter.replaceOp(
        op, mapRowsTogether(b, adaptor.getInput(), op.getType(),
                            [&](Value rows) { return emitter.emit(rows); }));
    return success();
  }

  ByteTarget target;
};

} // namespace

void ecolm::populateByteMatmulKernel(const TypeConverter &converter,
                                     RewritePatternSet &patterns,
                                     ByteTarget target) {
  patterns.add<ByteMatmulLowering, ByteGroupMatmulLowering>(
      converter, patterns.getContext(), target);
}

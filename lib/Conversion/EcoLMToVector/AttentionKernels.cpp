//===- AttentionKernels.cpp - Attention -----------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Lowers attention: the keys of sixteen positions lie side by side in the
// cache, so that sixteen scores are computed at once and every sum still runs
// upward.
//
//===----------------------------------------------------------------------===//

#include "FloatBits.h"
#include "KernelBuilder.h"
#include "KeyValueCache.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/bit.h"

#include <limits>

using namespace mlir;
using namespace ecolm;

/// Vectors of sums that are in hand at once: enough to hide how long an
/// addition takes, few enough for 16 registers.
static constexpr int64_t kBlocksTogether = 4;

namespace {

/// What one query row attends to.
struct AttentionKernel {
  KernelBuilder &b;
  int64_t headSize, heads, kvHeads;
  float scale;
  /// How probabilities are quantized, or null.
  LogQuantizerAttr quantizer;
  KeyValueCache cache;
  /// Positions that the caches hold, a multiple of the lanes; an index.
  Value capacity;

  Type f32() { return b.getF32Type(); }
  Value mul(Value x, Value y) { return arith::MulFOp::create(b, x, y); }

  /// Copies the keys and values of every token t to position start + t of
  /// cache group `batch * kvHeads + g`.
  void fill(Value key, Value value, Value start) {
    SmallVector<OpFoldResult> bounds = {
        tensor::getMixedSize(b, b.getLoc(), key, 0),
        tensor::getMixedSize(b, b.getLoc(), key, 1)};
    auto forall = scf::ForallOp::create(b, bounds, ValueRange(), std::nullopt);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(forall.getBody());
    Value batch = forall.getInductionVar(0), token = forall.getInductionVar(1);
    Value position = b.add(start, token);
    auto copyHead = [&](Value head, ValueRange) -> SmallVector<Value> {
      Value group = b.add(scaled(b, batch, kvHeads), head);
      cache.store(b, key, value, {batch, token}, scaled(b, head, headSize),
                  group, position);
      return {};
    };
    b.loop(b.index(0), b.index(kvHeads), 1, {}, copyHead);
  }

  static Value scaled(KernelBuilder &k, Value i, int64_t factor) {
    return arith::MulIOp::create(k, i, k.index(factor));
  }

  /// Scores of the positions [j, j + blocks * lanes), -inf from `count` on,
  /// written to a row of scores whose largest so far is `most`. Blocks are
  /// summed side by side: one alone waits for its own sum.
  SmallVector<Value> scoreBlocks(Value query, Value group, Value count, Value j,
                                 int64_t blocks, Value scores, Value most) {
    VectorType lanes = b.lanesOf(f32());
    SmallVector<Value> zeros(blocks, b.constant(lanes, 0));
    Value block = arith::DivUIOp::create(b, j, b.index(kLanes));
    SmallVector<Value> sums = b.loop(
        b.index(0), b.index(headSize), 1, zeros, [&](Value d, ValueRange acc) {
          Value q = tensor::ExtractOp::create(b, query, d);
          q = vector::BroadcastOp::create(b, lanes, q);
          SmallVector<Value> next;
          for (int64_t i = 0; i < blocks; ++i) {
            Value k = cache.loadKeys(b, group, b.addIndex(block, i), d);
            next.push_back(b.add(acc[i], mul(q, k)));
          }
          return next;
        });
    Value lowest = b.constant(lanes, -std::numeric_limits<double>::infinity());
    for (auto [i, sum] : llvm::enumerate(sums)) {
      Value at = b.addIndex(j, i * kLanes);
      Value score = mul(sum, b.constant(lanes, scale));
      if (cache.hasScales())
        score = mul(score, cache.loadKeyScales(b, group, b.addIndex(block, i)));
      Value rest = arith::SubIOp::create(b, count, at);
      Value mask = vector::CreateMaskOp::create(b, b.lanesOf(b.getI1Type()),
                                                ValueRange{rest});
      score = arith::SelectOp::create(b, mask, score, lowest);
      most = arith::MaximumFOp::create(b, most, score);
      scores = b.write(score, scores, at);
    }
    return {scores, most};
  }

  /// scores[j] = scale * q . k[j] for j < count, -inf up to the next multiple
  /// of the lanes; returns the row and its maximum.
  std::pair<Value, Value> scoreRow(Value query, Value group, Value count,
                                   Value scores) {
    VectorType lanes = b.lanesOf(f32());
    SmallVector<Value> state = {
        scores, b.constant(lanes, -std::numeric_limits<double>::infinity())};
    Value many = b.index(kBlocksTogether * kLanes);
    Value whole =
        arith::SubIOp::create(b, count, arith::RemUIOp::create(b, count, many));
    state = b.loop(b.index(0), whole, kBlocksTogether * kLanes, state,
                   [&](Value j, ValueRange c) {
                     return scoreBlocks(query, group, count, j, kBlocksTogether,
                                        c[0], c[1]);
                   });
    state = b.loop(whole, count, kLanes, state, [&](Value j, ValueRange c) {
      return scoreBlocks(query, group, count, j, 1, c[0], c[1]);
    });
    Value most = vector::ReductionOp::create(b, vector::CombiningKind::MAXIMUMF,
                                             state[1]);
    return {state[0], most};
  }

  /// softmax over the first `count` scores, quantized where the attention asks
  /// for it; padding becomes 0.
  Value softmaxRow(Value scores, Value most, Value count) {
    VectorType lanes = b.lanesOf(f32());
    Value shift = vector::BroadcastOp::create(b, lanes, most);
    auto results =
        b.loop(b.index(0), count, kLanes, {scores, b.constant(lanes, 0)},
               [&](Value j, ValueRange carried) -> SmallVector<Value> {
                 Value x = b.read(lanes, carried[0], j);
                 Value e = b.exp(arith::SubFOp::create(b, x, shift));
                 return {b.write(e, carried[0], j), b.add(carried[1], e)};
               });
    Value total = vector::BroadcastOp::create(b, lanes, b.sumLanes(results[1]));
    return b.loop(b.index(0), count, kLanes, results[0],
                  [&](Value j, ValueRange carried) -> SmallVector<Value> {
                    Value e = b.read(lanes, carried[0], j);
                    Value p = arith::DivFOp::create(b, e, total);
                    if (quantizer)
                      p = emitLogQuantizeToFloat(b, p, quantizer);
                    return {b.write(p, carried[0], j)};
                  })[0];
  }

  /// A vector of elements of a value, from `first` on.
  struct Column {
    int64_t first;
    VectorType lanes;
  };

  /// The elements of a value as the widest vectors that there are.
  SmallVector<Column> getColumns() {
    SmallVector<Column> columns;
    for (int64_t first = 0; first < headSize;) {
      int64_t width = llvm::bit_floor(uint64_t(headSize - first));
      width = std::min(width, kLanes);
      columns.push_back({first, VectorType::get(width, f32())});
      first += width;
    }
    return columns;
  }

  SmallVector<Value> createZeros(ArrayRef<Column> columns) {
    return llvm::map_to_vector(columns, [&](const Column &column) -> Value {
      return b.constant(column.lanes, 0);
    });
  }

  /// The sums over positions j, first <= j < last, of p[j] * v[j, d], for the
  /// elements d of `columns`.
  SmallVector<Value> sumBlock(Value weights, Value group, Value first,
                              Value last, ArrayRef<Column> columns) {
    return b.loop(
        first, last, 1, createZeros(columns), [&](Value j, ValueRange sums) {
          Value p = tensor::ExtractOp::create(b, weights, j);
          if (cache.hasScales())
            p = mul(p, cache.loadValueScale(b, group, j));
          SmallVector<Value> next;
          for (auto [sum, column] : llvm::zip_equal(sums, columns)) {
            Value v = cache.loadValues(b, column.lanes.getDimSize(0), group, j,
                                       b.index(column.first));
            Value same = vector::BroadcastOp::create(b, column.lanes, p);
            next.push_back(b.add(sum, mul(same, v)));
          }
          return next;
        });
  }

  /// y[d] = sum over j of p[j] * v[j, d], several vectors of d side by side.
  /// Sums of kLanes positions are added to the sum of those before, so that
  /// rounding grows with the number of sums, not of positions.
  Value mixRow(Value weights, Value group, Value count, Value target) {
    SmallVector<Column> all = getColumns();
    for (ArrayRef<Column> rest = all; !rest.empty();) {
      ArrayRef<Column> columns = rest.take_front(kBlocksTogether);
      rest = rest.drop_front(columns.size());
      SmallVector<Value> totals =
          b.loop(b.index(0), count, kLanes, createZeros(columns),
                 [&](Value j, ValueRange before) {
                   Value last =
                       arith::MinUIOp::create(b, b.addIndex(j, kLanes), count);
                   SmallVector<Value> next =
                       sumBlock(weights, group, j, last, columns);
                   for (auto [sum, total] : llvm::zip_equal(next, before))
                     sum = b.add(total, sum);
                   return next;
                 });
      for (auto [total, column] : llvm::zip_equal(totals, columns))
        target = b.write(total, target, b.index(column.first));
    }
    return target;
  }

  /// Attends for every (batch, token, head) in parallel. Token t sees `before
  /// + t + 1` positions, or `everything` when that is given.
  Value attend(Value query, Value before, Value everything) {
    SmallVector<OpFoldResult> sizes =
        tensor::getMixedSizes(b, b.getLoc(), query);
    Value init = tensor::EmptyOp::create(b, sizes, f32());
    SmallVector<OpFoldResult> bounds = {sizes[0], sizes[1],
                                        b.getIndexAttr(heads)};
    SmallVector<OpFoldResult> rowSizes = {b.getIndexAttr(1), b.getIndexAttr(1),
                                          b.getIndexAttr(headSize)};
    SmallVector<OpFoldResult> strides(3, b.getIndexAttr(1));
    auto rowType = RankedTensorType::get({headSize}, f32());
    auto forall = scf::ForallOp::create(
        b, bounds, init, std::nullopt,
        [&](OpBuilder &nested, Location, ValueRange args) {
          OpBuilder::InsertionGuard guard(b);
          b.setInsertionPointToEnd(nested.getInsertionBlock());
          Value batch = args[0], token = args[1], head = args[2],
                target = args[3];
          SmallVector<OpFoldResult> offsets = {batch, token,
                                               scaled(b, head, headSize)};
          Value q = tensor::ExtractSliceOp::create(b, rowType, query, offsets,
                                                   rowSizes, strides);
          Value out = tensor::ExtractSliceOp::create(
              b, rowType, target, offsets, rowSizes, strides);
          Value group =
              arith::DivUIOp::create(b, head, b.index(heads / kvHeads));
          group = b.add(scaled(b, batch, kvHeads), group);
          Value count = everything;
          if (!count)
            count = b.addIndex(b.add(before, token), 1);
          Value scores = tensor::EmptyOp::create(
              b, SmallVector<OpFoldResult>{getAsOpFoldResult(capacity)}, f32());
          auto [row, most] = scoreRow(q, group, count, scores);
          Value weights = softmaxRow(row, most, count);
          Value y = mixRow(weights, group, count, out);
          auto inParallel = scf::InParallelOp::create(b);
          b.setInsertionPointToStart(inParallel.getBody());
          tensor::ParallelInsertSliceOp::create(b, y, target, offsets, rowSizes,
                                                strides);
        });
    return forall.getResult(0);
  }
};

struct CachedAttentionLowering : OpConversionPattern<CachedAttentionOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(CachedAttentionOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    KernelBuilder b(op.getLoc(), rewriter);
    auto type = cast<RankedTensorType>(op.getType());
    auto cacheType = cast<MemRefType>(op.getKeyCache().getType());
    int64_t heads = op.getHeads();
    if (cacheType.getDimSize(3) != kLanes)
      return op.emitOpError("needs a cache of keys in blocks of ")
             << kLanes << " positions, but found " << cacheType;
    int64_t context = cacheType.getDimSize(1) * kLanes;
    AttentionKernel kernel{b,
                           type.getShape()[2] / heads,
                           heads,
                           static_cast<int64_t>(op.getKvHeads()),
                           op.getScale().convertToFloat(),
                           op.getProbabilitiesAttr(),
                           {adaptor.getKeyCache(), adaptor.getValueCache(),
                            type.getShape()[2] / heads},
                           b.index(context)};
    kernel.fill(adaptor.getKey(), adaptor.getValue(), adaptor.getPosition());
    rewriter.replaceOp(
        op, kernel.attend(adaptor.getQuery(), adaptor.getPosition(), {}));
    return success();
  }
};

/// Whole-sequence attention lays keys and values out as a cache would.
struct AttentionLowering : OpConversionPattern<AttentionOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(AttentionOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    KernelBuilder b(op.getLoc(), rewriter);
    auto type = cast<RankedTensorType>(op.getType());
    int64_t heads = op.getHeads(), kvHeads = op.getKvHeads();
    int64_t headSize = type.getShape()[2] / heads;

    Value batches = tensor::DimOp::create(b, adaptor.getKey(), 0);
    Value positions = tensor::DimOp::create(b, adaptor.getKey(), 1);
    Value tokens = tensor::DimOp::create(b, adaptor.getQuery(), 1);
    Value groups = arith::MulIOp::create(b, batches, b.index(kvHeads));
    Value blocks = arith::CeilDivUIOp::create(b, positions, b.index(kLanes));
    Value capacity = arith::MulIOp::create(b, blocks, b.index(kLanes));
    constexpr int64_t any = ShapedType::kDynamic;
    Value keys = memref::AllocOp::create(
        b, MemRefType::get({any, any, headSize, kLanes}, b.getF32Type()),
        ValueRange{groups, blocks});
    Value values = memref::AllocOp::create(
        b, MemRefType::get({any, any, headSize}, b.getF32Type()),
        ValueRange{groups, capacity});
    AttentionKernel kernel{b,
                           headSize,
                           heads,
                           kvHeads,
                           op.getScale().convertToFloat(),
                           op.getProbabilitiesAttr(),
                           {keys, values, headSize},
                           capacity};
    kernel.fill(adaptor.getKey(), adaptor.getValue(), b.index(0));
    // With fewer queries than keys the queries are the last ones.
    Value before = arith::SubIOp::create(b, positions, tokens);
    rewriter.replaceOp(op, kernel.attend(adaptor.getQuery(), before,
                                         op.getCausal() ? Value() : positions));
    return success();
  }
};

} // namespace

void ecolm::populateAttentionKernels(const TypeConverter &converter,
                                     RewritePatternSet &patterns) {
  patterns.add<CachedAttentionLowering, AttentionLowering>(
      converter, patterns.getContext());
}

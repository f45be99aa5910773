//===- FloatMatmulKernel.cpp - Products of floats and low-bit matrices ----===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Lowers matmul and group_matmul of f32 rows by matrices of depth 4
// (Support/WeightOrder.h), and by floats in more than 16 lanes. A code becomes
// a float by look-up in a register, and every lane sums one output in
// increasing k, so that the order of additions is that of
// docs/Rationale/FloatOrder.md whatever the number of lanes:
//
//     for tile of inputs
//       words = 64 bytes of 16 outputs each
//       for k in tile
//         w = table[words >> shift of k]         one shift, one look-up
//         sums += x[row, k] * w                  for every row in hand
//
//===----------------------------------------------------------------------===//

#include "GroupScales.h"
#include "TileCodes.h"
#include "TileLoops.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace ecolm;

/// Rows that share decoded weights, as long as there are so many.
static constexpr int64_t kRowsTogether = 4;

/// Vectors of sums for one row: as many as hide the latency of an addition.
static constexpr int64_t kVectorsOfRow = 8;

/// How far ahead of use weights are asked for: 24 times what one iteration
/// reads.
static constexpr int64_t kPrefetchBytes = 12 << 10;

namespace {

/// Emits the product of one matrix.
class FloatMatmulEmitter {
public:
  FloatMatmulEmitter(KernelBuilder &b, RankedTensorType weightType, Value bytes,
                     FloatTarget target)
      : b(b), codes(TileCodes::get(weightType.getElementType())),
        together(cast<PackedAttr>(weightType.getEncoding()).getLanes()),
        outputs(weightType.getDimSize(0)), inputs(weightType.getDimSize(1)),
        paddedInputs(codes.getOrder().getPaddedInputs(inputs)),
        groupSize(paddedInputs), fma(target.fma && codes.areProductsExact) {
    int64_t vectors = together / kLanes;
    loops = {outputs,
             together,
             {{kRowsTogether,
               std::clamp<int64_t>(target.sums / kRowsTogether, 1, vectors)},
              {1, std::min({vectors, target.sums, kVectorsOfRow})}}};
    bytesTogether =
        paddedInputs / codes.getOrder().getNumInputs() * 4 * together;
    auto type =
        MemRefType::get({loops.getNumGroups() * bytesTogether}, b.getI8Type());
    words = memref::ViewOp::create(b, type, bytes, b.index(0), ValueRange());
    lanes = b.lanesOf(b.getF32Type());
    SmallVector<float> values(codes.values.begin(), codes.values.end());
    table = arith::ConstantOp::create(
        b, DenseElementsAttr::get(lanes, ArrayRef<float>(values)));
  }

  /// Makes this the product with scales of groups of `size` inputs.
  void setGroups(const GroupScales &groupScales, int64_t size) {
    scales = &groupScales;
    groupSize = size < inputs ? size : paddedInputs;
  }

  /// x [M, K] f32 times the matrix, [M, N] f32.
  Value emit(Value input) {
    if (scales && scales->hasOffsets())
      groupSums = sumGroups(input);
    x = padRows(b, input, paddedInputs);
    return loops.emit(
        b, x, b.getF32Type(),
        [&](Value group, Value vector, Value row, TileBlock block) {
          return emitBlock(group, vector, row, block);
        });
  }

private:
  /// Sums of the inputs of every group of every row, f32 [M, G].
  Value sumGroups(Value input);

  SmallVector<Value> emitBlock(Value group, Value vector, Value row,
                               TileBlock block);
  /// One group of inputs, from `k` on, of the product with scales.
  SmallVector<Value> addGroup(ValueRange rows, Value k, ValueRange carried,
                              ValueRange firstScales);
  /// The sums of products of inputs from `from` to `to` with `vectors` times 16
  /// outputs, from zero, and the word behind their weights.
  SmallVector<Value> sumProducts(ValueRange rows, int64_t vectors, Value from,
                                 Value to, Value word);
  /// The weights of input `input` of the tile of `tileWords`.
  SmallVector<Value> decode(ValueRange tileWords, int64_t input);

  KernelBuilder &b;
  TileCodes codes;
  TileLoops loops;
  /// Outputs that stand together: the lanes of the layout.
  int64_t together;
  int64_t outputs, inputs, paddedInputs, groupSize, bytesTogether;
  /// Whether to multiply and add in one step. Products that need no rounding
  /// give the same bits so.
  bool fma;
  const GroupScales *scales = nullptr;
  VectorType lanes;
  /// The matrix; the value of every code; the input; sums of its groups.
  Value words, table, x, groupSums;
};

} // namespace

Value FloatMatmulEmitter::sumGroups(Value input) {
  SmallVector<OpFoldResult> sizes = {
      tensor::getMixedSize(b, b.getLoc(), input, 0),
      b.getIndexAttr(scales->getNumGroups())};
  Value init = tensor::EmptyOp::create(b, sizes, b.getF32Type());
  Value end = b.index(inputs);
  auto sumGroup = [&](Value row, Value k, ValueRange carried) {
    Value last = arith::MinUIOp::create(b, b.addIndex(k, groupSize), end);
    auto add = [&](Value i, ValueRange sum) -> SmallVector<Value> {
      Value value = tensor::ExtractOp::create(b, input, ValueRange{row, i});
      return {b.add(sum[0], value)};
    };
    Value sum = b.loop(k, last, 1, b.constant(b.getF32Type(), 0), add)[0];
    Value sums = tensor::InsertOp::create(b, sum, carried[0],
                                          ValueRange{row, carried[1]});
    return SmallVector<Value>{sums, b.addIndex(carried[1], 1)};
  };
  auto sumRow = [&](Value row, ValueRange carried) -> SmallVector<Value> {
    return {b.loop(
        b.index(0), end, groupSize, {carried[0], b.index(0)},
        [&](Value k, ValueRange inner) { return sumGroup(row, k, inner); })[0]};
  };
  Value numRows = tensor::DimOp::create(b, input, 0);
  return b.loop(b.index(0), numRows, 1, init, sumRow)[0];
}

SmallVector<Value> FloatMatmulEmitter::emitBlock(Value group, Value vector,
                                                 Value row, TileBlock block) {
  SmallVector<Value> rows;
  for (int64_t i = 0; i < block.numRows; ++i)
    rows.push_back(b.addIndex(row, i));
  Value word = b.add(arith::MulIOp::create(b, group, b.index(bytesTogether)),
                     arith::MulIOp::create(b, vector, b.index(kTileBytes)));
  Value end = b.index(paddedInputs);
  if (!scales) {
    SmallVector<Value> sums =
        sumProducts(rows, block.numVectors, b.index(0), end, word);
    sums.pop_back();
    for (Value &sum : sums)
      sum = scaleByUnit(b, sum, codes.unit);
    return sums;
  }

  SmallVector<Value> firstScales;
  Value first = arith::MulIOp::create(b, group, b.index(together / kLanes));
  first = b.add(first, vector);
  for (int64_t i = 0; i < block.numVectors; ++i)
    firstScales.push_back(scales->getFirst(b, b.addIndex(first, i)));
  SmallVector<Value> carried(block.numRows * block.numVectors,
                             b.constant(lanes, 0));
  carried.append({word, b.index(0)});
  carried =
      b.loop(b.index(0), end, groupSize, carried, [&](Value k, ValueRange c) {
        return addGroup(rows, k, c, firstScales);
      });
  carried.resize(carried.size() - 2);
  return carried;
}

SmallVector<Value> FloatMatmulEmitter::addGroup(ValueRange rows, Value k,
                                                ValueRange carried,
                                                ValueRange firstScales) {
  Value word = carried.drop_back().back(), group = carried.back();
  Value to = arith::MinUIOp::create(b, b.addIndex(k, groupSize),
                                    b.index(paddedInputs));
  SmallVector<Value> sums = sumProducts(rows, firstScales.size(), k, to, word);
  Value step = arith::MulIOp::create(b, group, b.index(kLanes));
  SmallVector<Value> next;
  for (auto [r, row] : llvm::enumerate(rows)) {
    Value inputSum;
    if (groupSums)
      inputSum =
          tensor::ExtractOp::create(b, groupSums, ValueRange{row, group});
    for (auto [i, first] : llvm::enumerate(firstScales)) {
      size_t place = r * firstScales.size() + i;
      next.push_back(scales->add(b, carried[place], sums[place], codes.unit,
                                 b.add(first, step), inputSum));
    }
  }
  next.append({sums.back(), b.addIndex(group, 1)});
  return next;
}

SmallVector<Value> FloatMatmulEmitter::sumProducts(ValueRange rows,
                                                   int64_t vectors, Value from,
                                                   Value to, Value word) {
  SmallVector<Value> carried(rows.size() * vectors, b.constant(lanes, 0));
  carried.push_back(word);
  auto addTile = [&](Value k, ValueRange c) {
    SmallVector<Value> sums(c.drop_back()), tileWords;
    for (int64_t i = 0; i < vectors; ++i) {
      Value at = b.addIndex(c.back(), i * kTileBytes);
      prefetchAhead(b, words, at, kPrefetchBytes);
      Value bytes =
          b.read(VectorType::get(kTileBytes, b.getI8Type()), words, at);
      tileWords.push_back(
          vector::BitCastOp::create(b, b.lanesOf(b.getI32Type()), bytes));
    }
    for (int64_t input = 0; input < codes.getOrder().getNumInputs(); ++input) {
      SmallVector<Value> weights = decode(tileWords, input);
      for (auto [r, row] : llvm::enumerate(rows)) {
        Value value = tensor::ExtractOp::create(
            b, x, ValueRange{row, b.addIndex(k, input)});
        value = vector::BroadcastOp::create(b, lanes, value);
        for (auto [i, weight] : llvm::enumerate(weights)) {
          Value &sum = sums[r * vectors + i];
          if (fma)
            sum = math::FmaOp::create(b, value, weight, sum);
          else
            sum = b.add(sum, arith::MulFOp::create(b, value, weight));
        }
      }
    }
    sums.push_back(b.addIndex(c.back(), 4 * together));
    return sums;
  };
  return b.loop(from, to, codes.getOrder().getNumInputs(), carried, addTile);
}

SmallVector<Value> FloatMatmulEmitter::decode(ValueRange tileWords,
                                              int64_t input) {
  SmallVector<Value> weights;
  VectorType integers = b.lanesOf(b.getI32Type());
  int64_t shift = codes.getShift(input);
  for (Value word : tileWords) {
    if (codes.bits == 32) {
      weights.push_back(vector::BitCastOp::create(b, lanes, word));
      continue;
    }
    if (codes.bits == 8) {
      // Up to the top and down again with the sign.
      word = arith::ShLIOp::create(b, word, b.integer(integers, 24 - shift));
      word = arith::ShRSIOp::create(b, word, b.integer(integers, 24));
      weights.push_back(arith::SIToFPOp::create(b, lanes, word));
      continue;
    }
    if (shift)
      word = arith::ShRUIOp::create(b, word, b.integer(integers, shift));
    weights.push_back(LookupOp::create(b, lanes, table, word));
  }
  return weights;
}

/// Whether `op`, a product with weights of `type`, is for these kernels.
static bool isFloatTile(RankedTensorType input, RankedTensorType type) {
  auto layout = dyn_cast_or_null<PackedAttr>(type.getEncoding());
  bool isDense = type.getElementType().isF32();
  return layout && input.getElementType().isF32() &&
         (layout.getDepth() == 4 || isDense) &&
         layout.getLanes() >= (isDense ? 2 * kLanes : kLanes);
}

namespace {

struct FloatMatmulLowering : OpConversionPattern<MatmulOp> {
  FloatMatmulLowering(const TypeConverter &converter, MLIRContext *context,
                      FloatTarget target)
      : OpConversionPattern(converter, context, /*benefit=*/2), target(target) {
  }
  LogicalResult
  matchAndRewrite(MatmulOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    RankedTensorType weights = op.getWeights().getType();
    if (!isFloatTile(op.getInput().getType(), weights))
      return rewriter.notifyMatchFailure(op, "no floats by tiles");
    KernelBuilder b(op.getLoc(), rewriter);
    FloatMatmulEmitter emitter(b, weights, adaptor.getWeights(), target);
    rewriter.replaceOp(
        op, mapRowsTogether(b, adaptor.getInput(), op.getType(),
                            [&](Value rows) { return emitter.emit(rows); }));
    return success();
  }
  FloatTarget target;
};

struct FloatGroupMatmulLowering : OpConversionPattern<GroupMatmulOp> {
  FloatGroupMatmulLowering(const TypeConverter &converter, MLIRContext *context,
                           FloatTarget target)
      : OpConversionPattern(converter, context, /*benefit=*/2), target(target) {
  }
  LogicalResult
  matchAndRewrite(GroupMatmulOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    RankedTensorType weights = op.getWeights().getType();
    if (!isFloatTile(op.getInput().getType(), weights))
      return rewriter.notifyMatchFailure(op, "no floats by tiles");
    KernelBuilder b(op.getLoc(), rewriter);
    auto scales =
        GroupScales::create(b, op, adaptor.getScales(), adaptor.getOffsets());
    if (failed(scales))
      return rewriter.notifyMatchFailure(op, "scales are not in 16 lanes");
    FloatMatmulEmitter emitter(b, weights, adaptor.getWeights(), target);
    emitter.setGroups(*scales, op.getGroup());
    rewriter.replaceOp(
        op, mapRowsTogether(b, adaptor.getInput(), op.getType(),
                            [&](Value rows) { return emitter.emit(rows); }));
    return success();
  }
  FloatTarget target;
};

} // namespace

void ecolm::populateFloatMatmulKernel(const TypeConverter &converter,
                                      RewritePatternSet &patterns,
                                      FloatTarget target) {
  patterns.add<FloatMatmulLowering, FloatGroupMatmulLowering>(
      converter, patterns.getContext(), target);
}

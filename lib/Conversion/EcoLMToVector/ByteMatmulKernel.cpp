//===- ByteMatmulKernel.cpp - Products of bytes and low-bit matrices ------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Lowers matmul of bytes by matrices of depth 4 (Support/WeightOrder.h): 16
// outputs at a time, for several rows of the input.
//
// Weights are read once, front to back, a tile of 16 outputs after the other. A
// tile's codes are never negative, so that it is one load, a shift for every
// further code of a byte, and a mask:
//
//     code = weight + offset
//     sum_k weight[n, k] x[k] = sum_k code[n, k] x[k] - offset * sum_k x[k]
//
//===----------------------------------------------------------------------===//

#include "KernelBuilder.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "ecolm/Support/WeightOrder.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace ecolm;

/// Bytes of a tile, which are those of its weights in registers: four of every
/// lane.
static constexpr int64_t kTileBytes = 4 * kLanes;

/// Rows that share an unpacked tile; their sums stay in registers.
static constexpr int64_t kRowsTogether = 8;

/// How far ahead of use weights are asked for. Hardware does not look beyond a
/// page; see docs/Rationale/ByteProducts.md.
static constexpr int64_t kPrefetchBytes = 4096;

namespace {

/// The codes of one element type.
struct CodeFormat {
  int64_t bits, offset;
  /// What turns two's complement into value + offset.
  int64_t flip;

  static CodeFormat get(Type element) {
    if (isa<TernaryType>(element))
      return {2, 1, 0};
    if (element.isSignlessInteger(2))
      return {2, 2, 0xAA};
    return {4, 8, 0x88};
  }
  int64_t getLargest(Type element) const {
    return isa<TernaryType>(element) ? 2 : (1 << bits) - 1;
  }
};

/// Emits the product of one matrix.
class ByteMatmulEmitter {
public:
  ByteMatmulEmitter(KernelBuilder &b, RankedTensorType weightType, Value bytes)
      : b(b), format(CodeFormat::get(weightType.getElementType())),
        bound(format.getLargest(weightType.getElementType())),
        tile{4, 8 / format.bits}, outputs(weightType.getDimSize(0)),
        inputs(weightType.getDimSize(1)),
        paddedInputs(tile.getPaddedInputs(inputs)),
        groupBytes(paddedInputs / tile.getNumInputs() * kTileBytes) {
    groups = llvm::divideCeil(outputs, kLanes);
    auto type = MemRefType::get({groups * groupBytes}, b.getI8Type());
    words = memref::ViewOp::create(b, type, bytes, b.index(0), ValueRange());
    lanes = b.lanesOf(b.getI32Type());
    tileType = VectorType::get(kTileBytes, b.getI8Type());
  }

  /// x [M, K] i8 times the matrix, [M, N] i32.
  Value emit(Value input) {
    Value numRows = tensor::DimOp::create(b, input, 0);
    x = padInputs(input);
    sums = sumRows(numRows);
    SmallVector<OpFoldResult> sizes = {
        tensor::getMixedSize(b, b.getLoc(), input, 0), b.getIndexAttr(outputs)};
    Value init = tensor::EmptyOp::create(b, sizes, b.getI32Type());
    auto forall = scf::ForallOp::create(
        b, ArrayRef<OpFoldResult>{b.getIndexAttr(groups)}, init, std::nullopt,
        [&](OpBuilder &nested, Location, ValueRange args) {
          OpBuilder::InsertionGuard guard(b);
          b.setInsertionPointToEnd(nested.getInsertionBlock());
          emitGroup(args[0], args[1], sizes[0], numRows);
        });
    return forall.getResult(0);
  }

private:
  /// `input` with zeros behind every row up to whole tiles.
  Value padInputs(Value input) {
    if (inputs == paddedInputs)
      return input;
    OpFoldResult rows = tensor::getMixedSize(b, b.getLoc(), input, 0);
    SmallVector<OpFoldResult> sizes = {rows, b.getIndexAttr(paddedInputs)};
    Value zero = b.integer(b.getI8Type(), 0);
    Value padded = tensor::EmptyOp::create(b, sizes, b.getI8Type());
    padded = linalg::FillOp::create(b, zero, padded).getResult(0);
    SmallVector<OpFoldResult> first(2, b.getIndexAttr(0));
    SmallVector<OpFoldResult> step(2, b.getIndexAttr(1));
    return tensor::InsertSliceOp::create(b, input, padded, first,
                                         {rows, b.getIndexAttr(inputs)}, step);
  }

  /// `-offset * sum_k x[m, k]` of every row m, i32.
  Value sumRows(Value numRows) {
    Value init = tensor::EmptyOp::create(
        b, {tensor::getMixedSize(b, b.getLoc(), x, 0)}, b.getI32Type());
    int64_t whole = paddedInputs / kTileBytes * kTileBytes;
    Value ones = b.integer(tileType, 1), zero = b.integer(lanes, 0);
    auto sumRow = [&](Value m, ValueRange carried) -> SmallVector<Value> {
      Value wide = b.loop(b.index(0), b.index(whole), kTileBytes, zero,
                          [&](Value k, ValueRange acc) -> SmallVector<Value> {
                            Value values = readRow(tileType, m, k);
                            return {dot(acc[0], ones, values, /*bound=*/1)};
                          })[0];
      Value sum = b.sumLanes(wide);
      auto addElement = [&](Value k, ValueRange acc) -> SmallVector<Value> {
        Value value = tensor::ExtractOp::create(b, x, ValueRange{m, k});
        value = arith::ExtSIOp::create(b, b.getI32Type(), value);
        return {b.add(acc[0], value)};
      };
      sum =
          b.loop(b.index(whole), b.index(paddedInputs), 1, sum, addElement)[0];
      Value factor = b.integer(b.getI32Type(), -format.offset);
      sum = arith::MulIOp::create(b, sum, factor);
      return {tensor::InsertOp::create(b, sum, carried[0], m)};
    };
    return b.loop(b.index(0), numRows, 1, init, sumRow)[0];
  }

  Value readRow(VectorType type, Value m, Value k) {
    SmallVector<bool> inBounds = {true};
    return vector::TransferReadOp::create(b, type, x, ValueRange{m, k},
                                          b.integer(b.getI8Type(), 0),
                                          ArrayRef<bool>(inBounds));
  }

  Value dot(Value init, ValueRange codes, ValueRange values, int64_t bound) {
    return DotOp::create(b, lanes, init, codes, values,
                         b.getI32IntegerAttr(bound));
  }

  /// The terminator included, the body for the outputs of group `g`.
  void emitGroup(Value g, Value result, OpFoldResult rows, Value numRows) {
    Value firstOutput = arith::MulIOp::create(b, g, b.index(kLanes));
    OpFoldResult width = b.getIndexAttr(kLanes);
    if (outputs % kLanes)
      width = arith::MinUIOp::create(
                  b, b.index(kLanes),
                  arith::SubIOp::create(b, b.index(outputs), firstOutput))
                  .getResult();
    SmallVector<OpFoldResult> offsets = {b.getIndexAttr(0), firstOutput};
    SmallVector<OpFoldResult> sizes = {rows, width};
    SmallVector<OpFoldResult> strides(2, b.getIndexAttr(1));
    Value block =
        tensor::ExtractSliceOp::create(b, result, offsets, sizes, strides);

    start = arith::MulIOp::create(b, g, b.index(groupBytes));
    Value together = b.index(kRowsTogether);
    Value rest = arith::RemUIOp::create(b, numRows, together);
    Value whole = arith::SubIOp::create(b, numRows, rest);
    block = b.loop(b.index(0), whole, kRowsTogether, block,
                   [&](Value m, ValueRange carried) -> SmallVector<Value> {
                     return {emitRows(m, kRowsTogether, carried[0])};
                   })[0];
    block = b.loop(whole, numRows, 1, block,
                   [&](Value m, ValueRange carried) -> SmallVector<Value> {
                     return {emitRows(m, 1, carried[0])};
                   })[0];
    auto inParallel = scf::InParallelOp::create(b);
    b.setInsertionPointToStart(inParallel.getBody());
    tensor::ParallelInsertSliceOp::create(b, block, result, offsets, sizes,
                                          strides);
  }

  /// The outputs of the group for `count` rows from `m` on, written to `block`.
  Value emitRows(Value m, int64_t count, Value block) {
    SmallVector<Value> rows, carried;
    for (int64_t i = 0; i < count; ++i) {
      rows.push_back(b.addIndex(m, i));
      Value sum = tensor::ExtractOp::create(b, sums, rows.back());
      carried.push_back(vector::BroadcastOp::create(b, lanes, sum));
    }
    carried.push_back(start);
    auto addTile = [&](Value k, ValueRange acc) {
      Value word = acc.back();
      SmallVector<Value> codes = unpackTile(word), next;
      for (auto [row, sum] : llvm::zip(rows, acc.drop_back()))
        next.push_back(addProducts(sum, codes, row, k, count == 1));
      next.push_back(b.addIndex(word, kTileBytes));
      return next;
    };
    SmallVector<Value> results = b.loop(b.index(0), b.index(paddedInputs),
                                        tile.getNumInputs(), carried, addTile);
    for (auto [row, sum] : llvm::zip(rows, results)) {
      SmallVector<bool> inBounds = {outputs % kLanes == 0};
      block = vector::TransferWriteOp::create(b, sum, block,
                                              ValueRange{row, b.index(0)},
                                              ArrayRef<bool>(inBounds))
                  .getResult();
    }
    return block;
  }

  /// The codes of the tile at `word`, 4 neighbouring inputs for each of the
  /// codes that share a byte.
  SmallVector<Value> unpackTile(Value word) {
    Value ahead =
        arith::MinUIOp::create(b, b.addIndex(word, kPrefetchBytes),
                               b.index(groups * groupBytes - kTileBytes));
    memref::PrefetchOp::create(b, words, ahead, /*isWrite=*/false,
                               /*localityHint=*/3, /*isDataCache=*/true);
    Value bytes = b.read(tileType, words, word);
    if (format.flip)
      bytes = arith::XOrIOp::create(b, bytes, b.integer(tileType, format.flip));
    // Vectors have no shifts of bytes; the mask takes away what comes from the
    // neighbour.
    auto pairs = VectorType::get(kTileBytes / 2, b.getI16Type());
    Value wide = vector::BitCastOp::create(b, pairs, bytes);
    Value mask = b.integer(tileType, (1 << format.bits) - 1);
    SmallVector<Value> codes;
    for (int64_t bit = 0; bit < 8; bit += format.bits) {
      Value shifted = wide;
      if (bit)
        shifted = arith::ShRUIOp::create(b, wide, b.integer(pairs, bit));
      shifted = vector::BitCastOp::create(b, tileType, shifted);
      codes.push_back(arith::AndIOp::create(b, shifted, mask));
    }
    return codes;
  }

  /// `sum` plus the products of a tile with the inputs of `row` from `k` on. A
  /// single row would wait for its own sum: its tiles are summed on their own.
  Value addProducts(Value sum, ValueRange codes, Value row, Value k,
                    bool isSingle) {
    SmallVector<Value> values;
    auto four = VectorType::get(4, b.getI8Type());
    auto one = VectorType::get(1, b.getI32Type());
    for (size_t i = 0; i < codes.size(); ++i) {
      Value value = readRow(four, row, b.addIndex(k, 4 * i));
      value = vector::BitCastOp::create(b, one, value);
      value = vector::BroadcastOp::create(
          b, lanes, vector::ExtractOp::create(b, value, ArrayRef<int64_t>{0}));
      values.push_back(vector::BitCastOp::create(b, tileType, value));
    }
    if (!isSingle)
      return dot(sum, codes, values, bound);
    return b.add(sum, dot(b.integer(lanes, 0), codes, values, bound));
  }

  KernelBuilder &b;
  CodeFormat format;
  int64_t bound;
  TileOrder tile;
  int64_t outputs, inputs, paddedInputs, groupBytes, groups;
  VectorType lanes, tileType;
  /// The matrix; the first byte of the group in hand; the input; its sums.
  Value words, start, x, sums;
};

/// The rows of `result` in the leading dimensions of `type`.
Value expandRows(KernelBuilder &b, Value result, RankedTensorType type,
                 ArrayRef<ReassociationIndices> grouping,
                 ArrayRef<OpFoldResult> sizes) {
  if (type.getNumDynamicDims() <= 1)
    return tensor::ExpandShapeOp::create(b, type, result, grouping, sizes);
  // MLIR 22 does not expand a buffer's dimension into two unknown ones.
  SmallVector<Value> shape;
  for (OpFoldResult size : sizes)
    shape.push_back(getValueOrCreateConstantIndexOp(b, b.getLoc(), size));
  Value sizesTensor = tensor::FromElementsOp::create(b, shape);
  return tensor::ReshapeOp::create(b, type, result, sizesTensor);
}

struct ByteMatmulLowering : OpConversionPattern<MatmulOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(MatmulOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    RankedTensorType weightType = op.getWeights().getType();
    auto layout = dyn_cast_or_null<PackedAttr>(weightType.getEncoding());
    if (!op.isByteProduct() || !layout || layout.getDepth() != 4 ||
        layout.getLanes() != kLanes)
      return rewriter.notifyMatchFailure(op, "weights are not of depth 4");
    KernelBuilder b(op.getLoc(), rewriter);
    // All leading dimensions are rows.
    RankedTensorType type = op.getType();
    int64_t rank = type.getRank();
    SmallVector<ReassociationIndices> grouping = {{}, {rank - 1}};
    for (int64_t d = 0; d + 1 < rank; ++d)
      grouping[0].push_back(d);
    Value input = adaptor.getInput();
    SmallVector<OpFoldResult> sizes =
        tensor::getMixedSizes(b, b.getLoc(), input);
    sizes.back() = b.getIndexAttr(type.getShape().back());
    if (rank == 1) {
      grouping = {{0, 1}};
      auto asRow =
          RankedTensorType::get({1, weightType.getDimSize(1)}, b.getI8Type());
      input = tensor::ExpandShapeOp::create(b, asRow, input, grouping);
    } else if (rank > 2) {
      input = tensor::CollapseShapeOp::create(b, input, grouping);
    }
    ByteMatmulEmitter emitter(b, weightType, adaptor.getWeights());
    Value result = emitter.emit(input);
    if (rank == 1)
      result = tensor::CollapseShapeOp::create(b, type, result, grouping);
    else if (rank > 2)
      result = expandRows(b, result, type, grouping, sizes);
    rewriter.replaceOp(op, result);
    return success();
  }
};

} // namespace

void ecolm::populateByteMatmulKernel(const TypeConverter &converter,
                                     RewritePatternSet &patterns) {
  patterns.add<ByteMatmulLowering>(converter, patterns.getContext(),
                                   /*benefit=*/2);
}

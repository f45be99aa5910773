//===- TileLoops.cpp - Loops of kernels that take all rows ----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Implements the loops that kernels of tiles share.
//
//===----------------------------------------------------------------------===//

#include "TileLoops.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace ecolm;

/// `result`, a matrix, in the dimensions of `type`.
static Value expandRows(KernelBuilder &b, Value result, RankedTensorType type,
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

Value ecolm::mapRowsTogether(KernelBuilder &b, Value input,
                             RankedTensorType type,
                             function_ref<Value(Value)> body) {
  int64_t rank = type.getRank();
  if (rank == 2)
    return body(input);
  auto inputType = cast<RankedTensorType>(input.getType());
  if (rank == 1) {
    SmallVector<ReassociationIndices> grouping = {{0, 1}};
    auto asRow = RankedTensorType::get({1, inputType.getDimSize(0)},
                                       inputType.getElementType());
    Value row = tensor::ExpandShapeOp::create(b, asRow, input, grouping);
    return tensor::CollapseShapeOp::create(b, type, body(row), grouping);
  }
  SmallVector<ReassociationIndices> grouping = {{}, {rank - 1}};
  for (int64_t d = 0; d + 1 < rank; ++d)
    grouping[0].push_back(d);
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, b.getLoc(), input);
  sizes.back() = b.getIndexAttr(type.getShape().back());
  Value rows = tensor::CollapseShapeOp::create(b, input, grouping);
  return expandRows(b, body(rows), type, grouping, sizes);
}

Value ecolm::padRows(KernelBuilder &b, Value rows, int64_t length) {
  auto type = cast<RankedTensorType>(rows.getType());
  int64_t given = type.getDimSize(1);
  if (given == length)
    return rows;
  OpFoldResult count = tensor::getMixedSize(b, b.getLoc(), rows, 0);
  SmallVector<OpFoldResult> sizes = {count, b.getIndexAttr(length)};
  Value zero = b.constant(type.getElementType(), 0);
  Value padded = tensor::EmptyOp::create(b, sizes, type.getElementType());
  padded = linalg::FillOp::create(b, zero, padded).getResult(0);
  SmallVector<OpFoldResult> first(2, b.getIndexAttr(0));
  SmallVector<OpFoldResult> step(2, b.getIndexAttr(1));
  return tensor::InsertSliceOp::create(b, rows, padded, first,
                                       {count, b.getIndexAttr(given)}, step);
}

void ecolm::prefetchAhead(KernelBuilder &b, Value words, Value at,
                          int64_t distance) {
  int64_t bytes = cast<MemRefType>(words.getType()).getDimSize(0);
  Value ahead =
      arith::MinUIOp::create(b, b.addIndex(at, distance), b.index(bytes - 1));
  memref::PrefetchOp::create(b, words, ahead, /*isWrite=*/false,
                             /*localityHint=*/3, /*isDataCache=*/true);
}

/// `target` with `sums`, as a body returns them, from `row` and column `column`
/// on.
static Value writeBlock(KernelBuilder &b, ValueRange sums, Value target,
                        Value row, Value column, TileBlock block, bool isFull) {
  for (auto [i, sum] : llvm::enumerate(sums)) {
    SmallVector<bool> inBounds = {isFull};
    SmallVector<Value> at = {b.addIndex(row, i / block.numVectors),
                             b.addIndex(column, i % block.numVectors * kLanes)};
    target = vector::TransferWriteOp::create(b, sum, target, at,
                                             ArrayRef<bool>(inBounds))
                 .getResult();
  }
  return target;
}

Value TileLoops::emit(KernelBuilder &b, Value input, Type element,
                      Body body) const {
  OpFoldResult rows = tensor::getMixedSize(b, b.getLoc(), input, 0);
  Value numRows = tensor::DimOp::create(b, input, 0);
  bool isFull = outputs % outputsTogether == 0;

  auto emitGroup = [&](Value group, Value result) {
    Value first = arith::MulIOp::create(b, group, b.index(outputsTogether));
    OpFoldResult width = b.getIndexAttr(outputsTogether);
    if (!isFull)
      width = arith::MinUIOp::create(
                  b, b.index(outputsTogether),
                  arith::SubIOp::create(b, b.index(outputs), first))
                  .getResult();
    SmallVector<OpFoldResult> offsets = {b.getIndexAttr(0), first};
    SmallVector<OpFoldResult> sizes = {rows, width};
    SmallVector<OpFoldResult> strides(2, b.getIndexAttr(1));
    Value target =
        tensor::ExtractSliceOp::create(b, result, offsets, sizes, strides);
    auto loopOverBlocks = [&](Value from, Value to, TileBlock block) {
      auto emitBlock = [&](Value row, Value vector, Value written) {
        Value column = arith::MulIOp::create(b, vector, b.index(kLanes));
        return writeBlock(b, body(group, vector, row, block), written, row,
                          column, block, isFull);
      };
      auto emitRows = [&](Value row, ValueRange written) {
        return b.loop(b.index(0), b.index(outputsTogether / kLanes),
                      block.numVectors, written,
                      [&](Value vector, ValueRange c) -> SmallVector<Value> {
                        return {emitBlock(row, vector, c[0])};
                      });
      };
      target = b.loop(from, to, block.numRows, target, emitRows)[0];
    };
    Value done = b.index(0);
    for (TileBlock block : blocks) {
      Value left = arith::SubIOp::create(b, numRows, done);
      Value rest = arith::RemUIOp::create(b, left, b.index(block.numRows));
      Value end = arith::SubIOp::create(b, numRows, rest);
      loopOverBlocks(done, end, block);
      done = end;
    }
    auto inParallel = scf::InParallelOp::create(b);
    b.setInsertionPointToStart(inParallel.getBody());
    tensor::ParallelInsertSliceOp::create(b, target, result, offsets, sizes,
                                          strides);
  };

  SmallVector<OpFoldResult> sizes = {rows, b.getIndexAttr(outputs)};
  Value init = tensor::EmptyOp::create(b, sizes, element);
  SmallVector<OpFoldResult> bounds = {b.getIndexAttr(getNumGroups())};
  auto forall = scf::ForallOp::create(
      b, bounds, init, std::nullopt,
      [&](OpBuilder &nested, Location, ValueRange args) {
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPointToEnd(nested.getInsertionBlock());
        emitGroup(args[0], args[1]);
      });
  return forall.getResult(0);
}

//===- LowerLookups.cpp - Instructions for look-ups -----------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Chooses what computes ecolm.lookup on a target.
//
//===----------------------------------------------------------------------===//

#include "Intrinsics.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "ecolm/Target/CPU/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace ecolm {
#define GEN_PASS_DEF_LOWERLOOKUPS
#include "ecolm/Target/CPU/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

/// Elements `first` to `first + count` of `table`, over and over, `size` in
/// all.
static Value repeat(ImplicitLocOpBuilder &b, Value table, int64_t first,
                    int64_t count, int64_t size) {
  SmallVector<int64_t> places;
  for (int64_t i = 0; i < size; ++i)
    places.push_back(first + i % count);
  return vector::ShuffleOp::create(b, table, table, places);
}

/// Look-ups of 16 bytes by TBL, which gives 0 for indices beyond its table.
static Value lowerToTBL(ImplicitLocOpBuilder &b, VectorType type, Value table,
                        Value indices) {
  auto indexType = cast<VectorType>(indices.getType());
  auto bytes = VectorType::get(16, b.getI8Type());
  indices = arith::AndIOp::create(b, indices, getSplat(b, indexType, 15));
  if (type == bytes)
    return callIntrinsic(b, "llvm.aarch64.neon.tbl1", type, {table, indices});
  // Floats are four bytes each, in a table of 64.
  indices =
      arith::MulIOp::create(b, indices, getSplat(b, indexType, 0x04040404));
  indices =
      arith::AddIOp::create(b, indices, getSplat(b, indexType, 0x03020100));
  SmallVector<Value> operands;
  for (int64_t first = 0; first < 16; first += 4)
    operands.push_back(
        vector::BitCastOp::create(b, bytes, repeat(b, table, first, 4, 4)));
  operands.push_back(vector::BitCastOp::create(b, bytes, indices));
  Value found = callIntrinsic(b, "llvm.aarch64.neon.tbl4", bytes, operands);
  return vector::BitCastOp::create(b, type, found);
}

/// Look-ups of one register; `type` is that of the result.
static Value lowerPiece(ImplicitLocOpBuilder &b, VectorType type, Value table,
                        Value indices, Lookups instructions) {
  if (instructions == Lookups::NEON)
    return lowerToTBL(b, type, table, indices);
  auto indexType = cast<VectorType>(indices.getType());
  bool wide = instructions >= Lookups::AVX512;
  if (cast<VectorType>(table.getType()).getNumElements() == 256) {
    // VPERMI2B chooses among 128 bytes; the eighth bit chooses the half.
    auto lookUpHalf = [&](int64_t first) {
      return callIntrinsic(b, "llvm.x86.avx512.vpermi2var.qi.512", type,
                           {repeat(b, table, first, 64, 64), indices,
                            repeat(b, table, first + 64, 64, 64)});
    };
    Value isUpper = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, indices,
                                          getSplat(b, indexType, 0));
    return arith::SelectOp::create(b, isUpper, lookUpHalf(128), lookUpHalf(0));
  }
  if (type.getElementType().isInteger(8)) {
    // VPSHUFB has a table for every 128 bits, and gives 0 for indices with the
    // upper bit set.
    indices = arith::AndIOp::create(b, indices, getSplat(b, indexType, 15));
    return callIntrinsic(
        b, wide ? "llvm.x86.avx512.pshuf.b.512" : "llvm.x86.avx2.pshuf.b", type,
        {repeat(b, table, 0, 16, type.getNumElements()), indices});
  }
  if (wide)
    return callIntrinsic(b, "llvm.x86.avx512.permvar.sf.512", type,
                         {table, indices});
  auto lookUpHalf = [&](int64_t first) {
    return callIntrinsic(b, "llvm.x86.avx2.permps", type,
                         {repeat(b, table, first, 8, 8), indices});
  };
  // A blend looks at the highest bit. As a comparison LLVM would make two
  // instructions of it.
  Value sign =
      arith::ShLIOp::create(b, indices, getSplat(b, indexType, 32 - 4));
  sign = vector::BitCastOp::create(b, type, sign);
  return callIntrinsic(b, "llvm.x86.avx.blendv.ps.256", type,
                       {lookUpHalf(0), lookUpHalf(8), sign});
}

/// Selects among `count` elements of the table from `first` on, by as many bits
/// of the indices as that takes.
static Value select(ImplicitLocOpBuilder &b, VectorType type, Value table,
                    Value indices, int64_t first, int64_t count) {
  if (count == 1) {
    Value element = vector::ExtractOp::create(b, table, first);
    return vector::BroadcastOp::create(b, type, element);
  }
  auto indexType = cast<VectorType>(indices.getType());
  int64_t half = count / 2;
  Value bit = arith::AndIOp::create(b, indices, getSplat(b, indexType, half));
  Value isUpper = arith::CmpIOp::create(b, arith::CmpIPredicate::ne, bit,
                                        getSplat(b, indexType, 0));
  Value upper = select(b, type, table, indices, first + half, half);
  Value lower = select(b, type, table, indices, first, half);
  return arith::SelectOp::create(b, isUpper, upper, lower);
}

static void lower(LookupOp op, Lookups instructions) {
  ImplicitLocOpBuilder b(op.getLoc(), op);
  VectorType type = op.getType();
  int64_t size = type.getNumElements();
  int64_t tableSize = op.getTable().getType().getNumElements();
  if (tableSize == 256 && instructions != Lookups::AVX512VBMI)
    instructions = Lookups::None;
  int64_t bits = instructions >= Lookups::AVX512 ? 512
                 : instructions == Lookups::AVX2 ? 256
                                                 : 128;
  int64_t lanes = bits / type.getElementTypeBitWidth();
  Value result;
  if (instructions == Lookups::None || size % lanes) {
    result = select(b, type, op.getTable(), op.getIndices(), 0, tableSize);
  } else if (size == lanes) {
    result = lowerPiece(b, type, op.getTable(), op.getIndices(), instructions);
  } else {
    result = getSplat(b, op.getIndices().getType(), 0);
    if (type != result.getType())
      result = vector::BitCastOp::create(b, type, result);
    auto piece = VectorType::get(lanes, type.getElementType());
    for (int64_t first = 0; first < size; first += lanes) {
      Value indices = vector::ExtractStridedSliceOp::create(
          b, op.getIndices(), ArrayRef<int64_t>{first},
          ArrayRef<int64_t>{lanes}, ArrayRef<int64_t>{1});
      Value found = lowerPiece(b, piece, op.getTable(), indices, instructions);
      result = vector::InsertStridedSliceOp::create(
          b, found, result, ArrayRef<int64_t>{first}, ArrayRef<int64_t>{1});
    }
  }
  op.replaceAllUsesWith(result);
  op.erase();
}

namespace {
struct LowerLookupsPass final
    : ecolm::impl::LowerLookupsBase<LowerLookupsPass> {
  using Base::Base;

  void runOnOperation() override {
    getOperation()->walk([&](LookupOp op) { lower(op, instructions); });
  }
};
} // namespace

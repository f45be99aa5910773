//===- LowerMasks.cpp - Masks from the bits of a word ---------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Bits become lanes by a comparison of the whole word with the bit of each
// lane: where masks are vectors, LLVM would take a word apart bit by bit.
//
//===----------------------------------------------------------------------===//

#include "Intrinsics.h"
#include "ecolm/Target/CPU/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"

namespace ecolm {
#define GEN_PASS_DEF_LOWERMASKS
#include "ecolm/Target/CPU/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

/// The number of lanes of a mask that is the bits of one word, or 0.
static int64_t getNumLanes(vector::BitCastOp op) {
  bool isMask = op.getResultVectorType().getElementType().isInteger(1);
  return isMask && op.getSourceVectorType().getNumElements() == 1
             ? op.getResultVectorType().getNumElements()
             : 0;
}

/// Bits of the elements that `mask` chooses among, at most 32.
static unsigned getChosenWidth(Value mask) {
  for (Operation *user : mask.getUsers())
    if (auto select = dyn_cast<arith::SelectOp>(user))
      return std::min(
          32u, getElementTypeOrSelf(select.getType()).getIntOrFloatBitWidth());
  return 32;
}

/// The word in every lane; of a word of more bits than a lane, that part of it
/// in which the lane's bit is.
static Value spread(ImplicitLocOpBuilder &b, Value word, VectorType type) {
  int64_t lanes = type.getNumElements();
  int64_t width = type.getElementTypeBitWidth();
  if (lanes <= width) {
    Value bits = vector::ExtractOp::create(b, word, int64_t(0));
    if (lanes < width)
      bits = arith::ExtUIOp::create(b, type.getElementType(), bits);
    return vector::BroadcastOp::create(b, type, bits);
  }
  word = vector::BitCastOp::create(
      b, VectorType::get(lanes / width, type.getElementType()), word);
  SmallVector<int64_t> places;
  for (int64_t lane = 0; lane < lanes; ++lane)
    places.push_back(lane / width);
  return vector::ShuffleOp::create(b, word, word, places);
}

static void lower(vector::BitCastOp op, int64_t lanes) {
  ImplicitLocOpBuilder b(op.getLoc(), op);
  unsigned width = getChosenWidth(op.getResult());
  auto type = VectorType::get(lanes, b.getIntegerType(width));
  SmallVector<APInt> bits;
  for (int64_t lane = 0; lane < lanes; ++lane)
    bits.push_back(APInt::getOneBitSet(width, lane % width));
  Value own = arith::ConstantOp::create(b, DenseElementsAttr::get(type, bits));
  Value found = arith::AndIOp::create(b, spread(b, op.getSource(), type), own);
  Value mask = arith::CmpIOp::create(b, arith::CmpIPredicate::ne, found,
                                     getSplat(b, type, 0));
  op.replaceAllUsesWith(mask);
  op.erase();
}

namespace {
struct LowerMasksPass final : ecolm::impl::LowerMasksBase<LowerMasksPass> {
  using Base::Base;

  void runOnOperation() override {
    getOperation()->walk([](vector::BitCastOp op) {
      if (int64_t lanes = getNumLanes(op))
        lower(op, lanes);
    });
  }
};
} // namespace

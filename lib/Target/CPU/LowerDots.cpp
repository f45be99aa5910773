//===- LowerDots.cpp - Instructions for products of bytes -----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Chooses what computes ecolm.dot on a target.
//
//===----------------------------------------------------------------------===//

#include "Intrinsics.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "ecolm/Target/CPU/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace ecolm {
#define GEN_PASS_DEF_LOWERDOTS
#include "ecolm/Target/CPU/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

static VectorType getVector(ImplicitLocOpBuilder &b, int64_t size,
                            unsigned width) {
  return VectorType::get(size, b.getIntegerType(width));
}

namespace {
/// One term of a dot, or a piece of it.
struct Term {
  Value codes, values;
};
} // namespace

/// init + the terms, on 16 lanes, by VPDPBUSD.
static Value lowerToVNNI(ImplicitLocOpBuilder &b, Value init,
                         ArrayRef<Term> terms) {
  for (Term term : terms)
    init = callIntrinsic(b, "llvm.x86.avx512.vpdpbusd.512", init.getType(),
                         {init, term.codes, term.values});
  return init;
}

/// init + the terms, on 8 lanes. VPMADDUBSW gives sums of two products in 16
/// bits; as many as the bound allows are added there before VPMADDWD by ones
/// makes sums of four in 32 bits.
static Value lowerToAVX2(ImplicitLocOpBuilder &b, Value init,
                         ArrayRef<Term> terms, int64_t bound) {
  constexpr int64_t kLargestSum = 32767, kLargestValue = 128;
  int64_t together = kLargestSum / (2 * bound * kLargestValue);
  VectorType pairs = getVector(b, 16, 16);
  Value ones = getSplat(b, pairs, 1);
  for (; !terms.empty();
       terms = terms.drop_front(std::min<int64_t>(together, terms.size()))) {
    Value sum;
    for (Term term : terms.take_front(together)) {
      Value products = callIntrinsic(b, "llvm.x86.avx2.pmadd.ub.sw", pairs,
                                     {term.codes, term.values});
      sum =
          sum ? arith::AddIOp::create(b, sum, products).getResult() : products;
    }
    Value wide =
        callIntrinsic(b, "llvm.x86.avx2.pmadd.wd", init.getType(), {sum, ones});
    init = arith::AddIOp::create(b, init, wide);
  }
  return init;
}

/// init + the terms, on any number of lanes. A lane of 32 bits holds the bytes
/// 3 2 1 0; shifts up and down take one of them to 32 bits.
static Value lowerToWider(ImplicitLocOpBuilder &b, Value init,
                          ArrayRef<Term> terms) {
  auto type = cast<VectorType>(init.getType());
  for (Term term : terms) {
    Value codes = vector::BitCastOp::create(b, type, term.codes);
    Value values = vector::BitCastOp::create(b, type, term.values);
    Value down = getSplat(b, type, 24);
    for (int64_t byte = 0; byte < 4; ++byte) {
      Value up = getSplat(b, type, 24 - 8 * byte);
      Value code = arith::ShLIOp::create(b, codes, up);
      code = arith::ShRUIOp::create(b, code, down);
      Value value = arith::ShLIOp::create(b, values, up);
      value = arith::ShRSIOp::create(b, value, down);
      Value product = arith::MulIOp::create(b, code, value);
      init = arith::AddIOp::create(b, init, product);
    }
  }
  return init;
}

/// Lanes that the instructions have; 0 for any number.
static int64_t getNumLanes(ByteProducts instructions) {
  switch (instructions) {
  case ByteProducts::VNNI:
    return 16;
  case ByteProducts::AVX2:
    return 8;
  default:
    return 0;
  }
}

static Value lowerPiece(ImplicitLocOpBuilder &b, Value init,
                        ArrayRef<Term> terms, int64_t bound,
                        ByteProducts instructions) {
  if (instructions == ByteProducts::VNNI)
    return lowerToVNNI(b, init, terms);
  // VPMADDUBSW saturates: two products have to fit.
  if (instructions == ByteProducts::AVX2 && bound <= 127)
    return lowerToAVX2(b, init, terms, bound);
  return lowerToWider(b, init, terms);
}

/// Lowers `op` in pieces of the instructions' length.
static void lower(DotOp op, ByteProducts instructions) {
  ImplicitLocOpBuilder b(op.getLoc(), op);
  int64_t size = op.getType().getNumElements();
  int64_t lanes = getNumLanes(instructions);
  if (lanes == 0 || size % lanes) {
    lanes = size;
    instructions = ByteProducts::Widened;
  }
  auto slice = [&](Value value, int64_t first, int64_t count) -> Value {
    if (lanes == size)
      return value;
    return vector::ExtractStridedSliceOp::create(
        b, value, ArrayRef<int64_t>{first}, ArrayRef<int64_t>{count},
        ArrayRef<int64_t>{1});
  };
  Value result = op.getInit();
  for (int64_t first = 0; first < size; first += lanes) {
    SmallVector<Term> terms;
    for (auto [codes, values] : llvm::zip_equal(op.getCodes(), op.getValues()))
      terms.push_back({slice(codes, 4 * first, 4 * lanes),
                       slice(values, 4 * first, 4 * lanes)});
    Value sums = lowerPiece(b, slice(op.getInit(), first, lanes), terms,
                            op.getBound(), instructions);
    result = lanes == size ? sums
                           : vector::InsertStridedSliceOp::create(
                                 b, sums, result, ArrayRef<int64_t>{first},
                                 ArrayRef<int64_t>{1})
                                 .getResult();
  }
  op.replaceAllUsesWith(result);
  op.erase();
}

namespace {
struct LowerDotsPass final : ecolm::impl::LowerDotsBase<LowerDotsPass> {
  using Base::Base;

  void runOnOperation() override {
    getOperation()->walk([&](DotOp op) { lower(op, instructions); });
  }
};
} // namespace

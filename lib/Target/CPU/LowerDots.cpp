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

/// init + the terms, of which `sum` adds as many as it may in 16 bits, each
/// with its neighbour, before it makes words of what it has.
static Value sumInHalves(ImplicitLocOpBuilder &b, Value init,
                         ArrayRef<Term> terms, int64_t bound,
                         llvm::function_ref<Value(ArrayRef<Term>)> sum) {
  constexpr int64_t kLargestSum = 32767, kLargestValue = 128;
  size_t together = kLargestSum / (2 * bound * kLargestValue);
  while (!terms.empty()) {
    init = arith::AddIOp::create(b, init, sum(terms.take_front(together)));
    terms = terms.drop_front(std::min(together, terms.size()));
  }
  return init;
}

/// The sum of what `multiply` makes of every term.
static Value sumOver(ImplicitLocOpBuilder &b, ArrayRef<Term> terms,
                     llvm::function_ref<Value(Term)> multiply) {
  Value sum;
  for (Term term : terms) {
    Value product = multiply(term);
    sum = sum ? arith::AddIOp::create(b, sum, product).getResult() : product;
  }
  return sum;
}

/// init + the terms, on 8 lanes, by VPMADDUBSW, and VPMADDWD by ones.
static Value lowerToAVX2(ImplicitLocOpBuilder &b, Value init,
                         ArrayRef<Term> terms, int64_t bound) {
  VectorType pairs = getVector(b, 16, 16);
  return sumInHalves(b, init, terms, bound, [&](ArrayRef<Term> some) {
    Value sum = sumOver(b, some, [&](Term term) {
      return callIntrinsic(b, "llvm.x86.avx2.pmadd.ub.sw", pairs,
                           {term.codes, term.values});
    });
    return callIntrinsic(b, "llvm.x86.avx2.pmadd.wd", init.getType(),
                         {sum, getSplat(b, pairs, 1)});
  });
}

/// The codes less 128, as signed bytes.
static Value takeOff128(ImplicitLocOpBuilder &b, Value codes) {
  return arith::XOrIOp::create(
      b, codes, getSplat(b, cast<VectorType>(codes.getType()), -128));
}

/// init + 128 times the values of the terms, summed by `sumValues`.
static Value add128Times(ImplicitLocOpBuilder &b, Value init,
                         ArrayRef<Term> terms,
                         llvm::function_ref<Value(Value)> sumValues) {
  auto type = cast<VectorType>(init.getType());
  for (Term term : terms) {
    Value times =
        arith::ShLIOp::create(b, sumValues(term.values), getSplat(b, type, 7));
    init = arith::AddIOp::create(b, init, times);
  }
  return init;
}

/// init + the terms, on 4 lanes, by SDOT, whose codes have a sign.
static Value lowerToSDOT(ImplicitLocOpBuilder &b, Value init,
                         ArrayRef<Term> terms, int64_t bound) {
  auto type = cast<VectorType>(init.getType());
  auto dot = [&](Value sum, Value codes, Value values) {
    return callIntrinsic(b, "llvm.aarch64.neon.sdot", type,
                         {sum, codes, values});
  };
  bool fits = bound <= 127;
  for (Term term : terms)
    init =
        dot(init, fits ? term.codes : takeOff128(b, term.codes), term.values);
  if (fits)
    return init;
  return add128Times(b, init, terms, [&](Value values) {
    Value ones = getSplat(b, cast<VectorType>(values.getType()), 1);
    return dot(getSplat(b, type, 0), ones, values);
  });
}

/// init + the terms, on 4 lanes, by USDOT.
static Value lowerToUSDOT(ImplicitLocOpBuilder &b, Value init,
                          ArrayRef<Term> terms) {
  for (Term term : terms)
    init = callIntrinsic(b, "llvm.aarch64.neon.usdot", init.getType(),
                         {init, term.codes, term.values});
  return init;
}

/// init + the terms, on 4 lanes, by SMLAL of 8 bytes each, ADDP and SADALP.
static Value lowerToNEON(ImplicitLocOpBuilder &b, Value init,
                         ArrayRef<Term> terms, int64_t bound) {
  Type lanes = init.getType(), halves = getVector(b, 8, 16);
  auto multiply = [&](Term term, int64_t first) {
    auto take = [&](Value bytes) -> Value {
      return vector::ExtractStridedSliceOp::create(
          b, bytes, ArrayRef<int64_t>{first}, ArrayRef<int64_t>{8},
          ArrayRef<int64_t>{1});
    };
    return callIntrinsic(b, "llvm.aarch64.neon.smull", halves,
                         {take(term.codes), take(term.values)});
  };
  auto widen = [&](Value sum) {
    return callIntrinsic(b, "llvm.aarch64.neon.saddlp", lanes, {sum});
  };
  if (bound <= 127)
    return sumInHalves(b, init, terms, bound, [&](ArrayRef<Term> some) {
      auto sumFrom = [&](int64_t first) {
        return sumOver(b, some,
                       [&](Term term) { return multiply(term, first); });
      };
      return widen(callIntrinsic(b, "llvm.aarch64.neon.addp", halves,
                                 {sumFrom(0), sumFrom(8)}));
    });
  for (Term term : terms) {
    term.codes = takeOff128(b, term.codes);
    Value sum =
        callIntrinsic(b, "llvm.aarch64.neon.addp", lanes,
                      {widen(multiply(term, 0)), widen(multiply(term, 8))});
    init = arith::AddIOp::create(b, init, sum);
  }
  return add128Times(b, init, terms, [&](Value values) {
    return widen(
        callIntrinsic(b, "llvm.aarch64.neon.saddlp", halves, {values}));
  });
}

/// init + the terms, on any number of lanes, in halves of words: those with the
/// even bytes, and those with the odd.
static Value lowerToHalves(ImplicitLocOpBuilder &b, Value init,
                           ArrayRef<Term> terms, int64_t bound) {
  auto lanes = cast<VectorType>(init.getType());
  VectorType halves = getVector(b, 2 * lanes.getNumElements(), 16);
  auto up = [&](Value value, int64_t bits) -> Value {
    auto type = cast<VectorType>(value.getType());
    return arith::ShLIOp::create(b, value, getSplat(b, type, bits));
  };
  auto down = [&](Value value, int64_t bits) -> Value {
    auto type = cast<VectorType>(value.getType());
    return arith::ShRSIOp::create(b, value, getSplat(b, type, bits));
  };
  auto multiply = [&](Term term) -> Value {
    Value codes = vector::BitCastOp::create(b, halves, term.codes);
    Value values = vector::BitCastOp::create(b, halves, term.values);
    Value even = arith::AndIOp::create(b, codes, getSplat(b, halves, 0xFF));
    Value odd = arith::ShRUIOp::create(b, codes, getSplat(b, halves, 8));
    even = arith::MulIOp::create(b, even, down(up(values, 8), 8));
    odd = arith::MulIOp::create(b, odd, down(values, 8));
    return arith::AddIOp::create(b, even, odd);
  };
  return sumInHalves(b, init, terms, bound, [&](ArrayRef<Term> some) -> Value {
    Value sum = vector::BitCastOp::create(b, lanes, sumOver(b, some, multiply));
    return arith::AddIOp::create(b, down(up(sum, 16), 16), down(sum, 16));
  });
}

/// init + the terms, on any number of lanes. A lane of 32 bits holds the bytes
/// 3 2 1 0; shifts up and down take one of them to 32 bits.
static Value lowerToWords(ImplicitLocOpBuilder &b, Value init,
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
  case ByteProducts::NEON:
  case ByteProducts::SDOT:
  case ByteProducts::USDOT:
    return 4;
  default:
    return 0;
  }
}

static Value lowerPiece(ImplicitLocOpBuilder &b, Value init,
                        ArrayRef<Term> terms, int64_t bound,
                        ByteProducts instructions) {
  // Sums of two products in 16 bits have to fit.
  bool fits = bound <= 127;
  switch (instructions) {
  case ByteProducts::VNNI:
    return lowerToVNNI(b, init, terms);
  case ByteProducts::AVX2:
    return fits ? lowerToAVX2(b, init, terms, bound)
                : lowerToWords(b, init, terms);
  case ByteProducts::NEON:
    return lowerToNEON(b, init, terms, bound);
  case ByteProducts::SDOT:
    return lowerToSDOT(b, init, terms, bound);
  case ByteProducts::USDOT:
    return lowerToUSDOT(b, init, terms);
  case ByteProducts::None:
  case ByteProducts::Widened:
    return fits ? lowerToHalves(b, init, terms, bound)
                : lowerToWords(b, init, terms);
  }
  llvm_unreachable("every instruction is lowered");
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

//===- WeightStream.cpp - Reading packed weights --------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Unpacks weights in registers: bit planes by selection, powers of two by shift
// or exponent, integers by shifts, and multiplies by them.
//
//===----------------------------------------------------------------------===//

#include "WeightStream.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace ecolm;

static FactorShape getFactorShape(RankedTensorType type) {
  ArrayRef<int64_t> s = type.getShape();
  if (s.size() == 2)
    return {1, 1, s[0], s[1], 1};
  if (s.size() == 4)
    return {1, s[0], s[1], s[2], s[3]};
  return {s[0], s[1], s[2], s[3], s[4]};
}

FailureOr<WeightStream> WeightStream::create(KernelBuilder &builder,
                                             RankedTensorType type,
                                             Value bytes) {
  auto layout = dyn_cast_or_null<PackedAttr>(type.getEncoding());
  if (!layout || layout.getDepth() != 1)
    return failure();
  WeightStream stream;
  stream.chunks = layout.getChunks();
  stream.lanes = layout.getLanes();
  bool isWide = layout.getPacking() == Packing::Bitplanes ||
                layout.getPacking() == Packing::Planes3;
  if (stream.lanes != kLanes && !(stream.chunks.isGiven() && isWide))
    return failure();

  stream.shape = getFactorShape(type);
  stream.element = type.getElementType();
  stream.packing = layout.getPacking();
  Type word;
  switch (layout.getPacking()) {
  case Packing::Bitplanes:
    // A bit "is +1" for every lane, then a bit "is -1".
    word = builder.getIntegerType(stream.lanes);
    stream.step = 2;
    break;
  case Packing::Planes3:
    // Of an own run only the bits "is +1".
    word = builder.getIntegerType(stream.lanes);
    stream.step = 1;
    stream.pairStep = 3;
    break;
  case Packing::Bytes:
    word = builder.getI8Type();
    stream.step = kLanes;
    break;
  case Packing::Codes2:
  case Packing::Nibbles:
    if (isa<TernaryType>(stream.element))
      return failure();
    word = builder.getI8Type();
    stream.bits = layout.getPacking() == Packing::Nibbles ? 4 : 2;
    stream.step = kLanes * stream.bits / 8;
    break;
  case Packing::Plain:
    word = stream.element;
    stream.step = kLanes;
    break;
  case Packing::Halves:
  case Packing::Partners:
    // Where every second run is ones that nobody stores, a run takes half.
    word = builder.getI32Type();
    stream.step = kLanes / (stream.hasOnes() ? 4 : 2);
    break;
  case Packing::Floats:
  case Packing::FloatPartners:
    word = builder.getF32Type();
    stream.step = kLanes;
    stream.pairStep = kLanes * (stream.hasOnes() ? 1 : 2);
    break;
  default:
    return failure();
  }
  if (stream.pairStep == 0)
    stream.pairStep = 2 * stream.step;
  int64_t numRuns =
      stream.shape.getNumPackedElements(stream.lanes) / stream.lanes;
  // Of chunks every second run is of partners.
  int64_t numWords = stream.chunks.isGiven() ? numRuns / 2 * stream.pairStep
                                             : numRuns * stream.step;
  auto view = MemRefType::get({numWords}, word);
  stream.words = memref::ViewOp::create(builder, view, bytes, builder.index(0),
                                        ValueRange());
  return stream;
}

// A power is sign * 2^(magnitude - 1 + min), or zero if its magnitude is 0.
// Integer products are in units of 2^min; float products are exact.
Value WeightStream::multiplyPot(KernelBuilder &b, SignedCode code,
                                Value x) const {
  Type type = x.getType();
  Type i32 = code.sign.getType();
  auto pot = cast<PotType>(element);
  Value zero = b.integer(i32, 0), product;
  if (isa<FloatType>(getElementTypeOrSelf(type))) {
    Value biased = arith::AddIOp::create(
        b, code.magnitude, b.integer(i32, pot.getMin() - 1 + 127));
    Value bits = arith::ShLIOp::create(b, biased, b.integer(i32, 23));
    Value signBit =
        arith::AndIOp::create(b, code.sign, b.integer(i32, INT32_MIN));
    bits = arith::OrIOp::create(b, bits, signBit);
    Value power = arith::BitcastOp::create(b, type, bits);
    product = arith::MulFOp::create(b, x, power);
  } else {
    Value one = b.integer(i32, 1);
    Value shift = arith::SubIOp::create(b, code.magnitude, one);
    shift = arith::MaxSIOp::create(b, shift, zero);
    product = arith::ShLIOp::create(b, x, shift);
    product = arith::XOrIOp::create(b, product, code.sign);
    product = arith::SubIOp::create(b, product, code.sign);
  }
  if (!pot.getZero())
    return product;
  Value isZero =
      arith::CmpIOp::create(b, arith::CmpIPredicate::eq, code.magnitude, zero);
  return arith::SelectOp::create(b, isZero, b.constant(type, 0), product);
}

// Two integers of four bits, say, in a byte: each lane takes its byte and moves
// its bits up, then down again with their sign.
//
//   lanes of i8     b0 b0 b1 b1 b2 b2 ...      b = |odd lane|even lane|
//   as i32, << by   28 24 28 24 28 24 ...
//   >> by 28        w0 w1 w2 w3 w4 w5 ...
Value WeightStream::unpackIntegers(KernelBuilder &b, Value at) const {
  int64_t perByte = 8 / bits;
  Type i8 = b.getI8Type();
  Value bytes = b.read(VectorType::get(step, i8), words, at);
  SmallVector<int64_t> byteOfLane;
  SmallVector<int32_t> left;
  for (int64_t lane = 0; lane < kLanes; ++lane) {
    byteOfLane.push_back(lane / perByte);
    left.push_back(32 - bits * (lane % perByte + 1));
  }
  Value spread = vector::ShuffleOp::create(b, bytes, bytes, byteOfLane);
  VectorType type = b.lanesOf(b.getI32Type());
  Value wide = arith::ExtUIOp::create(b, type, spread);
  Value up = arith::ConstantOp::create(
      b, DenseIntElementsAttr::get(type, ArrayRef<int32_t>(left)));
  wide = arith::ShLIOp::create(b, wide, up);
  return arith::ShRSIOp::create(b, wide, b.integer(type, 32 - bits));
}

Value WeightStream::unpackInteger(KernelBuilder &b, Value at,
                                  Value lane) const {
  int64_t perByte = 8 / bits;
  Value shift = b.index(llvm::Log2_64(perByte));
  Value byte = arith::ShRUIOp::create(b, lane, shift);
  byte = memref::LoadOp::create(b, words, ValueRange{b.add(at, byte)});
  byte = arith::ExtUIOp::create(b, b.getI32Type(), byte);
  Value place = arith::AndIOp::create(b, lane, b.index(perByte - 1));
  place = arith::IndexCastOp::create(b, b.getI32Type(), place);
  place = arith::ShLIOp::create(b, place,
                                b.integer(b.getI32Type(), llvm::Log2_64(bits)));
  Value left =
      arith::SubIOp::create(b, b.integer(b.getI32Type(), 32 - bits), place);
  byte = arith::ShLIOp::create(b, byte, left);
  return arith::ShRSIOp::create(b, byte, b.integer(b.getI32Type(), 32 - bits));
}

// A nibble of a power of two is a sign above a magnitude (PotPacking.h), which
// counts from 0 where there is no zero; a byte is their product.
WeightStream::SignedCode WeightStream::splitPot(KernelBuilder &b,
                                                Value code) const {
  Type type = code.getType();
  Value sign = arith::ShRSIOp::create(b, code, b.integer(type, 31));
  if (bits == 8) {
    Value magnitude = arith::XOrIOp::create(b, code, sign);
    return {sign, arith::SubIOp::create(b, magnitude, sign)};
  }
  Value magnitude = arith::AndIOp::create(b, code, b.integer(type, 7));
  if (!cast<PotType>(element).getZero())
    magnitude = b.add(magnitude, b.integer(type, 1));
  return {sign, magnitude};
}

Value WeightStream::load(KernelBuilder &b, Value at) const {
  if (bits < 8)
    return unpackIntegers(b, at);
  auto wordType = cast<MemRefType>(words.getType()).getElementType();
  Value w = b.read(b.lanesOf(wordType), words, at);
  if (isa<FloatType>(wordType) || wordType.isInteger(32))
    return w;
  return arith::ExtSIOp::create(b, b.lanesOf(b.getI32Type()), w);
}

Value WeightStream::loadLane(KernelBuilder &b, Value at, Value lane) const {
  if (bits < 8)
    return unpackInteger(b, at, lane);
  auto wordType = cast<MemRefType>(words.getType()).getElementType();
  Value w = memref::LoadOp::create(b, words, ValueRange{b.add(at, lane)});
  if (isa<FloatType>(wordType) || wordType.isInteger(32))
    return w;
  return arith::ExtSIOp::create(b, b.getI32Type(), w);
}

Value WeightStream::multiplyBy(KernelBuilder &b, Value x, Value w) const {
  if (isa<PotType>(element))
    return multiplyPot(b, splitPot(b, w), x);
  if (!isa<FloatType>(getElementTypeOrSelf(x.getType())))
    return arith::MulIOp::create(b, x, w);
  if (!isa<FloatType>(getElementTypeOrSelf(w.getType())))
    w = arith::SIToFPOp::create(b, x.getType(), w);
  return arith::MulFOp::create(b, x, w);
}

bool WeightStream::hasMasks() const {
  return packing == Packing::Bitplanes || packing == Packing::Planes3;
}

Value WeightStream::loadMask(KernelBuilder &b, Value at) const {
  auto wordType = cast<MemRefType>(words.getType()).getElementType();
  Value bits = b.read(VectorType::get({1}, wordType), words, at);
  return vector::BitCastOp::create(b, VectorType::get(lanes, b.getI1Type()),
                                   bits);
}

std::pair<Value, Value> WeightStream::loadMasks(KernelBuilder &b,
                                                Value at) const {
  Value plus = loadMask(b, at);
  return {plus, loadMask(b, b.addIndex(at, 1))};
}

// The 32 bits of a lane hold two floats without their lower halves.
Value WeightStream::loadHalf(KernelBuilder &b, Value at, int64_t k,
                             bool isPartner) const {
  VectorType type = b.lanesOf(b.getI32Type());
  int64_t pair = hasOnes() ? k / 2 : k;
  Value bits = b.read(type, words, b.addIndex(at, pair * kLanes));
  if (hasOnes() ? k % 2 : isPartner)
    bits = arith::AndIOp::create(b, bits, b.integer(type, -65536));
  else
    bits = arith::ShLIOp::create(b, bits, b.integer(type, 16));
  return vector::BitCastOp::create(b, b.lanesOf(b.getF32Type()), bits);
}

Value WeightStream::addProducts(KernelBuilder &b, Value own, Value partner,
                                Value at, int64_t k, bool hasFMA,
                                bool isPositive) const {
  auto getWeight = [&](bool isPartner) {
    if (hasHalves())
      return loadHalf(b, at, k, isPartner);
    int64_t run = k * pairStep + (isPartner && !hasOnes() ? step : 0);
    return load(b, b.addIndex(at, run));
  };
  // A product that needs no rounding, plus 0, is the product and not -0.
  if (!hasOnes() && hasFMA && hasPowers() && isPositive)
    own = math::FmaOp::create(b, own, getWeight(/*isPartner=*/false),
                              b.constant(own.getType(), 0));
  else if (!hasOnes())
    own = arith::MulFOp::create(b, own, getWeight(/*isPartner=*/false));
  Value weight = getWeight(/*isPartner=*/true);
  if (hasFMA && hasPowers())
    return math::FmaOp::create(b, partner, weight, own);
  return b.add(own, arith::MulFOp::create(b, partner, weight));
}

Value WeightStream::multiply(KernelBuilder &b, Value x, Value at) const {
  if (!hasMasks())
    return multiplyBy(b, x, load(b, at));
  auto [plus, minus] = loadMasks(b, at);
  Value zero = b.constant(x.getType(), 0);
  Value negated = isa<FloatType>(getElementTypeOrSelf(x.getType()))
                      ? Value(arith::NegFOp::create(b, x))
                      : Value(arith::SubIOp::create(b, zero, x));
  Value taken = arith::SelectOp::create(b, plus, x, zero);
  return arith::SelectOp::create(b, minus, negated, taken);
}

Value WeightStream::accumulate(KernelBuilder &b, Value acc, Value x,
                               Value at) const {
  Type type = acc.getType();
  // Floats take one addition, as the definition has it.
  if (!hasMasks() || isa<FloatType>(getElementTypeOrSelf(type)))
    return b.add(acc, multiply(b, x, at));
  auto [plus, minus] = loadMasks(b, at);
  Value zero = b.constant(type, 0);
  Value added = arith::SelectOp::create(b, plus, x, zero);
  Value taken = arith::SelectOp::create(b, minus, x, zero);
  acc = arith::AddIOp::create(b, acc, added);
  return arith::SubIOp::create(b, acc, taken);
}

Value WeightStream::accumulateLane(KernelBuilder &b, Value acc, Value x,
                                   Value at, Value lane) const {
  Type type = acc.getType();
  bool isFloat = isa<FloatType>(type);
  auto wordType = cast<MemRefType>(words.getType()).getElementType();

  if (hasMasks()) {
    Value shift = arith::IndexCastOp::create(b, wordType, lane);
    auto plane = [&](int64_t which) -> Value {
      Value bits =
          memref::LoadOp::create(b, words, ValueRange{b.addIndex(at, which)});
      bits = arith::ShRUIOp::create(b, bits, shift);
      return arith::TruncIOp::create(b, b.getI1Type(), bits);
    };
    Value plus = plane(0), minus = plane(1);
    Value zero = b.constant(type, 0);
    Value added = arith::SelectOp::create(b, plus, x, zero);
    Value negated = isFloat ? Value(arith::NegFOp::create(b, x))
                            : Value(arith::SubIOp::create(b, zero, x));
    return b.add(acc, arith::SelectOp::create(b, minus, negated, added));
  }

  return b.add(acc, multiplyBy(b, x, loadLane(b, at, lane)));
}

RankedTensorType ecolm::takeUnit(RankedTensorType type, int32_t &unit) {
  auto pot = dyn_cast<PotType>(type.getElementType());
  unit = pot ? pot.getMin() : 0;
  if (!unit || pot.getNumExponents() > 128)
    return unit = 0, type;
  auto element = PotType::get(type.getContext(), 0, pot.getNumExponents() - 1,
                              pot.getZero(), pot.getTerms());
  return RankedTensorType::get(type.getShape(), element, type.getEncoding());
}

//===- WeightStream.cpp - Reading packed weights --------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Unpacks weights in registers: bit planes by selection, powers of two by shift
// or exponent, plain numbers by multiplication.
//
//===----------------------------------------------------------------------===//

#include "WeightStream.h"
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
  if (!layout || layout.getLanes() != kLanes)
    return failure();

  WeightStream stream;
  stream.shape = getFactorShape(type);
  stream.element = type.getElementType();
  Type word;
  switch (layout.getPacking()) {
  case Packing::Bitplanes:
    // kLanes bits "is +1", then kLanes bits "is -1".
    word = builder.getIntegerType(kLanes);
    stream.step = 2;
    break;
  case Packing::Bytes:
    word = builder.getI8Type();
    stream.step = kLanes;
    break;
  case Packing::Plain:
    word = stream.element;
    stream.step = kLanes;
    break;
  default:
    return failure();
  }
  int64_t numWords =
      stream.shape.getNumPackedElements(kLanes) / kLanes * stream.step;
  auto view = MemRefType::get({numWords}, word);
  stream.words = memref::ViewOp::create(builder, view, bytes, builder.index(0),
                                        ValueRange());
  return stream;
}

// A code is 0 for zero, otherwise sign * (e - min + 1). Integer products are
// in units of 2^min; float products are exact.
Value WeightStream::multiplyPot(KernelBuilder &b, Value code, Value x) const {
  Type type = x.getType();
  Type i32 = code.getType();
  auto pot = cast<PotType>(element);
  Value zero = b.integer(i32, 0);
  Value negative =
      arith::CmpIOp::create(b, arith::CmpIPredicate::slt, code, zero);
  Value isZero = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, code, zero);
  Value sign = arith::ShRSIOp::create(b, code, b.integer(i32, 31));
  Value magnitude = arith::XOrIOp::create(b, code, sign);
  magnitude = arith::SubIOp::create(b, magnitude, sign);

  if (isa<FloatType>(getElementTypeOrSelf(type))) {
    Value biased = arith::AddIOp::create(
        b, magnitude, b.integer(i32, pot.getMin() - 1 + 127));
    Value bits = arith::ShLIOp::create(b, biased, b.integer(i32, 23));
    Value power = arith::BitcastOp::create(b, type, bits);
    Value product = arith::MulFOp::create(b, x, power);
    Value negated = arith::NegFOp::create(b, product);
    product = arith::SelectOp::create(b, negative, negated, product);
    return arith::SelectOp::create(b, isZero, b.constant(type, 0), product);
  }
  Value shift = arith::SubIOp::create(b, magnitude, b.integer(i32, 1));
  shift = arith::MaxSIOp::create(b, shift, zero);
  Value product = arith::ShLIOp::create(b, x, shift);
  product = arith::XOrIOp::create(b, product, sign);
  product = arith::SubIOp::create(b, product, sign);
  return arith::SelectOp::create(b, isZero, zero, product);
}

Value WeightStream::accumulate(KernelBuilder &b, Value acc, Value x,
                               Value at) const {
  Type type = acc.getType();
  bool isFloat = isa<FloatType>(getElementTypeOrSelf(type));
  auto wordType = cast<MemRefType>(words.getType()).getElementType();

  if (isa<TernaryType>(element) && step == 2) {
    auto planeType = VectorType::get({1}, wordType);
    auto maskType = b.lanesOf(b.getI1Type());
    auto plane = [&](int64_t which) -> Value {
      Value bits = b.read(planeType, words, b.addIndex(at, which));
      return vector::BitCastOp::create(b, maskType, bits);
    };
    Value plus = plane(0), minus = plane(1);
    Value zero = b.constant(type, 0);
    Value added = arith::SelectOp::create(b, plus, x, zero);
    if (isFloat) {
      // One addition, as the definition has it: the product is -x, 0 or x.
      Value negated = arith::NegFOp::create(b, x);
      Value product = arith::SelectOp::create(b, minus, negated, added);
      return arith::AddFOp::create(b, acc, product);
    }
    Value taken = arith::SelectOp::create(b, minus, x, zero);
    acc = arith::AddIOp::create(b, acc, added);
    return arith::SubIOp::create(b, acc, taken);
  }

  Value w = b.read(b.lanesOf(wordType), words, at);
  Type i32 = b.lanesOf(b.getI32Type());
  if (isa<PotType>(element)) {
    Value code = arith::ExtSIOp::create(b, i32, w);
    return b.add(acc, multiplyPot(b, code, x));
  }
  if (isFloat) {
    if (!isa<FloatType>(wordType)) {
      w = arith::ExtSIOp::create(b, i32, w);
      w = arith::SIToFPOp::create(b, type, w);
    }
    Value product = arith::MulFOp::create(b, x, w);
    return arith::AddFOp::create(b, acc, product);
  }
  if (wordType != b.getI32Type())
    w = arith::ExtSIOp::create(b, i32, w);
  Value product = arith::MulIOp::create(b, x, w);
  return arith::AddIOp::create(b, acc, product);
}

Value WeightStream::accumulateLane(KernelBuilder &b, Value acc, Value x,
                                   Value at, Value lane) const {
  Type type = acc.getType();
  bool isFloat = isa<FloatType>(type);
  auto wordType = cast<MemRefType>(words.getType()).getElementType();

  if (isa<TernaryType>(element) && step == 2) {
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

  Value position = arith::AddIOp::create(b, at, lane);
  Value w = memref::LoadOp::create(b, words, ValueRange{position});
  if (isa<PotType>(element)) {
    Value code = arith::ExtSIOp::create(b, b.getI32Type(), w);
    return b.add(acc, multiplyPot(b, code, x));
  }
  if (!isa<FloatType>(wordType) && wordType != b.getI32Type())
    w = arith::ExtSIOp::create(b, b.getI32Type(), w);
  if (isFloat) {
    if (!isa<FloatType>(wordType))
      w = arith::SIToFPOp::create(b, type, w);
    return b.add(acc, Value(arith::MulFOp::create(b, x, w)));
  }
  return b.add(acc, Value(arith::MulIOp::create(b, x, w)));
}

//===- KeyValueCache.cpp - Keys and values of earlier tokens --------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// A cache of bytes holds, for each position and head, the integers nearest to
// x / s with s = max|x| / 127, and behind them the four bytes of s.
//
//===----------------------------------------------------------------------===//

#include "KeyValueCache.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace ecolm;

static constexpr int64_t kScaleBytes = CachedAttentionOp::kScaleBytes;

/// The largest magnitude that a byte stands for.
static constexpr double kLargestByte = 127;

/// Magnitudes below have reciprocals that f32 does not hold; they become 0.
static constexpr double kSmallestScaled = 0x1p-119;

/// A float plus this number has the integer nearest to the float, half to even,
/// in its lowest bits.
static constexpr double kRoundingOffset = 0x1.8p23;

bool KeyValueCache::hasScales() const {
  return cast<MemRefType>(keys.getType()).getElementType().isInteger(8);
}

/// Calls `body` for each index below `count`.
static void forEach(KernelBuilder &b, int64_t count,
                    function_ref<void(Value)> body) {
  b.loop(b.index(0), b.index(count), 1, {},
         [&](Value i, ValueRange) -> SmallVector<Value> {
           body(i);
           return {};
         });
}

namespace {

/// Writes the features of one key or value.
struct RowWriter {
  KernelBuilder &b;
  Value cache;
  int64_t headSize;
  /// Element d of the row.
  function_ref<Value(Value d)> read;
  /// Where feature d stands in the cache.
  function_ref<SmallVector<Value>(Value d)> place;

  void store(Value x, Value d) {
    memref::StoreOp::create(b, x, cache, place(d));
  }

  void run() {
    Type element = cast<MemRefType>(cache.getType()).getElementType();
    if (element.isInteger(8))
      return writeScaled();
    forEach(b, headSize, [&](Value d) {
      Value x = read(d);
      store(element.isF32() ? x : arith::TruncFOp::create(b, element, x), d);
    });
  }

private:
  void writeScaled() {
    Type f32 = b.getF32Type(), i32 = b.getI32Type(), i8 = b.getI8Type();
    Value most =
        b.loop(b.index(0), b.index(headSize), 1, b.constant(f32, 0),
               [&](Value d, ValueRange carried) -> SmallVector<Value> {
                 Value magnitude = math::AbsFOp::create(b, read(d));
                 return {arith::MaximumFOp::create(b, carried[0], magnitude)};
               })[0];
    Value largest = b.constant(f32, kLargestByte);
    Value scales = arith::CmpFOp::create(b, arith::CmpFPredicate::OGE, most,
                                         b.constant(f32, kSmallestScaled));
    Value inverse = arith::SelectOp::create(
        b, scales, arith::DivFOp::create(b, largest, most), b.constant(f32, 0));
    forEach(b, headSize, [&](Value d) {
      Value scaled = arith::MulFOp::create(b, read(d), inverse);
      Value rounded = b.add(scaled, b.constant(f32, kRoundingOffset));
      Value bits = arith::BitcastOp::create(b, i32, rounded);
      store(arith::TruncIOp::create(b, i8, bits), d);
    });
    Value scale = arith::DivFOp::create(b, most, largest);
    Value bits = arith::BitcastOp::create(b, i32, scale);
    for (int64_t i = 0; i < kScaleBytes; ++i) {
      Value byte = arith::ShRUIOp::create(b, bits, b.integer(i32, 8 * i));
      store(arith::TruncIOp::create(b, i8, byte), b.index(headSize + i));
    }
  }
};

} // namespace

void KeyValueCache::store(KernelBuilder &b, Value key, Value value,
                          ValueRange row, Value feature, Value group,
                          Value position) const {
  Value lanes = b.index(kLanes);
  Value block = arith::DivUIOp::create(b, position, lanes);
  Value lane = arith::RemUIOp::create(b, position, lanes);
  auto reader = [&](Value source) {
    return [&b, source, row, feature](Value d) -> Value {
      SmallVector<Value> at(row);
      at.push_back(b.add(feature, d));
      return tensor::ExtractOp::create(b, source, at);
    };
  };
  auto keyPlace = [&](Value d) {
    return SmallVector<Value>{group, block, d, lane};
  };
  auto valuePlace = [&](Value d) {
    return SmallVector<Value>{group, position, d};
  };
  RowWriter{b, keys, headSize, reader(key), keyPlace}.run();
  RowWriter{b, values, headSize, reader(value), valuePlace}.run();
}

/// Loads `width` numbers as f32.
static Value load(KernelBuilder &b, int64_t width, Value cache,
                  ValueRange place) {
  Type element = cast<MemRefType>(cache.getType()).getElementType();
  Value x =
      vector::LoadOp::create(b, VectorType::get(width, element), cache, place);
  auto floats = VectorType::get(width, b.getF32Type());
  if (element.isF32())
    return x;
  if (element.isInteger(8))
    return arith::SIToFPOp::create(b, floats, x);
  return arith::ExtFOp::create(b, floats, x);
}

Value KeyValueCache::loadKeys(KernelBuilder &b, Value group, Value block,
                              Value d) const {
  return load(b, kLanes, keys, {group, block, d, b.index(0)});
}

Value KeyValueCache::loadKeyScales(KernelBuilder &b, Value group,
                                   Value block) const {
  VectorType words = b.lanesOf(b.getI32Type());
  Value bits = b.integer(words, 0);
  for (int64_t i = 0; i < kScaleBytes; ++i) {
    Value byte = vector::LoadOp::create(
        b, b.lanesOf(b.getI8Type()), keys,
        ValueRange{group, block, b.index(headSize + i), b.index(0)});
    Value word = arith::ExtUIOp::create(b, words, byte);
    word = arith::ShLIOp::create(b, word, b.integer(words, 8 * i));
    bits = arith::OrIOp::create(b, bits, word);
  }
  return arith::BitcastOp::create(b, b.lanesOf(b.getF32Type()), bits);
}

Value KeyValueCache::loadValues(KernelBuilder &b, int64_t width, Value group,
                                Value position, Value d) const {
  return load(b, width, values, {group, position, d});
}

Value KeyValueCache::loadValueScale(KernelBuilder &b, Value group,
                                    Value position) const {
  Value bytes = vector::LoadOp::create(
      b, VectorType::get(kScaleBytes, b.getI8Type()), values,
      ValueRange{group, position, b.index(headSize)});
  Value scale =
      vector::BitCastOp::create(b, VectorType::get(1, b.getF32Type()), bytes);
  return vector::ExtractOp::create(b, scale, 0);
}

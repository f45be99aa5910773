//===- PackedWeightReader.cpp - Reads packed weights in kernels -----------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Spells the addresses and the decoding of packed codes.
//
//===----------------------------------------------------------------------===//

#include "PackedWeightReader.h"

#include "ecolm/Dialect/EcoLM/IR/EcoLMTypes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace ecolm;

std::optional<std::string> ecolm::getWeightObstacle(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape())
    return "its weights have no static shape";
  auto packed = dyn_cast_or_null<PackedAttr>(tensor.getEncoding());
  if (!packed)
    return "its weights have no packed layout";
  Packing packing = packed.getPacking();
  if (packed.getDepth() > 1)
    return "no kernel reads weights of depth " +
           std::to_string(packed.getDepth());
  if (packed.getChunks().isGiven())
    return "no kernel reads weights in chunks";
  bool lanesFit = packed.getLanes() > 0 || packing != Packing::Bitplanes;
  if (isa<TernaryType>(tensor.getElementType()) && lanesFit &&
      (packing == Packing::Bitplanes || packing == Packing::Codes2 ||
       packing == Packing::Bytes))
    return std::nullopt;
  if (auto pot = dyn_cast<PotType>(tensor.getElementType());
      pot && pot.getTerms() == 1 &&
      (packing == Packing::Bytes || packing == Packing::Nibbles))
    return std::nullopt;
  return "no kernel reads weights packed as " + stringifyPacking(packing).str();
}

PackedWeightReader::PackedWeightReader(RankedTensorType type)
    : type(type), shape(getFactorShape(type)) {
  auto packed = cast<PackedAttr>(type.getEncoding());
  packing = packed.getPacking();
  lanes = packed.getLanes();
}

int64_t PackedWeightReader::getCodeBits() const {
  switch (packing) {
  case Packing::Bytes:
    return 8;
  case Packing::Nibbles:
    return 4;
  default:
    return 2;
  }
}

MemRefType PackedWeightReader::getBufferType() const {
  int64_t elements =
      lanes ? shape.getNumPackedElements(lanes) : type.getNumElements();
  int64_t bits = getCodeBits();
  int64_t words = (elements * bits + 31) / 32;
  return MemRefType::get({words}, IntegerType::get(type.getContext(), 32));
}

std::string PackedWeightReader::getName() const {
  std::string name = stringifyPacking(packing).str();
  return lanes ? name + std::to_string(lanes) : name;
}

PackedWeightReader::Row PackedWeightReader::getRow(GPUKernelBuilder &b,
                                                   Value words, int64_t stack,
                                                   Value output) const {
  if (lanes == 0) {
    int64_t firstRow = stack * shape.a * shape.b;
    Value row = b.add(b.div(output, shape.d), b.index(firstRow));
    Value base = b.add(b.mul(row, shape.c * shape.d), b.rem(output, shape.d));
    return {words, base, Value()};
  }
  int64_t firstGroup = stack * shape.getNumGroups(lanes);
  Value group = b.add(b.div(output, lanes), b.index(firstGroup));
  Value lane = b.rem(output, lanes);
  Value run = b.mul(group, shape.c);
  if (packing == Packing::Bitplanes)
    return {words, run, lane};
  return {words, b.add(b.mul(run, lanes), lane), Value()};
}

Value PackedWeightReader::readCode(GPUKernelBuilder &b, const Row &row,
                                   Value ic) const {
  int64_t bits = getCodeBits();
  Value element = b.add(row.base, b.mul(ic, lanes ? lanes : shape.d));
  int64_t perWord = 32 / bits;
  Value word = memref::LoadOp::create(b, row.words, b.div(element, perWord));
  Value shift = b.toI32(b.mul(b.rem(element, perWord), bits));
  Value code = arith::ShRUIOp::create(b, word, shift);
  return arith::AndIOp::create(b, code, b.i32((1 << bits) - 1));
}

// For L lanes the words hold, for every input of every group of outputs,
//
//   bit  0 ... L-1    L ... 2L-1
//       | is +1     | is -1     |     lane l at bits l and L + l
//
// With L <= 16 both bits of a lane share a word.
TernaryCode PackedWeightReader::readPlanes(GPUKernelBuilder &b, const Row &row,
                                           Value ic) const {
  Value run = b.add(row.base, ic);
  Value first = b.add(b.mul(run, 2 * lanes), row.lane);
  auto testBit = [&](Value word, Value position) -> Value {
    Value bit = arith::ShRUIOp::create(b, word, position);
    return arith::TruncIOp::create(b, b.getI1Type(), bit);
  };
  Value address = b.div(first, 32), position = b.toI32(b.rem(first, 32));
  if (lanes == 16) {
    address = run;
    position = b.toI32(row.lane);
  } else if (lanes >= 32) {
    // Only the word moves along `ic`; the bit stays.
    address = b.add(b.mul(run, lanes / 16), b.div(row.lane, 32));
    position = b.toI32(b.rem(row.lane, 32));
  }
  Value plusWord = memref::LoadOp::create(b, row.words, address);
  if (lanes <= 16)
    return {testBit(plusWord, position),
            testBit(plusWord, b.add(position, b.i32(lanes)))};
  Value minusAddress = b.add(address, b.index(lanes / 32));
  Value minusWord = memref::LoadOp::create(b, row.words, minusAddress);
  return {testBit(plusWord, position), testBit(minusWord, position)};
}

TernaryCode PackedWeightReader::readTernary(GPUKernelBuilder &b, const Row &row,
                                            Value ic) const {
  if (packing == Packing::Bitplanes)
    return readPlanes(b, row, ic);
  // Two bits hold w + 1, a byte holds w.
  bool bytes = packing == Packing::Bytes;
  Value code = readCode(b, row, ic);
  auto equals = [&](int64_t value) -> Value {
    return arith::CmpIOp::create(b, arith::CmpIPredicate::eq, code,
                                 b.i32(value));
  };
  return bytes ? TernaryCode{equals(1), equals(255)}
               : TernaryCode{equals(2), equals(0)};
}

Value PackedWeightReader::readPot(GPUKernelBuilder &b, const Row &row,
                                  Value ic) const {
  Value code = readCode(b, row, ic);
  if (packing == Packing::Bytes) {
    Value shifted = arith::ShLIOp::create(b, code, b.i32(24));
    return arith::ShRSIOp::create(b, shifted, b.i32(24));
  }
  // A nibble is a sign bit above |code|, or |code| - 1 where there is no zero.
  bool hasZero = cast<PotType>(type.getElementType()).getZero();
  Value size = arith::AndIOp::create(b, code, b.i32(7));
  size = b.add(size, b.i32(hasZero ? 0 : 1));
  Value negative =
      arith::CmpIOp::create(b, arith::CmpIPredicate::ugt, code, b.i32(7));
  Value opposite = arith::SubIOp::create(b, b.i32(0), size);
  return arith::SelectOp::create(b, negative, opposite, size);
}

//===- ByteTiles.cpp - Codes of a tile, for products of bytes -------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// A plane is a mask of the tile, a shift and a mask, or a look-up.
//
//===----------------------------------------------------------------------===//

#include "ByteTiles.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"

using namespace mlir;
using namespace ecolm;

ByteTiles::ByteTiles(RankedTensorType weights)
    : codes(TileCodes::get(weights.getElementType())) {
  Type element = weights.getElementType();
  if (isa<TernaryType>(element)) {
    offset = 1;
    largest = 2;
    auto layout = cast<PackedAttr>(weights.getEncoding());
    isBase3 = layout.getPacking() == Packing::Base3;
  } else if (auto pot = dyn_cast<PotType>(element)) {
    offset = int64_t(1) << (pot.getNumExponents() - 1);
    largest = 2 * offset;
    isLookedUp = true;
  } else {
    offset = 1 << (codes.bits - 1);
    largest = 2 * offset - 1;
    // The sign of every code in a byte.
    flip = offset * (255 / largest);
  }
}

/// `bytes` looked up in a table of 16 or 256.
static Value lookUp(KernelBuilder &b, ArrayRef<int8_t> table, Value bytes) {
  auto type = VectorType::get(table.size(), b.getI8Type());
  Value values =
      arith::ConstantOp::create(b, DenseElementsAttr::get(type, table));
  return LookupOp::create(b, bytes.getType(), values, bytes);
}

/// The digits of numbers to the base 3: four of them in two bits each, and the
/// fifth on its own.
static std::pair<Value, Value> splitDigits(KernelBuilder &b, Value numbers) {
  SmallVector<int8_t> four, fifth;
  for (int number = 0; number < 256; ++number) {
    four.push_back(number % 3 | number / 3 % 3 << 2 | number / 9 % 3 << 4 |
                   number / 27 % 3 << 6);
    fifth.push_back(number / 81 % 3);
  }
  return {lookUp(b, four, numbers), lookUp(b, fifth, numbers)};
}

SmallVector<BytePlane> ByteTiles::unpack(KernelBuilder &b, Value bytes,
                                         int64_t inPlace) const {
  auto type = cast<VectorType>(bytes.getType());
  if (flip)
    bytes = arith::XOrIOp::create(b, bytes, b.integer(type, flip));
  Value fifth;
  if (isBase3)
    std::tie(bytes, fifth) = splitDigits(b, bytes);

  SmallVector<BytePlane> planes;
  int64_t mask = (1 << codes.bits) - 1;
  if (getNumSums(inPlace) > 1) {
    for (int64_t bit = 0; bit < 8; bit += codes.bits) {
      if (largest << bit <= inPlace)
        planes.push_back(
            {arith::AndIOp::create(b, bytes, b.integer(type, mask << bit)), bit,
             largest << bit});
      else // Only the uppermost code, which has nothing above it.
        planes.push_back(
            {arith::ShRUIOp::create(b, bytes, b.integer(type, bit)), 0,
             largest});
    }
  } else {
    // Vectors have no shifts of bytes; the mask takes away what comes from the
    // neighbour. A look-up takes four bits anyway.
    auto pairs = VectorType::get(type.getNumElements() / 2, b.getI16Type());
    Value wide = vector::BitCastOp::create(b, pairs, bytes);
    SmallVector<int8_t> table;
    for (int32_t value : codes.values)
      table.push_back(value + offset);
    for (int64_t bit = 0; bit < 8; bit += codes.bits) {
      Value shifted = wide;
      if (bit)
        shifted = arith::ShRUIOp::create(b, wide, b.integer(pairs, bit));
      shifted = vector::BitCastOp::create(b, type, shifted);
      if (isLookedUp)
        shifted = lookUp(b, table, shifted);
      else if (codes.bits < 8)
        shifted = arith::AndIOp::create(b, shifted, b.integer(type, mask));
      planes.push_back({shifted, 0, largest});
    }
  }
  if (fifth)
    planes.push_back({fifth, 0, largest});
  return planes;
}

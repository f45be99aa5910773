//===- WeightUnpacker.cpp - Reads packed weights back ---------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// The inverse of the packer, for tests and for tools that look at a program.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Support/IntegerPacking.h"
#include "ecolm/Support/PotPacking.h"
#include "ecolm/Support/TernaryPacking.h"
#include "ecolm/Support/WeightPacker.h"
#include <cstring>

using namespace ecolm;
using llvm::ArrayRef;

/// Row-major index of the element at `position` of the packed stream, or -1.
static int64_t getElementAt(const WeightDescription &weight, int64_t position) {
  if (weight.lanes == 0)
    return position;
  const FactorShape &shape = weight.shape;
  if (weight.depth > 1) {
    TileOrder tile = weight.getTile();
    int64_t elements = weight.lanes * tile.getNumInputs();
    int64_t tilesPerGroup = tile.getPaddedInputs(shape.c) / tile.getNumInputs();
    int64_t number = position / elements;
    int64_t output = number / tilesPerGroup * weight.lanes +
                     tile.getLane(position % elements);
    int64_t input = number % tilesPerGroup * tile.getNumInputs() +
                    tile.getInput(position % elements);
    bool isPadding = output >= shape.b || input >= shape.c;
    return isPadding ? -1 : shape.getSourceIndex(0, output, input);
  }
  if (weight.chunks.isGiven())
    return shape.getSourceIndex(weight.chunks, weight.lanes, position);
  int64_t lane = position % weight.lanes;
  int64_t ic = position / weight.lanes % shape.c;
  int64_t group = position / (weight.lanes * shape.c);
  int64_t numGroups = shape.getNumGroups(weight.lanes);
  int64_t output = group % numGroups * weight.lanes + lane;
  if (output >= shape.getNumOutputs())
    return -1;
  return shape.getSourceIndex(group / numGroups, output, ic);
}

/// Code at `position` of the packed stream.
static int8_t readCode(const WeightDescription &weight, const char *bytes,
                       int64_t position) {
  if (weight.kind == ElementKind::Integer && weight.format != ByteFormat::Bytes)
    return readPackedInteger(bytes, weight.integerBits, position);
  switch (weight.format) {
  case ByteFormat::Codes2:
    return readCodes2(bytes, position);
  case ByteFormat::Base3:
    return readBase3(bytes, position);
  case ByteFormat::Bitplanes:
    return readBitplanes(bytes, weight.lanes, position);
  case ByteFormat::Planes3:
    return readPlanes3(bytes, weight.lanes, position);
  case ByteFormat::Nibbles:
    return readNibble(bytes, weight.hasZero, position);
  case ByteFormat::Halves:
    return readHalf(bytes, weight.minExponent, weight.lanes, position);
  case ByteFormat::Partners: {
    int64_t run = position / weight.lanes;
    return run % 2 ? readHalf(bytes, weight.minExponent, weight.lanes,
                              run / 2 * weight.lanes + position % weight.lanes)
                   : static_cast<int8_t>(1 - weight.minExponent);
  }
  case ByteFormat::Floats:
    return readFloat(bytes, weight.minExponent, position);
  case ByteFormat::FloatPartners: {
    int64_t run = position / weight.lanes;
    return run % 2 ? readFloat(bytes, weight.minExponent,
                               run / 2 * weight.lanes + position % weight.lanes)
                   : static_cast<int8_t>(1 - weight.minExponent);
  }
  default:
    return bytes[position];
  }
}

llvm::Expected<std::vector<char>>
ecolm::unpackWeight(const WeightDescription &weight, ArrayRef<char> packed) {
  if (packed.size() != getPackedSize(weight))
    return llvm::createStringError(
        llvm::inconvertibleErrorCode(),
        "expected a packed weight of %llu bytes, but found %llu",
        static_cast<unsigned long long>(getPackedSize(weight)),
        static_cast<unsigned long long>(packed.size()));

  int64_t bytes = weight.kind == ElementKind::Plain ? weight.elementBytes : 1;
  std::vector<char> elements(weight.getNumElements() * bytes);
  for (int64_t position = 0, end = weight.getNumPackedElements();
       position < end; ++position) {
    int64_t element = getElementAt(weight, position);
    if (element < 0)
      continue;
    if (weight.kind == ElementKind::Plain)
      std::memcpy(&elements[element * bytes], &packed[position * bytes], bytes);
    else
      elements[element] = readCode(weight, packed.data(), position);
  }
  return elements;
}

//===- TernaryPacking.cpp - Bytes of ternary weights ----------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Writes and reads the byte formats of values in {-1, 0, +1}.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Support/TernaryPacking.h"
#include "llvm/ADT/STLExtras.h"
#include <cassert>

using namespace ecolm;
using llvm::ArrayRef;
using llvm::SmallVectorImpl;

/// Place values of the five digits of a `base3` byte.
static constexpr uint8_t kPowersOfThree[5] = {1, 3, 9, 27, 81};

void ecolm::packCodes2(ArrayRef<int8_t> values, SmallVectorImpl<char> &out) {
  for (; !values.empty();
       values = values.drop_front(std::min<size_t>(4, values.size()))) {
    uint8_t byte = 0;
    for (auto [place, value] : llvm::enumerate(values.take_front(4)))
      byte |= (value + 1) << (2 * place);
    out.push_back(byte);
  }
}

void ecolm::packBase3(ArrayRef<int8_t> values, SmallVectorImpl<char> &out) {
  for (; !values.empty();
       values = values.drop_front(std::min<size_t>(5, values.size()))) {
    uint8_t byte = 0;
    for (auto [place, value] : llvm::enumerate(values.take_front(5)))
      byte += (value + 1) * kPowersOfThree[place];
    out.push_back(byte);
  }
}

/// Appends where the values of one run are `wanted`, a bit for each.
static void appendPlane(ArrayRef<int8_t> run, int8_t wanted,
                        SmallVectorImpl<char> &out) {
  for (; !run.empty(); run = run.drop_front(8)) {
    uint8_t bits = 0;
    for (int64_t lane = 0; lane < 8; ++lane)
      bits |= static_cast<uint8_t>(run[lane] == wanted) << lane;
    out.push_back(static_cast<char>(bits));
  }
}

void ecolm::packBitplanes(ArrayRef<int8_t> values, int64_t lanes,
                          SmallVectorImpl<char> &out) {
  assert(lanes % 8 == 0 && values.size() % lanes == 0 && "partial run");
  for (; !values.empty(); values = values.drop_front(lanes))
    for (int8_t wanted : {1, -1})
      appendPlane(values.take_front(lanes), wanted, out);
}

void ecolm::packPlanes3(ArrayRef<int8_t> values, int64_t lanes,
                        SmallVectorImpl<char> &out) {
  assert(lanes % 8 == 0 && values.size() % (2 * lanes) == 0 && "partial run");
  for (; !values.empty(); values = values.drop_front(2 * lanes)) {
    appendPlane(values.take_front(lanes), 1, out);
    packBitplanes(values.slice(lanes, lanes), lanes, out);
  }
}

int8_t ecolm::readBase3(const char *bytes, int64_t index) {
  uint8_t byte = bytes[index / 5];
  return byte / kPowersOfThree[index % 5] % 3 - 1;
}

/// Whether the bit of `lane` is set in the plane at `plane`.
static bool isSet(const char *plane, int64_t lane) {
  return plane[lane / 8] >> (lane % 8) & 1;
}

/// The value of `lane` in the planes of one run at `run`.
static int8_t readPlanes(const char *run, int64_t lanes, int64_t lane) {
  bool plus = isSet(run, lane), minus = isSet(run + lanes / 8, lane);
  return plus && minus ? kInvalidTernary : plus - minus;
}

int8_t ecolm::readBitplanes(const char *bytes, int64_t lanes, int64_t index) {
  return readPlanes(bytes + index / lanes * (lanes / 4), lanes, index % lanes);
}

int8_t ecolm::readPlanes3(const char *bytes, int64_t lanes, int64_t index) {
  int64_t run = index / lanes, lane = index % lanes;
  const char *own = bytes + run / 2 * 3 * (lanes / 8);
  return run % 2 ? readPlanes(own + lanes / 8, lanes, lane) : isSet(own, lane);
}

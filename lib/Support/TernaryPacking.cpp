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

void ecolm::packBitplanes(ArrayRef<int8_t> values, int64_t lanes,
                          SmallVectorImpl<char> &out) {
  assert(lanes % 8 == 0 && values.size() % lanes == 0 && "partial run");
  for (; !values.empty(); values = values.drop_front(lanes)) {
    // A plane has at most 64 lanes, so one word holds it.
    uint64_t plus = 0, minus = 0;
    for (int64_t lane = 0; lane < lanes; ++lane) {
      plus |= static_cast<uint64_t>(values[lane] > 0) << lane;
      minus |= static_cast<uint64_t>(values[lane] < 0) << lane;
    }
    for (uint64_t plane : {plus, minus})
      for (int64_t shift = 0; shift < lanes; shift += 8)
        out.push_back(static_cast<char>(plane >> shift));
  }
}

int8_t ecolm::readBase3(const char *bytes, int64_t index) {
  uint8_t byte = bytes[index / 5];
  return byte / kPowersOfThree[index % 5] % 3 - 1;
}

int8_t ecolm::readBitplanes(const char *bytes, int64_t lanes, int64_t index) {
  const char *run = bytes + index / lanes * (lanes / 4);
  int64_t lane = index % lanes;
  bool plus = run[lane / 8] >> (lane % 8) & 1;
  bool minus = run[lanes / 8 + lane / 8] >> (lane % 8) & 1;
  if (plus && minus)
    return kInvalidTernary;
  return plus - minus;
}

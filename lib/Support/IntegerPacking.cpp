//===- IntegerPacking.cpp - Bytes of narrow integers ----------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Writes and reads integers of 2 and 4 bits.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Support/IntegerPacking.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace ecolm;
using llvm::ArrayRef;
using llvm::SmallVectorImpl;

void ecolm::packIntegers(ArrayRef<int8_t> values, int32_t bits,
                         SmallVectorImpl<char> &out) {
  size_t perByte = 8 / bits;
  uint8_t mask = (1 << bits) - 1;
  for (; !values.empty();
       values = values.drop_front(std::min(perByte, values.size()))) {
    uint8_t byte = 0;
    for (auto [place, value] :
         llvm::enumerate(values.take_front(std::min(perByte, values.size()))))
      byte |= (value & mask) << (bits * place);
    out.push_back(static_cast<char>(byte));
  }
}

int8_t ecolm::readPackedInteger(const char *bytes, int32_t bits,
                                int64_t index) {
  int64_t perByte = 8 / bits;
  uint8_t byte = static_cast<uint8_t>(bytes[index / perByte]);
  return static_cast<int8_t>(
      llvm::SignExtend32(byte >> (bits * (index % perByte)), bits));
}

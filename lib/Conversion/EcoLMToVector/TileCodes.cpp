//===- TileCodes.cpp - Codes of matrices in tiles -------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Says what the codes of each element type stand for.
//
//===----------------------------------------------------------------------===//

#include "TileCodes.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace ecolm;

TileCodes TileCodes::get(Type element) {
  TileCodes codes;
  auto pot = dyn_cast<PotType>(element);
  bool isTernary = isa<TernaryType>(element);
  if (!pot)
    codes.bits = isTernary ? 2 : element.getIntOrFloatBitWidth();
  codes.areProductsExact = pot || isTernary;
  codes.unit = pot ? pot.getMin() : 0;
  for (int32_t nibble = 0; nibble < 16; ++nibble) {
    int32_t &value = codes.values[nibble];
    if (isTernary) {
      value = (nibble & 3) - 1;
    } else if (!pot) {
      value = llvm::SignExtend32(nibble, std::min<int64_t>(codes.bits, 4));
    } else {
      // A sign above a magnitude, from 1 where there is no zero
      // (Support/PotPacking.h).
      int32_t magnitude = (nibble & 7) + (pot.getZero() ? 0 : 1);
      value = magnitude ? 1 << (magnitude - 1) : 0;
      if (nibble & 8)
        value = -value;
    }
  }
  return codes;
}

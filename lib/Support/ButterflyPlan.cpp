//===- ButterflyPlan.cpp - Which factors share registers
//------------------===////
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Takes factors into a pass, from the last one back, for as long as they fit:
// it is the first pass that has fewer. The last sums are the widest, and in the
// last pass they stay in registers.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Support/ButterflyPlan.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace ecolm;

/// Whether `factor` acts on `size` elements in blocks of 2 by 2.
static bool isStage(const FactorShape &factor, int64_t size) {
  return factor.stacks == 1 && factor.b == 2 && factor.c == 2 &&
         factor.getNumInputs() == size;
}

std::optional<llvm::SmallVector<ChunkOrder>>
ecolm::planButterfly(llvm::ArrayRef<FactorShape> factors, int64_t lanes,
                     int64_t registers) {
  if (factors.empty() || lanes <= 0)
    return std::nullopt;
  int64_t size = factors.front().getNumInputs();
  if (!llvm::isPowerOf2_64(size) || size < 2 * lanes ||
      !llvm::all_of(
          factors, [&](const FactorShape &f) { return isStage(f, size); }))
    return std::nullopt;

  llvm::SmallVector<ChunkOrder> plan(factors.size());
  for (size_t end = factors.size(); end > 0;) {
    // The strides that the pass covers: from `low` to below `high`, none yet.
    int64_t low = 0, high = 0;
    size_t begin = end;
    for (; begin > 0; --begin) {
      int64_t d = factors[begin - 1].d;
      if (d < lanes)
        continue;
      int64_t newLow = low ? std::min(low, d) : d;
      int64_t newHigh = std::max(high, 2 * d);
      bool isAdjacent = !low || (2 * d >= low && d <= high);
      if (!isAdjacent || newHigh / newLow > registers)
        break;
      low = newLow;
      high = newHigh;
    }
    // A pass within vectors still computes two of them side by side.
    if (!low) {
      low = lanes;
      high = 2 * lanes;
    }
    std::fill(plan.begin() + begin, plan.begin() + end,
              ChunkOrder{high / low, low});
    end = begin;
  }
  return plan;
}

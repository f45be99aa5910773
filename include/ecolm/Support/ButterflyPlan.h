//===- ButterflyPlan.h - Which factors share registers ----------*- C++
//-*-===////
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Divides a butterfly into passes. A pass reads every element once, applies
// several factors to it in registers, and writes it once.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_SUPPORT_BUTTERFLYPLAN_H
#define ECOLM_SUPPORT_BUTTERFLYPLAN_H

#include "ecolm/Support/WeightOrder.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>

namespace ecolm {

/// The chunks of every factor, for vectors of `lanes` elements of which
/// `registers` stay in registers; neighbours with equal chunks are one pass.
/// Nothing if a factor is not one of 2 by 2 blocks, or if they act on fewer
/// than two vectors or on a number that is no power of two.
///
/// A factor with d < lanes pairs elements of a vector, and fits any pass. The
/// others of a pass have d among `apart`, 2 * `apart`, ... below
/// `vectors * apart`:
///
///     d = 1 2 4 8 16 32   | 64 128 256  | 512 1024 2048     (lanes = 32)
///         2 vectors, 32 apart | 8, 64 apart | 8, 512 apart
std::optional<llvm::SmallVector<ChunkOrder>>
planButterfly(llvm::ArrayRef<FactorShape> factors, int64_t lanes,
              int64_t registers);

} // namespace ecolm

#endif // ECOLM_SUPPORT_BUTTERFLYPLAN_H

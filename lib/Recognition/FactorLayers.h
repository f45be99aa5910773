//===- FactorLayers.h - Levels of sums as factors ------------- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Reads the factors of a butterfly off the levels of a region.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RECOGNITION_FACTORLAYERS_H
#define ECOLM_LIB_RECOGNITION_FACTORLAYERS_H

#include "FactorChain.h"
#include "LinearMap.h"
#include "llvm/Support/Error.h"

namespace ecolm {

/// The factors that lead from the features of the region to `output`, or the
/// reason why the levels are none.
///
/// Each level must fall into blocks of equal size in which every output is a
/// sum of all inputs. Where such blocks lie is the author's choice; within the
/// chain they stay in place, so that permutations gather at its end.
llvm::Expected<FactorChain> readFactors(const LinearTensor &output);

} // namespace ecolm

#endif // ECOLM_LIB_RECOGNITION_FACTORLAYERS_H

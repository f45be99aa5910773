//===- MaskPredicate.h - Which keys a mask lets through ------- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the proof that a mask is causal.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RECOGNITION_MASKPREDICATE_H
#define ECOLM_LIB_RECOGNITION_MASKPREDICATE_H

#include "LinearForm.h"

namespace ecolm {

/// A mask `[.., queries, keys]` that keeps key j of query i exactly if
/// `j - i <= diagonal`, or that keeps all of them.
struct CausalMask {
  bool keepsAll = false;
  LinearForm diagonal;
};

/// How a mask is applied to the scores.
enum class MaskUse {
  /// The mask is added: 0 keeps.
  Add,
  /// The mask is a truth that keeps.
  Keep,
  /// The mask is a truth that hides.
  Hide,
};

/// What `mask` keeps, if it is proved from constants and from the structure of
/// what computes it. Hidden is what is `lowest` or less.
std::optional<CausalMask> proveCausal(mlir::Value mask, MaskUse use,
                                      double lowest);

} // namespace ecolm

#endif // ECOLM_LIB_RECOGNITION_MASKPREDICATE_H

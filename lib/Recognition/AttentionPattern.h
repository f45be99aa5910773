//===- AttentionPattern.h - Attention that is spelled in steps -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares what the steps of an attention say.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RECOGNITION_ATTENTIONPATTERN_H
#define ECOLM_LIB_RECOGNITION_ATTENTIONPATTERN_H

#include "MaskPredicate.h"
#include "SizePower.h"
#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"
#include "llvm/ADT/SmallVector.h"
#include <string>

namespace ecolm {

/// A mask between the scores and the softmax.
struct AppliedMask {
  mlir::Value mask;
  MaskUse use;
  /// What takes the place of hidden scores; none for a mask that is added.
  mlir::Value fill;
};

/// `softmax(mask(q k^T scale)) v`, of rank 3 or 4, heads not repeated.
struct AttentionPattern {
  mlir::Value query, key, value;
  /// The order in which `key` has the dimensions of keys; empty for its own.
  llvm::SmallVector<int64_t> keyOrder;
  SizePower scale;
  llvm::SmallVector<AppliedMask, 2> masks;
  /// The scores that the softmax reads.
  mlir::Value scores;
  /// A guard gives 0 where a query sees no key.
  bool isGuarded = false;
  /// Why the steps are no Attention, if they are not.
  std::string problem;
};

/// The steps that end in the product `root`, or nothing if there is no softmax.
std::optional<AttentionPattern> matchAttention(onnx::NodeOp root);

} // namespace ecolm

#endif // ECOLM_LIB_RECOGNITION_ATTENTIONPATTERN_H

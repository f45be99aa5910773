//===- RotaryPattern.h - Rotations that are spelled in steps --*- C++ -*---===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares what the steps of a rotary embedding say.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RECOGNITION_ROTARYPATTERN_H
#define ECOLM_LIB_RECOGNITION_ROTARYPATTERN_H

#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"
#include <optional>

namespace ecolm {

/// Which elements of the last dimension, of size D, rotate together: i and
/// i + D / 2, or 2 i and 2 i + 1.
enum class Pairing { Halves, Neighbours };

/// Turns every pair (a, b) of `x` to (a cosine - b sine, b cosine + a sine).
struct RotaryPattern {
  /// What is turned. If `isSplit`, the dimension is divided in two, one of
  /// which holds the two elements of a pair.
  mlir::Value x;
  bool isSplit = false;
  Pairing pairing = Pairing::Halves;
  /// Factors that broadcast to x: a number for a pair, or, if `isWide`, the
  /// same number twice, at the place of each of its elements.
  mlir::Value cosine, sine;
  bool isWide = false;
};

/// Two values that are put back, as the elements of pairs, into one dimension.
struct Join {
  mlir::Value first, second;
  Pairing pairing;
};

/// The two values that `value` joins, or nothing.
std::optional<Join> matchJoin(mlir::Value value);

/// The rotation that `root` completes, or nothing.
std::optional<RotaryPattern> matchRotary(onnx::NodeOp root);

} // namespace ecolm

#endif // ECOLM_LIB_RECOGNITION_ROTARYPATTERN_H

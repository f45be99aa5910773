//===- QuantizationRecipe.h - How weights shall be quantized ----*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// What a user asks for with --quantize, in one line of text:
//
//   method[:key=value,...]      pot4:group=128,terms=2     int4:rotate=hadamard
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_SUPPORT_QUANTIZATIONRECIPE_H
#define ECOLM_SUPPORT_QUANTIZATIONRECIPE_H

#include "ecolm/Support/PowerOfTwo.h"
#include "ecolm/Support/TernaryQuantizer.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace ecolm {

/// A quantizer of f32 matrices [N, K].
struct QuantizationRecipe {
  enum class Method { Ternary, Pot, Integer };
  Method method = Method::Ternary;
  /// Powers of two and integers: bits of a code.
  int32_t bits = 4;
  /// What shares a scale: g > 0 elements of a row, or one of these.
  static constexpr int64_t kTensor = 0, kRow = -1;
  int64_t group = kTensor;

  /// Ternary: rule and scale.
  TernaryRecipe ternary;

  /// Powers of two: whether 0 is a code, the rounding, and how many powers add
  /// up to a weight.
  bool hasZero = true;
  PowerRounding rounding = PowerRounding::Nearest;
  int32_t terms = 1;

  /// Integers: whether a group has a zero point of its own.
  bool hasZeroPoint = false;

  /// Powers of two and integers: take the scale of the least squared error
  /// among 200 around that of the largest magnitude.
  bool searchesScale = true;

  /// Scales and offsets of groups are bf16, else f32.
  bool hasHalfScales = false;

  /// Rotate the rows before, and the input likewise: by a Hadamard matrix, or
  /// by a butterfly that is learned for each matrix.
  enum class Rotation { None, Hadamard, Learned };
  Rotation rotation = Rotation::None;

  /// Powers of two: the exponents lie in [1 - getNumExponents(), 0].
  int32_t getNumExponents() const {
    return (1 << (bits - 1)) - (hasZero ? 1 : 0);
  }
};

/// Reads a recipe; fails, saying what was expected, at the first word that
/// makes no sense.
llvm::Expected<QuantizationRecipe> parseRecipe(llvm::StringRef text);

} // namespace ecolm

#endif // ECOLM_SUPPORT_QUANTIZATIONRECIPE_H

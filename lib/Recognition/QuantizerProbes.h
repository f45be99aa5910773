//===- QuantizerProbes.h - Quantizers known by what they do --- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Finds the parameters of a quantizer from its values at chosen numbers.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_RECOGNITION_QUANTIZERPROBES_H
#define ECOLM_RECOGNITION_QUANTIZERPROBES_H

#include "ecolm/Support/PowerOfTwo.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <optional>
#include <string>
#include <vector>

namespace ecolm {

/// What a probe concludes.
template <typename Parameters>
struct ProbeFinding {
  std::optional<Parameters> parameters;
  /// Numbers at which function and quantizer were compared, and at how many of
  /// them, next to a threshold, they fell on different sides of it.
  int64_t numProbes = 0, numFlips = 0;
  /// Why a function that looks like the quantizer is none, or empty.
  std::string almost;
};

/// A function of single numbers; nothing if it cannot be evaluated.
using ElementFunction = llvm::function_ref<std::optional<std::vector<float>>(
    llvm::ArrayRef<float>)>;

/// The function of `ecolm.log_quantize`.
struct LogQuantizer {
  PowerRange range;
  PowerRounding rounding = PowerRounding::Floor;
};

/// Finds the log quantizer that `function` is. A threshold near 2^e may be off
/// by 8 + |e| units in the last place, as it is when written with logarithms,
/// and a power of two by 2^-20 of it.
ProbeFinding<LogQuantizer> probeLogQuantizer(ElementFunction function);

/// A function of a matrix (rows, columns) row by row.
using RowFunction = llvm::function_ref<std::optional<std::vector<float>>(
    llvm::ArrayRef<float>, int64_t rows, int64_t columns)>;

/// `clip(round(x * s), -128, 127) / s` with `s = 127 / max(max|x|, epsilon)`.
struct Int8Quantizer {
  float epsilon = 0;
};

/// Finds the quantizer that `function` is on rows of `columns`; its epsilon is
/// one of `candidates`. Codes may differ by one where `x * s` is within 2^-10
/// of a tie, as they do when written with a division.
ProbeFinding<Int8Quantizer>
probeInt8Quantizer(RowFunction function, int64_t columns,
                   llvm::ArrayRef<float> candidates);

} // namespace ecolm

#endif // ECOLM_RECOGNITION_QUANTIZERPROBES_H

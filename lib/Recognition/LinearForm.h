//===- LinearForm.h - Sizes as sums of symbols ---------------- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares integers that the run decides, as sums of sizes.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RECOGNITION_LINEARFORM_H
#define ECOLM_LIB_RECOGNITION_LINEARFORM_H

#include "mlir/IR/Value.h"
#include <map>
#include <optional>
#include <string>

namespace ecolm {

/// `constant + sum of factor * size`. Two forms are equal in every run if they
/// are the same form.
struct LinearForm {
  int64_t constant = 0;
  /// By the symbol of the size; factors are not zero.
  std::map<std::string, int64_t> terms;

  LinearForm() = default;
  LinearForm(int64_t constant) : constant(constant) {}

  /// This form plus `factor` times another.
  LinearForm plus(const LinearForm &other, int64_t factor = 1) const;
  bool operator==(const LinearForm &other) const {
    return constant == other.constant && terms == other.terms;
  }
  bool operator!=(const LinearForm &other) const { return !(*this == other); }
};

/// Dimension `dim` of `tensor`, or nothing if it has no name.
std::optional<LinearForm> getSizeForm(mlir::Value tensor, int64_t dim);

/// The one integer that `value` holds, where it is computed from sizes.
std::optional<LinearForm> getIntegerForm(mlir::Value value);

} // namespace ecolm

#endif // ECOLM_LIB_RECOGNITION_LINEARFORM_H

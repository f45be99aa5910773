//===- SizePower.h - Numbers that are powers of a size -------- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares numbers such as the scale of an attention, which exporters compute
// from the size of its heads.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RECOGNITION_SIZEPOWER_H
#define ECOLM_LIB_RECOGNITION_SIZEPOWER_H

#include "LinearForm.h"

namespace ecolm {

/// `factor * size ^ exponent`; without an exponent the size means nothing.
struct SizePower {
  double factor = 1, exponent = 0;
  LinearForm size;

  /// The product with `other ^ sign`, unless the two are powers of different
  /// sizes.
  std::optional<SizePower> times(const SizePower &other, int sign = 1) const;
};

/// The one number that `value` holds, if it is constant or computed from a size
/// by casts, roots, products and quotients.
std::optional<SizePower> matchSizePower(mlir::Value value);

} // namespace ecolm

#endif // ECOLM_LIB_RECOGNITION_SIZEPOWER_H

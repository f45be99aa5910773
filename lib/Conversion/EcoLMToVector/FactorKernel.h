//===- FactorKernel.h - One factor on one row -------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the loops that multiply one row by one packed factor.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_CONVERSION_ECOLMTOVECTOR_FACTORKERNEL_H
#define ECOLM_LIB_CONVERSION_ECOLMTOVECTOR_FACTORKERNEL_H

#include "WeightStream.h"

namespace ecolm {

/// Length of the row buffer that holds `count` elements for a kernel: up to
/// `kLanes` lanes may be read or written together.
inline int64_t getPaddedLength(int64_t count) {
  return (count + kLanes - 1) / kLanes * kLanes;
}

/// Multiplies `x` by the factor in `weights`. `x` is a one-dimensional tensor
/// of `result`'s element type whose length is padded (getPaddedLength); with
/// `sharedInput` every stack reads the same elements, otherwise stack s reads
/// inputs [s * a*c*d, (s+1) * a*c*d). Returns `result`, a padded tensor, with
/// the outputs of all stacks written.
mlir::Value emitFactor(KernelBuilder &builder, const WeightStream &weights,
                       mlir::Value x, mlir::Value result, bool sharedInput);

} // namespace ecolm

#endif // ECOLM_LIB_CONVERSION_ECOLMTOVECTOR_FACTORKERNEL_H

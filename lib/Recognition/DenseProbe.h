//===- DenseProbe.h - Weights without a format ---------------- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Tells weights that have no number format from their first elements.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_RECOGNITION_DENSEPROBE_H
#define ECOLM_RECOGNITION_DENSEPROBE_H

#include "mlir/IR/Value.h"

namespace ecolm {

/// True if a large weight of floats has no format to find: the first inputs of
/// its first output have nearly all different magnitudes. Reading all of it
/// would keep the whole file in memory.
bool isPlainlyDense(mlir::Value weight, bool isOutputsFirst);

} // namespace ecolm

#endif // ECOLM_RECOGNITION_DENSEPROBE_H

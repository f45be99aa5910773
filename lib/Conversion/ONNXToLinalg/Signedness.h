//===- Signedness.h - Unsigned integers ----------------------- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Moves the sign of integers from types to the nodes that compute with them.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_CONVERSION_ONNXTOLINALG_SIGNEDNESS_H
#define ECOLM_CONVERSION_ONNXTOLINALG_SIGNEDNESS_H

#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"

namespace ecolm {

/// Makes every unsigned type of `module` signless, as arith wants it. Nodes,
/// and arguments and results of functions, remember what was unsigned in the
/// attribute `ecolm.unsigned`.
void eraseSigns(mlir::ModuleOp module);

/// True if input `index` of `node` was unsigned.
bool isUnsignedInput(onnx::NodeOp node, unsigned index = 0);

/// True if output `index` of `node` was unsigned.
bool isUnsignedOutput(onnx::NodeOp node, unsigned index = 0);

} // namespace ecolm

#endif // ECOLM_CONVERSION_ONNXTOLINALG_SIGNEDNESS_H

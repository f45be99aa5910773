//===- Passes.h - Passes that recognize ideas ----------------- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares and registers the recognition passes.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_RECOGNITION_PASSES_H
#define ECOLM_RECOGNITION_PASSES_H

#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace ecolm {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "ecolm/Recognition/Passes.h.inc"

} // namespace ecolm

#endif // ECOLM_RECOGNITION_PASSES_H

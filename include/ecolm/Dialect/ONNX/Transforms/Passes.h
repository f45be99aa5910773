//===- Passes.h - Passes over the onnx dialect -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the passes of Passes.td and their registration.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ONNX_TRANSFORMS_PASSES_H
#define ECOLM_DIALECT_ONNX_TRANSFORMS_PASSES_H

#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"
#include "mlir/Pass/Pass.h"

namespace ecolm::onnx {

#define GEN_PASS_DECL
#include "ecolm/Dialect/ONNX/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "ecolm/Dialect/ONNX/Transforms/Passes.h.inc"

} // namespace ecolm::onnx

#endif // ECOLM_DIALECT_ONNX_TRANSFORMS_PASSES_H

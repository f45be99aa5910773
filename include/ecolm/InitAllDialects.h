//===- InitAllDialects.h - Every dialect in use -----------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Registers the dialects and extensions that the tools understand.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_INITALLDIALECTS_H
#define ECOLM_INITALLDIALECTS_H

#include "ecolm/Dialect/EcoLM/IR/EcoLMDialect.h"
#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"
#include "ecolm/Target/GPU/EmitGPU.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"

namespace ecolm {

/// Adds the dialects of this project and of MLIR to `registry`.
inline void registerAllDialects(mlir::DialectRegistry &registry) {
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registry.insert<EcoLMDialect, onnx::ONNXDialect>();
  registerGPUTargets(registry);
}

} // namespace ecolm

#endif // ECOLM_INITALLDIALECTS_H

//===- Diagnostics.h - Diagnostics for users of models ----------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Writes diagnostics in the words of those who know models, not MLIR.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DRIVER_DIAGNOSTICS_H
#define ECOLM_DRIVER_DIAGNOSTICS_H

#include "mlir/IR/Diagnostics.h"

namespace ecolm {

/// Writes `diagnostic` and its notes, a line for each: `<prefix>error: node
/// 'layers.0.x' (model.onnx, node 18): text`.
void printDiagnostic(mlir::Diagnostic &diagnostic, llvm::StringRef prefix,
                     llvm::raw_ostream &out);

} // namespace ecolm

#endif // ECOLM_DRIVER_DIAGNOSTICS_H

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

#include "ecolm/Support/ErrorClass.h"
#include "mlir/IR/Diagnostics.h"

namespace ecolm {

/// While it lives, errors that nobody gave a class get `otherwise`; but those
/// that MLIR's verifiers and conversions report are faults of the compiler.
class ErrorClassifier : public mlir::ScopedDiagnosticHandler {
public:
  ErrorClassifier(mlir::MLIRContext *context, ErrorClass otherwise);
};

/// Writes `diagnostic` and its notes, a line for each: `<prefix>error: node
/// 'layers.0.x' (model.onnx, node 18): text [code]`.
void printDiagnostic(mlir::Diagnostic &diagnostic, llvm::StringRef prefix,
                     llvm::raw_ostream &out);

} // namespace ecolm

#endif // ECOLM_DRIVER_DIAGNOSTICS_H

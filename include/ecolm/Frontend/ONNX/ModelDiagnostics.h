//===- ModelDiagnostics.h - Diagnostics about a model -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Prints diagnostics that point into a model file.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_FRONTEND_ONNX_MODELDIAGNOSTICS_H
#define ECOLM_FRONTEND_ONNX_MODELDIAGNOSTICS_H

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/raw_ostream.h"

namespace ecolm {

/// `path: node 3 'name'` for a location made by the importer; otherwise the
/// location as MLIR prints it.
std::string describeModelLocation(mlir::Location loc);

/// While it lives, prints each diagnostic as
/// `path: node 3 'name': error: message`. Unlike SourceMgrDiagnosticHandler it
/// never opens the file to quote from it.
class ModelDiagnosticHandler : public mlir::ScopedDiagnosticHandler {
public:
  ModelDiagnosticHandler(mlir::MLIRContext *context, llvm::raw_ostream &os);
};

} // namespace ecolm

#endif // ECOLM_FRONTEND_ONNX_MODELDIAGNOSTICS_H

//===- ImportONNX.h - Reads an ONNX model -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the import phase: a file in, a module of the onnx dialect out.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_FRONTEND_ONNX_IMPORTONNX_H
#define ECOLM_FRONTEND_ONNX_IMPORTONNX_H

#include "ecolm/Frontend/ONNX/Limits.h"
#include "ecolm/Frontend/ONNX/ModelFile.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace ecolm {

/// How to read a model.
struct ImportOptions {
  /// Where external data must lie; empty for the model's own directory.
  std::string dataDirectory;
  /// What the file may ask for.
  Limits limits;
};

/// A model in memory.
struct ImportedModel {
  /// The graph, in the onnx dialect, types as the file states them.
  mlir::OwningOpRef<mlir::ModuleOp> module;
  /// The files that its resources point into.
  std::shared_ptr<ModelFile> file;
};

/// Reads the model at `path`. Whatever the bytes are, this either succeeds or
/// emits diagnostics that name the place and the remedy and fails.
mlir::FailureOr<ImportedModel> importONNX(llvm::StringRef path,
                                          mlir::MLIRContext *context,
                                          const ImportOptions &options = {});

} // namespace ecolm

#endif // ECOLM_FRONTEND_ONNX_IMPORTONNX_H

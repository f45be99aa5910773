//===- ModelHeader.h - What a model says about itself -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Checks the header of a model and keeps it as attributes of the module.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_FRONTEND_ONNX_MODELHEADER_H
#define ECOLM_LIB_FRONTEND_ONNX_MODELHEADER_H

#include "FunctionTable.h"
#include "mlir/IR/BuiltinOps.h"

namespace ecolm {

/// What a file that is no ONNX model seems to be (`a zip archive, perhaps a
/// PyTorch checkpoint`), or empty.
llvm::StringRef guessFormat(llvm::ArrayRef<char> bytes);

/// Checks that there is a graph, that the IR version is known and that the
/// operator sets can be read into `opsets`.
mlir::LogicalResult checkHeader(ImportContext &import,
                                const ::onnx::ModelProto &model,
                                OpsetVersions &opsets);

/// Writes `onnx.ir_version`, `onnx.opsets`, `onnx.producer`, `onnx.metadata`
/// and `onnx.model_sha256` to `module`.
mlir::LogicalResult annotateModule(ImportContext &import,
                                   const ::onnx::ModelProto &model,
                                   const OpsetVersions &opsets,
                                   mlir::ModuleOp module);

} // namespace ecolm

#endif // ECOLM_LIB_FRONTEND_ONNX_MODELHEADER_H

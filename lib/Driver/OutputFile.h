//===- OutputFile.h - Files that appear whole -------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Writes files that appear under their name only when they are complete.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_DRIVER_OUTPUTFILE_H
#define ECOLM_LIB_DRIVER_OUTPUTFILE_H

#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/raw_ostream.h"

namespace ecolm {

/// Reports before the work begins that `path` cannot be written. Text may go
/// to standard output (`-`) and to devices; programs and objects may not.
llvm::LogicalResult checkOutput(mlir::MLIRContext *context,
                                llvm::StringRef path, bool isText);

/// Calls `write` with a stream to a temporary file beside `path` and renames it
/// to `path` if that succeeds; `-` is standard output. Failures, a full disk
/// among them, are diagnostics.
llvm::LogicalResult writeOutput(
    mlir::MLIRContext *context, llvm::StringRef path,
    llvm::function_ref<llvm::LogicalResult(llvm::raw_pwrite_stream &)> write);

} // namespace ecolm

#endif // ECOLM_LIB_DRIVER_OUTPUTFILE_H

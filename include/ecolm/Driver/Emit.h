//===- Emit.h - The emit phase ----------------------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Writes a compiled model in the form that was asked for.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DRIVER_EMIT_H
#define ECOLM_DRIVER_EMIT_H

#include "ecolm/Driver/Compiler.h"
#include "ecolm/Frontend/Tokenizer/ImportTokenizer.h"

namespace ecolm {

/// Writes `model`, which has gone through the phases that `options.emit` needs.
/// Programs hold `tokenizer` if it has a table.
llvm::LogicalResult emitModel(CompiledModel &model,
                              const ImportedTokenizer &tokenizer,
                              const CompileOptions &options);

/// The C header beside the library or object `output`.
std::string getHeaderPath(llvm::StringRef output);

} // namespace ecolm

#endif // ECOLM_DRIVER_EMIT_H

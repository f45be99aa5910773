//===- ModelInfo.h - What a program says of itself --------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Describes a compiled model for the info command and for C programs.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_DRIVER_MODELINFO_H
#define ECOLM_LIB_DRIVER_MODELINFO_H

#include "ecolm/Driver/Compiler.h"
#include "ecolm/Target/WeightSection.h"
#include "llvm/Target/TargetMachine.h"

namespace ecolm {

/// The same facts as lines of `key: value` and as JSON.
struct ModelInfo {
  std::string text, json;
};

/// Collects what `info` prints of the `module` compiled for `machine` and other
/// processors, all of which `needs` names.
/// `tokenizer` says what was imported beside it, or nothing.
ModelInfo describeModel(mlir::ModuleOp module,
                        const llvm::TargetMachine &machine,
                        llvm::ArrayRef<ProcessorNeeds> needs,
                        const WeightSectionInfo &section,
                        llvm::StringRef tokenizer);

/// Writes the C header of a library or object: its inputs and outputs, and how
/// to call it.
void writeModelHeader(mlir::ModuleOp module, llvm::ArrayRef<std::string> needed,
                      llvm::raw_ostream &out);

} // namespace ecolm

#endif // ECOLM_LIB_DRIVER_MODELINFO_H

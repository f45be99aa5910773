//===- ObjectEmitter.h - LLVM IR and objects --------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Turns a module in the LLVM dialect into LLVM IR, assembly or an object file.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_TARGET_OBJECTEMITTER_H
#define ECOLM_TARGET_OBJECTEMITTER_H

#include "ecolm/Target/Sanitizers.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include <memory>

namespace ecolm {

/// Translates `module` (LLVM dialect and weight declarations) to LLVM IR for
/// `machine`. Every function may use all of the machine's features; the weight
/// section becomes a hidden external symbol.
std::unique_ptr<llvm::Module> translateToLLVM(mlir::ModuleOp module,
                                              llvm::LLVMContext &context,
                                              llvm::TargetMachine &machine);

/// Runs LLVM's optimizer at `level` 0 to 3, and instruments what it leaves.
void optimize(llvm::Module &module, llvm::TargetMachine &machine, int level,
              Sanitizer sanitizer = Sanitizer::None);

/// Writes `module` as an object file or as assembly.
llvm::Error emitCode(llvm::Module &module, llvm::TargetMachine &machine,
                     llvm::CodeGenFileType type, llvm::raw_pwrite_stream &out);

/// The names that the object file `path` leaves to others to define, in
/// alphabetical order.
llvm::Expected<std::vector<std::string>>
findUndefinedSymbols(llvm::StringRef path);

} // namespace ecolm

#endif // ECOLM_TARGET_OBJECTEMITTER_H

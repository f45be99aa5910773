//===- ModelDescriptor.h - The descriptor of a model ------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Writes what a program knows of its model into LLVM IR.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_TARGET_MODELDESCRIPTOR_H
#define ECOLM_TARGET_MODELDESCRIPTOR_H

#include "ecolm/Target/WeightSection.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"

namespace ecolm {

/// What a caller gives to a model and takes from it.
struct EntrySignature {
  llvm::SmallVector<mlir::MemRefType> inputs, outputs;
  llvm::SmallVector<llvm::StringRef> inputNames, outputNames;
  bool isLanguageModel = false;
};

/// Reads the signature from the attributes of a `module` that went through the
/// lower phase.
EntrySignature getEntrySignature(mlir::ModuleOp module);

/// The ecolm_dtype of an element that a caller can give or take.
int32_t getElementCode(mlir::Type element);

/// Defines `ecolm_model_descriptor` (include/ecolm/Runtime/Model.h) in `code`
/// from the attributes of `module`: entry function, inputs and outputs,
/// tokenizer, sizes. `infoText` and `infoJson` are what `info` prints.
llvm::Error defineModelDescriptor(mlir::ModuleOp module,
                                  const WeightSectionInfo &weights,
                                  llvm::StringRef infoText,
                                  llvm::StringRef infoJson, llvm::Module &code);

} // namespace ecolm

#endif // ECOLM_TARGET_MODELDESCRIPTOR_H

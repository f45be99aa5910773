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

#include "ecolm/Target/TargetDescription.h"
#include "ecolm/Target/WeightSection.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"

namespace ecolm {

/// Attribute of the module of a language model that is evaluated as a whole for
/// every token.
inline constexpr llvm::StringLiteral kWholeSequencesAttrName =
    "ecolm.whole_sequences";

/// The table of processors, for which there is code, in LLVM IR.
inline constexpr llvm::StringLiteral kVariants = "ecolm_variants";

/// A tensor that a caller gives or takes.
struct EntryTensor {
  llvm::StringRef name;
  mlir::MemRefType type;
  /// The ecolm_dtype of its elements.
  int32_t elementCode;
};

/// What a caller gives to a model and takes from it.
struct EntrySignature {
  llvm::SmallVector<EntryTensor> inputs, outputs;
  bool isLanguageModel = false;
  /// A language model without an incremental entry point.
  bool isWholeLanguageModel = false;
};

/// Reads the signature from the attributes of a `module` that went through the
/// lower phase.
EntrySignature getEntrySignature(mlir::ModuleOp module);

/// A tokenizer that stands in for that of the model's metadata: the bytes of a
/// table (include/ecolm/Runtime/TokenizerTable.h), or none.
struct TokenizerTable {
  llvm::StringRef bytes;
  int64_t numIds = 0;
};

/// Defines `ecolm_model_descriptor` (include/ecolm/Runtime/Model.h) in `code`
/// from the attributes of `module`: entry function, inputs and outputs,
/// tokenizer, sizes. `infoText` and `infoJson` are what `info` prints, `needs`
/// the processors that there is code for.
llvm::Error
defineModelDescriptor(mlir::ModuleOp module, const WeightSectionInfo &weights,
                      llvm::StringRef infoText, llvm::StringRef infoJson,
                      const TokenizerTable &table,
                      llvm::ArrayRef<ProcessorNeeds> needs, llvm::Module &code);

} // namespace ecolm

#endif // ECOLM_TARGET_MODELDESCRIPTOR_H

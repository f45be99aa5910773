//===- RecognitionNotes.h - What was found, and almost found -- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Remembers what the recognition passes saw, for the report of `--check`.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_RECOGNITION_RECOGNITIONNOTES_H
#define ECOLM_RECOGNITION_RECOGNITIONNOTES_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/Twine.h"

namespace ecolm {

/// The notes of one pass. They join those of earlier passes in the attribute
/// `ecolm.recognition_notes` of the module when this object ends.
class RecognitionNotes {
public:
  /// `idea` is what the pass looks for, such as `ternary weight`.
  RecognitionNotes(mlir::ModuleOp module, llvm::StringRef idea)
      : module(module), idea(idea) {}
  ~RecognitionNotes();
  RecognitionNotes(const RecognitionNotes &) = delete;
  RecognitionNotes &operator=(const RecognitionNotes &) = delete;

  /// Node or tensor `name` of the file was recognized on this evidence.
  void found(llvm::StringRef name, const llvm::Twine &evidence);

  /// Node or tensor `name` of the file looks like the idea and is not taken for
  /// it, for this reason; which is a missed remark at `loc` besides.
  void almost(mlir::Location loc, llvm::StringRef name,
              const llvm::Twine &reason);

private:
  void add(llvm::StringRef name, llvm::StringRef key, const llvm::Twine &text);

  mlir::ModuleOp module;
  llvm::StringRef idea;
  llvm::SmallVector<mlir::Attribute> notes;
};

} // namespace ecolm

#endif // ECOLM_RECOGNITION_RECOGNITIONNOTES_H

//===- ImportTokenizer.h - Reads a tokenizer.json ---------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares how Hugging Face's file becomes the table of a program.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_FRONTEND_TOKENIZER_IMPORTTOKENIZER_H
#define ECOLM_FRONTEND_TOKENIZER_IMPORTTOKENIZER_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace ecolm {

/// A tokenizer as a program holds it.
struct ImportedTokenizer {
  /// The bytes of a tokenizer::Table (include/ecolm/Runtime/TokenizerTable.h).
  std::string table;
  /// Ids run from 0 to this.
  int64_t numIds = 0;
  /// `BPE, 128256 ids`.
  std::string summary;
  /// What the file asks for and programs do not do.
  std::vector<std::string> remarks;
};

/// Reads the text of a tokenizer.json, which may be anybody's and should be
/// short of 64 MiB. The error says which field is wrong, as
/// `model.merges[7]: ...`.
llvm::Expected<ImportedTokenizer> importTokenizer(llvm::StringRef json);

/// The same for a file; errors begin with its name, and those of the system
/// have its code. Refuses large ones.
llvm::Expected<ImportedTokenizer> importTokenizerFile(llvm::StringRef path);

} // namespace ecolm

#endif // ECOLM_FRONTEND_TOKENIZER_IMPORTTOKENIZER_H

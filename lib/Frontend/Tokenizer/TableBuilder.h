//===- TableBuilder.h - The bytes of a tokenizer's table --------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Lays out strings, tries and steps behind the head of a table.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_FRONTEND_TOKENIZER_TABLEBUILDER_H
#define ECOLM_LIB_FRONTEND_TOKENIZER_TABLEBUILDER_H

#include "ecolm/Runtime/TokenizerTable.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <map>
#include <string>
#include <vector>

namespace ecolm {

/// Ids by string, in the order of bytes.
using PieceMap = std::map<llvm::StringRef, int32_t>;

/// Grows a table part by part.
class TableBuilder {
public:
  TableBuilder() : bytes(sizeof(tokenizer::Table), '\0') {}

  tokenizer::Table head;

  template <typename T>
  tokenizer::Span add(llvm::ArrayRef<T> elements) {
    return addBytes(reinterpret_cast<const char *>(elements.data()),
                    elements.size() * sizeof(T), elements.size());
  }
  template <typename T>
  tokenizer::Span add(const std::vector<T> &elements) {
    return add(llvm::ArrayRef<T>(elements));
  }
  tokenizer::Span add(llvm::StringRef text) {
    return addBytes(text.data(), text.size(), text.size());
  }

  /// Adds the double array of `pieces`.
  tokenizer::Span addTrie(const PieceMap &pieces);

  /// The table so far.
  std::string finish();

private:
  tokenizer::Span addBytes(const char *data, size_t size, size_t count);

  std::string bytes;
};

} // namespace ecolm

#endif // ECOLM_LIB_FRONTEND_TOKENIZER_TABLEBUILDER_H

//===- AddedTokens.h - Tokens that are found before any model looks --*- C++
//-*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// The tokens of added_tokens, in a text.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_TOKENIZER_ADDEDTOKENS_H
#define ECOLM_LIB_RUNTIME_TOKENIZER_ADDEDTOKENS_H

#include "PreTokenizer.h"

namespace ecolm {
namespace runtime {

/// Finds the strings of one trie: leftmost, and of those the longest.
class AddedTokens {
public:
  AddedTokens(const tokenizer::Table &table, tokenizer::Span trie);

  /// Appends the parts of a text: tokens, and what lies between them.
  void divide(const char *text, size_t size, Array<Piece> &parts) const;

private:
  /// The longest token at `text`: its id and size, or -1.
  int32_t findAt(const char *text, size_t size, size_t *length) const;

  const tokenizer::Table &table;
  tokenizer::Span trie;
  const uint8_t *flags;
  /// Whether a token begins with a byte.
  bool begins[256];
};

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_TOKENIZER_ADDEDTOKENS_H

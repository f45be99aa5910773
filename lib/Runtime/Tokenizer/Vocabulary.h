//===- Vocabulary.h - Pieces and their ids ----------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// What the models of tokenizers share, and the two that are nothing but look-
// ups.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_TOKENIZER_VOCABULARY_H
#define ECOLM_LIB_RUNTIME_TOKENIZER_VOCABULARY_H

#include "Array.h"
#include "Errors.h"
#include "ecolm/Runtime/TokenizerTable.h"

namespace ecolm {
namespace runtime {

/// The vocabulary of a table, which must outlive it.
class Vocabulary {
public:
  explicit Vocabulary(const tokenizer::Table &table)
      : table(table),
        byteTokens(tokenizer::elementsOf<int32_t>(table, table.byteTokens)) {}

  /// The root of the vocabulary's trie.
  tokenizer::TrieWalk walk() const { return {table, table.vocabulary}; }

  /// The id of a piece, or -1.
  int32_t find(const char *piece, size_t size) const {
    tokenizer::TrieWalk state = walk();
    return state.step(piece, size) ? state.value() : -1;
  }

  /// The id of <0x..> for a byte, or -1; -1 for all without byte fallback.
  int32_t ofByte(char byte) const {
    return byteTokens[static_cast<unsigned char>(byte)];
  }

  /// The failure of a model that does not know a word and has no id for that.
  Status fail(const char *word, size_t size) const;

  /// Appends the id of what a model does not know. Fails if there is none.
  Status pushUnknown(const char *word, size_t size, Array<int64_t> &ids) const;

  const tokenizer::Table &getTable() const { return table; }

private:
  const tokenizer::Table &table;
  const int32_t *byteTokens;
};

/// Appends the id of a word that is a piece.
Status encodeWordLevel(const Vocabulary &vocabulary, const char *word,
                       size_t size, Array<int64_t> &ids);

/// Appends the ids of the longest pieces, from left to right.
Status encodeWordPiece(const Vocabulary &vocabulary, const char *word,
                       size_t size, Array<int64_t> &ids);

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_TOKENIZER_VOCABULARY_H

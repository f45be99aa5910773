//===- TableTokenizer.h - A tokenizer that the compiler read ----*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Text to ids and back, by a table that lies in the program.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_TOKENIZER_TABLETOKENIZER_H
#define ECOLM_LIB_RUNTIME_TOKENIZER_TABLETOKENIZER_H

#include "AddedTokens.h"
#include "BytePairModel.h"
#include "Decoder.h"
#include "UnigramModel.h"

namespace ecolm {
namespace runtime {

/// Gives the ids that PyPI's `tokenizers` gives for the same tokenizer.json.
/// Not for two threads at a time.
class TableTokenizer {
public:
  /// Keeps a reference to the table, which must outlive it.
  explicit TableTokenizer(const tokenizer::Table &table);

  /// Fails where an expression of the table does not compile.
  Status open();

  /// Appends the ids of `text`; what is not UTF-8 counts as U+FFFD.
  /// `addSpecial` adds what the template of the tokenizer adds.
  Status encode(const char *text, size_t size, bool addSpecial,
                Array<int64_t> &ids);

  /// Appends the text of ids; those without a piece have none.
  Status decode(const int64_t *ids, size_t count, bool skipSpecial, Text &text);

private:
  Status findPieces(const Text &given);
  Status encodeWord(const char *word, size_t size, Array<int64_t> &ids);
  void applyTemplates(Array<int64_t> &ids, size_t before) const;

  const tokenizer::Table &table;
  AddedTokens givenTokens, normalizedTokens;
  Normalizer normalizer;
  PreTokenizer preTokenizer;
  Vocabulary vocabulary;
  BytePairModel bytePairs;
  UnigramModel unigram;
  Decoder decoder;

  /// The text that `pieces` are parts of.
  Text text;
  Array<Piece> pieces, parts, found;
  TracedText part;
  TextList tokens;
};

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_TOKENIZER_TABLETOKENIZER_H

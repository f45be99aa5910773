//===- PreTokenizer.h - From normalized text to words -----------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// The second pipeline of a tokenizer.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_TOKENIZER_PRETOKENIZER_H
#define ECOLM_LIB_RUNTIME_TOKENIZER_PRETOKENIZER_H

#include "Normalizer.h"
#include "Splitter.h"

namespace ecolm {
namespace runtime {

/// A part of a text: bytes [begin, end), never none.
struct Piece {
  size_t begin, end;
  /// How many of its leading bytes stand for the first character of the given
  /// text, as in TracedText.
  size_t first;
  /// Whether it begins where the given text begins.
  bool isFirst;
  /// The id of an added token, which no step changes; -1 for text.
  int32_t token;
};

/// Carries out the steps of a table.
class PreTokenizer {
public:
  /// Keeps a reference to the table, which must outlive it.
  explicit PreTokenizer(const tokenizer::Table &table);

  /// Fails where an expression of the table does not compile.
  Status open();

  /// Divides the pieces of `text` further, and rewrites both.
  Status divide(Text &text, Array<Piece> &pieces);

private:
  Status split(Splitter &splitter, const Text &text, Array<Piece> &pieces);
  void rewrite(const tokenizer::Step &step, Text &text, Array<Piece> &pieces);

  const tokenizer::Table &table;
  const tokenizer::Step *steps;
  /// One for each step; open for those that split.
  ObjectArray<Splitter> splitters;
  Array<Match> parts;
  Array<Piece> divided;
  Text rewritten;
  TracedText source, result;
};

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_TOKENIZER_PRETOKENIZER_H

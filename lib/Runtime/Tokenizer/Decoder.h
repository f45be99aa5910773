//===- Decoder.h - From tokens to text --------------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// The last pipeline of a tokenizer.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_TOKENIZER_DECODER_H
#define ECOLM_LIB_RUNTIME_TOKENIZER_DECODER_H

#include "Expression.h"
#include "Text.h"
#include "ecolm/Runtime/TokenizerTable.h"

namespace ecolm {
namespace runtime {

/// A list of strings, one behind the other in `text`.
class TextList {
public:
  void clear() {
    text.clear();
    ends.clear();
  }
  void swap(TextList &other) {
    text.swap(other.text);
    ends.swap(other.ends);
  }
  /// Ends the string that was appended to `text`.
  void finish() { ends.push(text.size()); }

  size_t size() const { return ends.size(); }
  const char *data(size_t i) const { return text.data() + begin(i); }
  size_t size(size_t i) const { return ends[i] - begin(i); }

  Text text;

private:
  size_t begin(size_t i) const { return i ? ends[i - 1] : 0; }

  Array<size_t> ends;
};

/// Carries out the steps of a table.
class Decoder {
public:
  /// Keeps a reference to the table, which must outlive it.
  explicit Decoder(const tokenizer::Table &table);

  /// Fails where an expression of the table does not compile.
  Status open();

  /// Makes text, which is UTF-8, of the strings of tokens. It is
  /// `tokens.text` afterwards.
  Status decode(TextList &tokens);

private:
  Status apply(const tokenizer::Step &step, Expression &expression,
               const TextList &tokens, TextList &result);
  Status replace(const tokenizer::Step &step, Expression &expression,
                 const TextList &tokens, TextList &result);

  const tokenizer::Table &table;
  const tokenizer::Step *steps;
  /// One for each step; open for those that match expressions.
  ObjectArray<Expression> expressions;
  Array<Match> matches;
  TextList other;
};

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_TOKENIZER_DECODER_H

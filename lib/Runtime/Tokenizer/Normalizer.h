//===- Normalizer.h - From given text to text for the model -----*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// The first pipeline of a tokenizer.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_TOKENIZER_NORMALIZER_H
#define ECOLM_LIB_RUNTIME_TOKENIZER_NORMALIZER_H

#include "Expression.h"
#include "Text.h"
#include "ecolm/Runtime/TokenizerTable.h"

namespace ecolm {
namespace runtime {

/// A text on its way, and how many of its leading bytes stand for the first
/// character of what was given: Metaspace asks whether a piece begins there.
struct TracedText {
  Text text;
  size_t first = 0;
};

/// Appends `source` in which `matches` are replaced by `content`.
void appendReplaced(TracedText &result, const TracedText &source,
                    const Array<Match> &matches, const char *content,
                    size_t contentSize);

/// Appends the characters of GPT-2's alphabet for the bytes of `source`.
void appendMapped(TracedText &result, const TracedText &source);

/// Carries out the steps of a table.
class Normalizer {
public:
  /// Keeps a reference to the table, which must outlive it.
  explicit Normalizer(const tokenizer::Table &table);

  /// Fails where an expression of the table does not compile.
  Status open();

  /// Changes `text`, which is UTF-8 and stays it.
  Status normalize(TracedText &text);

private:
  Status apply(const tokenizer::Step &step, Expression &expression,
               const TracedText &source, TracedText &result);

  const tokenizer::Table &table;
  const tokenizer::Step *steps;
  /// One for each step; open for those that match expressions.
  ObjectArray<Expression> expressions;
  Array<Match> matches;
  TracedText other;
};

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_TOKENIZER_NORMALIZER_H

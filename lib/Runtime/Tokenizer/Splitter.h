//===- Splitter.h - Where delimiters are ------------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Finds what a Split looks for, and divides text there.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_TOKENIZER_SPLITTER_H
#define ECOLM_LIB_RUNTIME_TOKENIZER_SPLITTER_H

#include "Expression.h"
#include "ecolm/Runtime/TokenizerTable.h"

namespace ecolm {
namespace runtime {

/// Appends where `wanted`, which is not empty, occurs in `text`, and what lies
/// between.
void findLiteral(const char *text, size_t size, const char *wanted,
                 size_t wantedSize, Array<Match> &matches);

/// One Split step.
class Splitter {
public:
  /// Keeps references to both, which must outlive it.
  Status open(const tokenizer::Table &table, const tokenizer::Step &step);

  /// Appends the parts of a text that is not empty: what delimiters leave of
  /// it, in order.
  Status split(const char *text, size_t size, Array<Match> &parts);

private:
  Status findDelimiters(const char *text, size_t size);

  const tokenizer::Step *step = nullptr;
  const char *pattern = nullptr;
  Expression expression;
  Array<Match> matches;
};

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_TOKENIZER_SPLITTER_H

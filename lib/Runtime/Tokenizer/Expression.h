//===- Expression.h - A regular expression ----------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Wraps PCRE2 for one pattern that the compiler has checked.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_TOKENIZER_EXPRESSION_H
#define ECOLM_LIB_RUNTIME_TOKENIZER_EXPRESSION_H

#include "Array.h"
#include "Errors.h"
#include "Text.h"

#include <stdint.h>

struct pcre2_real_code_8;
struct pcre2_real_match_data_8;
struct pcre2_real_match_context_8;

namespace ecolm {
namespace runtime {

/// Bytes [begin, end) of a text, and whether they are a match.
struct Match {
  size_t begin, end;
  bool isMatch;
};

/// A compiled pattern. Text is looked at with stand-ins for characters that are
/// newer than PCRE2; see CharacterClasses.h.
class Expression {
public:
  Expression() = default;
  Expression(const Expression &) = delete;
  Expression &operator=(const Expression &) = delete;
  ~Expression();

  /// Fails with what PCRE2 says and where in the pattern.
  Status open(const char *pattern, size_t size);

  /// Appends the matches in valid UTF-8 and what lies between them, in order.
  /// Empty matches are found where Oniguruma's find_iter finds them. Fails when
  /// the pattern needs too many steps.
  Status findAll(const char *text, size_t size, Array<Match> &matches);

private:
  pcre2_real_code_8 *code = nullptr;
  pcre2_real_match_data_8 *data = nullptr;
  pcre2_real_match_context_8 *context = nullptr;
  Text standIns;
};

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_TOKENIZER_EXPRESSION_H

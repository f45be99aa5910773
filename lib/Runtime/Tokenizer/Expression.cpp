//===- Expression.cpp - A regular expression ------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Translated to machine code where the system allows that, interpreted
// elsewhere.
//
//===----------------------------------------------------------------------===//

#include "Expression.h"
#include "CharacterClasses.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace ecolm {
namespace runtime {

/// No pattern of a published tokenizer needs a thousandth of this for a word.
static constexpr uint32_t kMatchLimit = 10'000'000;

Expression::~Expression() {
  pcre2_match_context_free(context);
  pcre2_match_data_free(data);
  pcre2_code_free(code);
}

Status Expression::open(const char *pattern, size_t size) {
  int error = 0;
  PCRE2_SIZE offset = 0;
  pcre2_compile_context *settings = pcre2_compile_context_create(nullptr);
  if (settings)
    pcre2_set_newline(settings, PCRE2_NEWLINE_LF);
  // ^ and $ are about lines, as in Oniguruma.
  code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern), size,
                       PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE |
                           PCRE2_NEVER_BACKSLASH_C,
                       &error, &offset, settings);
  pcre2_compile_context_free(settings);
  if (!code) {
    PCRE2_UCHAR message[160] = "";
    pcre2_get_error_message(error, message, sizeof message);
    return Status::failure(ExitCode::ModelFailure, "%s at byte %zu",
                           reinterpret_cast<char *>(message), offset);
  }
  // Where memory may not be executable, patterns are interpreted.
  pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
  data = pcre2_match_data_create(1, nullptr);
  context = pcre2_match_context_create(nullptr);
  if (!data || !context)
    exitOutOfMemory(sizeof(Match));
  pcre2_set_match_limit(context, kMatchLimit);
  return Status();
}

/// Writes `text` with stand-ins to `copy`; returns what is to be searched.
static const char *replaceNewCharacters(const char *text, size_t size,
                                        Text &copy) {
  size_t at = 0;
  // The oldest new character is U+0897, of three bytes.
  while (at < size && static_cast<unsigned char>(text[at]) < 0xE0)
    ++at;
  if (at == size)
    return text;
  copy.clear();
  copy.append(text, at);
  while (at < size)
    appendCodePoint(copy, findStandIn(nextCodePoint(text, size, at)));
  return copy.data();
}

Status Expression::findAll(const char *text, size_t size,
                           Array<Match> &matches) {
  const char *searched = replaceNewCharacters(text, size, standIns);
  const PCRE2_SIZE *bounds = pcre2_get_ovector_pointer(data);
  size_t start = 0, previous = 0;
  bool hasMatched = false;
  while (start <= size) {
    int result = pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(searched), size,
                             start, PCRE2_NO_UTF_CHECK, data, context);
    if (result == PCRE2_ERROR_JIT_STACKLIMIT)
      result =
          pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(searched), size, start,
                      PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, data, context);
    if (result == PCRE2_ERROR_NOMATCH)
      break;
    if (result < 0)
      return Status::failure(ExitCode::BadInput,
                             "the tokenizer's pattern takes too many steps on "
                             "this text; make the text shorter");
    size_t begin = bounds[0], end = bounds[1];
    if (begin == end && hasMatched && end == previous) {
      // Nothing right behind a match is no match.
      if (start == size)
        break;
      nextCodePoint(searched, size, start);
      continue;
    }
    if (previous < begin)
      matches.push({previous, begin, false});
    matches.push({begin, end, true});
    start = previous = end;
    hasMatched = true;
  }
  if (previous < size)
    matches.push({previous, size, false});
  return Status();
}

} // namespace runtime
} // namespace ecolm

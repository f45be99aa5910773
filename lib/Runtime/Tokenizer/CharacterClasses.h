//===- CharacterClasses.h - What kind of character is it -----*- C++ -*----===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Questions that tokenizers ask of code points, with the answers of PyPI's
// `tokenizers`: see generate_character_classes.py.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_TOKENIZER_CHARACTERCLASSES_H
#define ECOLM_LIB_RUNTIME_TOKENIZER_CHARACTERCLASSES_H

#include "Text.h"

#include <stdint.h>

namespace ecolm {
namespace runtime {

enum class CharacterClass : uint32_t {
  Whitespace,
  Word,
  Numeric,
  Punctuation,
  Unclean,
  CombiningMark,
  NonspacingMark,
  Composing
};

bool isIn(CharacterClass which, uint32_t codePoint);

/// A character of the same category, of as many bytes, that every version of
/// Unicode since 14 knows; the character itself if that does.
uint32_t findStandIn(uint32_t codePoint);

/// Appends a code point as UTF-8.
void appendCodePoint(Text &text, uint32_t codePoint);

/// Appends the lower case of a code point: one or two characters.
void appendLowerCase(Text &text, uint32_t codePoint);

/// Appends text with a U+FFFD for every longest part that is not UTF-8, as
/// Python's errors="replace" and Rust's from_utf8_lossy do.
void appendAsUtf8(Text &text, const char *bytes, size_t size);

/// The next code point of text that is UTF-8; moves `at` behind it.
uint32_t nextCodePoint(const char *text, size_t size, size_t &at);

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_TOKENIZER_CHARACTERCLASSES_H

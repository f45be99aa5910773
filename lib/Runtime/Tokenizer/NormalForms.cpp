//===- NormalForms.cpp - Unicode's normal forms ---------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// utf8proc computes them for the few places of a text that have any.
//
//===----------------------------------------------------------------------===//

#include "NormalForms.h"
#include "CharacterClasses.h"

#include <utf8proc.h>

namespace ecolm {
namespace runtime {

using tokenizer::NormalizerKind;

static utf8proc_option_t getOptions(NormalizerKind form) {
  int options = UTF8PROC_STABLE;
  bool composes = form == NormalizerKind::NFC || form == NormalizerKind::NFKC;
  options |= composes ? UTF8PROC_COMPOSE : UTF8PROC_DECOMPOSE;
  if (form == NormalizerKind::NFKC || form == NormalizerKind::NFKD)
    options |= UTF8PROC_COMPAT;
  return static_cast<utf8proc_option_t>(options);
}

/// Whether a character may stand before those that join it: utf8proc would not
/// take it apart, nor move it.
static bool isPlainStarter(uint32_t codePoint) {
  const utf8proc_property_t *property =
      utf8proc_get_property(static_cast<utf8proc_int32_t>(codePoint));
  return property->combining_class == 0 &&
         property->decomp_seqindex == UINT16_MAX;
}

/// Appends the form of a few characters.
static void appendForm(Text &result, const char *text, size_t size,
                       utf8proc_option_t options,
                       Array<utf8proc_int32_t> &buffer) {
  auto decompose = [&] {
    return utf8proc_decompose(
        reinterpret_cast<const utf8proc_uint8_t *>(text),
        static_cast<utf8proc_ssize_t>(size), buffer.data(),
        static_cast<utf8proc_ssize_t>(buffer.size()), options);
  };
  buffer.resizeUninitialized(size + 18);
  utf8proc_ssize_t count = decompose();
  if (count > static_cast<utf8proc_ssize_t>(buffer.size())) {
    buffer.resizeUninitialized(static_cast<size_t>(count));
    count = decompose();
  }
  count = utf8proc_normalize_utf32(buffer.data(), count, options);
  for (utf8proc_ssize_t i = 0; i < count; ++i)
    appendCodePoint(result, static_cast<uint32_t>(buffer[i]));
}

void appendNormalForm(TracedText &result, const TracedText &source,
                      NormalizerKind form) {
  const char *text = source.text.data();
  size_t size = source.text.size();
  utf8proc_option_t options = getOptions(form);
  Array<utf8proc_int32_t> buffer;
  // Text before `done` is in `result`. `last` is the character before `at`.
  size_t done = 0, last = 0;
  uint32_t lastCodePoint = 0;
  for (size_t at = 0; at < size;) {
    size_t begin = at;
    uint32_t codePoint = nextCodePoint(text, size, at);
    if (!isIn(CharacterClass::Composing, codePoint)) {
      last = begin;
      lastCodePoint = codePoint;
      continue;
    }
    bool joins = begin > done && isPlainStarter(lastCodePoint);
    size_t start = joins ? last : begin;
    for (size_t next = at; next < size; at = next)
      if (!isIn(CharacterClass::Composing, nextCodePoint(text, size, next)))
        break;
    result.text.append(text + done, start - done);
    appendForm(result.text, text + start, at - start, options, buffer);
    done = at;
  }
  result.text.append(text + done, size - done);
  // Joined with what follows, the first character's form may be longer, but it
  // begins at the same place.
  Text alone;
  appendForm(alone, text, source.first, options, buffer);
  result.first = alone.size();
}

} // namespace runtime
} // namespace ecolm

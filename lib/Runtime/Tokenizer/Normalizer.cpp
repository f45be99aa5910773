//===- Normalizer.cpp - From given text to text for the model -------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// One function for each kind of step that looks at characters.
//
//===----------------------------------------------------------------------===//

#include "Normalizer.h"
#include "ByteAlphabet.h"
#include "CharacterClasses.h"
#include "NormalForms.h"
#include "Splitter.h"

#include <utility>

namespace ecolm {
namespace runtime {

using tokenizer::NormalizerKind;
using tokenizer::Step;

/// Calls `map(codePoint, bytes, size)` for every character of `source`; it
/// appends what there shall be instead to `result`.
template <typename Map>
static void mapCharacters(TracedText &result, const TracedText &source,
                          Map map) {
  const char *text = source.text.data();
  size_t size = source.text.size();
  for (size_t at = 0; at < size;) {
    size_t begin = at;
    uint32_t codePoint = nextCodePoint(text, size, at);
    map(codePoint, text + begin, at - begin);
    if (begin < source.first)
      result.first = result.text.size();
  }
}

/// SentencePiece's nmt rule: -1 to remove, or the character to write.
static int32_t mapNmt(uint32_t c) {
  if ((c >= 0x1 && c <= 0x8) || c == 0xB || (c >= 0xE && c <= 0x1F) ||
      c == 0x7F || c == 0x8F || c == 0x9F)
    return -1;
  bool isBlank = c == 0x9 || c == 0xA || c == 0xC || c == 0xD || c == 0x1680 ||
                 (c >= 0x200B && c <= 0x200F) || c == 0x2028 || c == 0x2029 ||
                 c == 0x2581 || c == 0xFEFF || c == 0xFFFD;
  return isBlank ? ' ' : static_cast<int32_t>(c);
}

/// BERT's _is_chinese_char, as tokenizers spells its ranges.
static bool isIdeograph(uint32_t c) {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) ||
         (c >= 0x20000 && c <= 0x2A6DF) || (c >= 0x2A700 && c <= 0x2B73F) ||
         (c >= 0x2B740 && c <= 0x2B81F) || (c >= 0x2B920 && c <= 0x2CEAF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x2F800 && c <= 0x2FA1F);
}

/// Appends `source` without white space at the ends that `ends` names.
static void appendStripped(TracedText &result, const TracedText &source,
                           uint32_t ends) {
  const char *text = source.text.data();
  size_t size = source.text.size();
  size_t begin = 0, end = 0;
  bool inside = false;
  for (size_t at = 0; at < size;) {
    size_t start = at;
    if (isIn(CharacterClass::Whitespace, nextCodePoint(text, size, at)))
      continue;
    if (!inside)
      begin = start;
    inside = true;
    end = at;
  }
  begin = ends & 1 ? (inside ? begin : size) : 0;
  end = ends & 2 ? end : size;
  if (begin < end)
    result.text.append(text + begin, end - begin);
  result.first = source.first > begin ? source.first - begin : 0;
}

void appendReplaced(TracedText &result, const TracedText &source,
                    const Array<Match> &matches, const char *content,
                    size_t contentSize) {
  for (const Match &match : matches) {
    if (match.isMatch) {
      result.text.append(content, contentSize);
      // It stands for what the last byte that it replaces stood for.
      if (match.end <= source.first)
        result.first = result.text.size();
      continue;
    }
    result.text.append(source.text.data() + match.begin,
                       match.end - match.begin);
    if (match.begin < source.first)
      result.first = result.text.size() -
                     (match.end > source.first ? match.end - source.first : 0);
  }
}

void appendMapped(TracedText &result, const TracedText &source) {
  mapCharacters(result, source, [&](uint32_t, const char *bytes, size_t size) {
    for (size_t i = 0; i < size; ++i)
      appendCodePoint(result.text,
                      characterOfByte(static_cast<uint8_t>(bytes[i])));
  });
}

Normalizer::Normalizer(const tokenizer::Table &table)
    : table(table),
      steps(tokenizer::elementsOf<Step>(table, table.normalizers)),
      expressions(table.normalizers.count) {}

Status Normalizer::open() {
  for (uint32_t i = 0; i < table.normalizers.count; ++i)
    if (steps[i].kind == static_cast<uint32_t>(NormalizerKind::ReplaceMatches))
      if (Status status = expressions[i].open(
              tokenizer::elementsOf<char>(table, steps[i].text),
              steps[i].text.count);
          status.failed())
        return status;
  return Status();
}

Status Normalizer::normalize(TracedText &text) {
  for (uint32_t i = 0; i < table.normalizers.count; ++i) {
    other.text.clear();
    other.first = 0;
    if (Status status = apply(steps[i], expressions[i], text, other);
        status.failed())
      return status;
    text.text.swap(other.text);
    std::swap(text.first, other.first);
  }
  return Status();
}

Status Normalizer::apply(const Step &step, Expression &expression,
                         const TracedText &source, TracedText &result) {
  Text &out = result.text;
  const char *text = tokenizer::elementsOf<char>(table, step.text);
  const char *content = tokenizer::elementsOf<char>(table, step.content);
  switch (static_cast<NormalizerKind>(step.kind)) {
  case NormalizerKind::NFC:
  case NormalizerKind::NFD:
  case NormalizerKind::NFKC:
  case NormalizerKind::NFKD:
    appendNormalForm(result, source, static_cast<NormalizerKind>(step.kind));
    break;
  case NormalizerKind::Lowercase:
    mapCharacters(result, source, [&](uint32_t c, const char *, size_t) {
      appendLowerCase(out, c);
    });
    break;
  case NormalizerKind::Strip:
    appendStripped(result, source, step.flags);
    break;
  case NormalizerKind::Remove:
    mapCharacters(result, source, [&](uint32_t c, const char *bytes, size_t n) {
      if (!isIn(static_cast<CharacterClass>(step.flags), c))
        out.append(bytes, n);
    });
    break;
  case NormalizerKind::CleanText:
    mapCharacters(result, source, [&](uint32_t c, const char *bytes, size_t n) {
      if (isIn(CharacterClass::Unclean, c))
        return;
      bool isBlank = isIn(CharacterClass::Whitespace, c);
      out.append(isBlank ? " " : bytes, isBlank ? 1 : n);
    });
    break;
  case NormalizerKind::SpaceIdeographs:
    mapCharacters(result, source, [&](uint32_t c, const char *bytes, size_t n) {
      const char *blank = isIdeograph(c) ? " " : "";
      out.append(blank);
      out.append(bytes, n);
      out.append(blank);
    });
    break;
  case NormalizerKind::Replace:
  case NormalizerKind::ReplaceMatches:
    matches.clear();
    if (static_cast<NormalizerKind>(step.kind) == NormalizerKind::Replace)
      findLiteral(source.text.data(), source.text.size(), text, step.text.count,
                  matches);
    else if (source.text.size())
      if (Status status = expression.findAll(source.text.data(),
                                             source.text.size(), matches);
          status.failed())
        return status;
    appendReplaced(result, source, matches, content, step.content.count);
    break;
  case NormalizerKind::Prepend:
    if (source.text.size())
      out.append(text, step.text.count);
    result.first = source.first ? source.first + out.size() : 0;
    out.append(source.text.data(), source.text.size());
    break;
  case NormalizerKind::Precompiled:
    appendPrecompiled(result, source,
                      {reinterpret_cast<const uint32_t *>(text),
                       step.text.count / sizeof(uint32_t), content,
                       step.content.count});
    break;
  case NormalizerKind::Nmt:
    mapCharacters(result, source, [&](uint32_t c, const char *, size_t) {
      int32_t mapped = mapNmt(c);
      if (mapped >= 0)
        appendCodePoint(out, static_cast<uint32_t>(mapped));
    });
    break;
  case NormalizerKind::MapBytes:
    appendMapped(result, source);
    break;
  }
  return Status();
}

} // namespace runtime
} // namespace ecolm

//===- CharacterClasses.cpp - What kind of character is it ----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Binary searches in tables of ranges.
//
//===----------------------------------------------------------------------===//

#include "CharacterClasses.h"
#include "Utf8.h"

#include <algorithm>
#include <iterator>
#include <utf8proc.h>

namespace ecolm {
namespace runtime {
namespace {

struct CodePointRange {
  uint32_t first, last;
};

struct LowerCase {
  uint32_t from, to;
  /// What comes behind it, or 0.
  uint32_t mark;
};

struct StandIn {
  uint32_t first, last, known;
};

#include "CharacterClasses.inc"

/// The White_Space property, which no version of Unicode has changed since 6.3.
constexpr CodePointRange kWhitespace[] = {
    {0x9, 0xD},       {0x20, 0x20},     {0x85, 0x85},     {0xA0, 0xA0},
    {0x1680, 0x1680}, {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F},
    {0x205F, 0x205F}, {0x3000, 0x3000}};

template <typename T, size_t N>
const T *findRange(const T (&ranges)[N], uint32_t codePoint) {
  const T *found = std::lower_bound(
      ranges, ranges + N, codePoint,
      [](const T &range, uint32_t wanted) { return range.last < wanted; });
  return found != ranges + N && found->first <= codePoint ? found : nullptr;
}

} // namespace

bool isIn(CharacterClass which, uint32_t codePoint) {
  switch (which) {
  case CharacterClass::Whitespace:
    return findRange(kWhitespace, codePoint);
  case CharacterClass::Word:
    return findRange(kWord, codePoint);
  case CharacterClass::Numeric:
    return findRange(kNumeric, codePoint);
  case CharacterClass::Punctuation:
    return findRange(kPunctuation, codePoint);
  case CharacterClass::Unclean:
    return codePoint == 0 || findRange(kUnclean, codePoint);
  case CharacterClass::CombiningMark:
    return findRange(kCombiningMark, codePoint);
  case CharacterClass::NonspacingMark:
    return findRange(kNonspacingMark, codePoint);
  case CharacterClass::Composing:
    return codePoint >= kComposing[0].first && findRange(kComposing, codePoint);
  }
  return false;
}

uint32_t findStandIn(uint32_t codePoint) {
  if (codePoint < kStandIns[0].first)
    return codePoint;
  const StandIn *found = findRange(kStandIns, codePoint);
  return found ? found->known : codePoint;
}

void appendCodePoint(Text &text, uint32_t codePoint) {
  utf8proc_uint8_t bytes[4];
  utf8proc_ssize_t size =
      utf8proc_encode_char(static_cast<utf8proc_int32_t>(codePoint), bytes);
  text.append(reinterpret_cast<char *>(bytes), static_cast<size_t>(size));
}

void appendLowerCase(Text &text, uint32_t codePoint) {
  const LowerCase *found =
      std::lower_bound(std::begin(kLowerCase), std::end(kLowerCase), codePoint,
                       [](const LowerCase &entry, uint32_t wanted) {
                         return entry.from < wanted;
                       });
  if (found == std::end(kLowerCase) || found->from != codePoint)
    return appendCodePoint(
        text, static_cast<uint32_t>(
                  utf8proc_tolower(static_cast<utf8proc_int32_t>(codePoint))));
  appendCodePoint(text, found->to);
  if (found->mark)
    appendCodePoint(text, found->mark);
}

void appendAsUtf8(Text &text, const char *bytes, size_t size) {
  size_t begin = 0;
  for (size_t i = 0; i < size;) {
    uint32_t codePoint = 0;
    size_t length = decodeUtf8(bytes + i, size - i, &codePoint);
    if (length) {
      i += length;
      continue;
    }
    text.append(bytes + begin, i - begin);
    text.append("\xEF\xBF\xBD");
    i += invalidUtf8Length(bytes + i, size - i);
    begin = i;
  }
  text.append(bytes + begin, size - begin);
}

uint32_t nextCodePoint(const char *text, size_t size, size_t &at) {
  uint32_t codePoint = 0xFFFD;
  size_t length = decodeUtf8(text + at, size - at, &codePoint);
  at += length ? length : 1;
  return codePoint;
}

} // namespace runtime
} // namespace ecolm

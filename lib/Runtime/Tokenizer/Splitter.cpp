//===- Splitter.cpp - Where delimiters are --------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// The behaviours are those of SplitDelimiterBehavior in tokenizers.
//
//===----------------------------------------------------------------------===//

#include "Splitter.h"
#include "CharacterClasses.h"

#include <string.h>

namespace ecolm {
namespace runtime {

using tokenizer::Behavior;
using tokenizer::Delimiter;

void findLiteral(const char *text, size_t size, const char *wanted,
                 size_t wantedSize, Array<Match> &matches) {
  size_t previous = 0;
  while (const void *found =
             memmem(text + previous, size - previous, wanted, wantedSize)) {
    size_t begin = static_cast<const char *>(found) - text;
    if (previous < begin)
      matches.push({previous, begin, false});
    matches.push({begin, begin + wantedSize, true});
    previous = begin + wantedSize;
  }
  if (previous < size)
    matches.push({previous, size, false});
}

/// Every character of a class is a match of its own.
static void findClass(const char *text, size_t size, CharacterClass which,
                      Array<Match> &matches) {
  size_t previous = 0;
  for (size_t at = 0; at < size;) {
    size_t begin = at;
    if (!isIn(which, nextCodePoint(text, size, at)))
      continue;
    if (previous < begin)
      matches.push({previous, begin, false});
    matches.push({begin, at, true});
    previous = at;
  }
  if (previous < size)
    matches.push({previous, size, false});
}

/// Runs of word characters, and of characters that are neither those nor white
/// space, are matches.
static void findWords(const char *text, size_t size, Array<Match> &matches) {
  enum Kind { Space, Word, Other } last = Space;
  size_t previous = 0;
  for (size_t at = 0; at < size;) {
    size_t begin = at;
    uint32_t codePoint = nextCodePoint(text, size, at);
    Kind kind = isIn(CharacterClass::Word, codePoint)         ? Word
                : isIn(CharacterClass::Whitespace, codePoint) ? Space
                                                              : Other;
    if (kind != last && previous < begin) {
      matches.push({previous, begin, last != Space});
      previous = begin;
    }
    last = kind;
  }
  if (previous < size)
    matches.push({previous, size, last != Space});
}

Status Splitter::open(const tokenizer::Table &table,
                      const tokenizer::Step &given) {
  step = &given;
  pattern = tokenizer::elementsOf<char>(table, step->text);
  if (tokenizer::getDelimiter(step->flags) == Delimiter::Expression)
    return expression.open(pattern, step->text.count);
  return Status();
}

Status Splitter::findDelimiters(const char *text, size_t size) {
  matches.clear();
  switch (tokenizer::getDelimiter(step->flags)) {
  case Delimiter::Literal:
    findLiteral(text, size, pattern, step->text.count, matches);
    break;
  case Delimiter::Expression:
    if (Status status = expression.findAll(text, size, matches);
        status.failed())
      return status;
    break;
  case Delimiter::Whitespace:
    findClass(text, size, CharacterClass::Whitespace, matches);
    break;
  case Delimiter::Punctuation:
    findClass(text, size, CharacterClass::Punctuation, matches);
    break;
  case Delimiter::Numeric:
    findClass(text, size, CharacterClass::Numeric, matches);
    break;
  case Delimiter::Words:
    findWords(text, size, matches);
    break;
  }
  if (step->flags & tokenizer::kInverted)
    for (Match &match : matches)
      match.isMatch = !match.isMatch;
  return Status();
}

/// Whether two neighbours, each a match or not, are one part.
static bool isJoined(Behavior behavior, bool first, bool second) {
  switch (behavior) {
  case Behavior::Removed:
  case Behavior::Isolated:
    return false;
  case Behavior::MergedWithPrevious:
    return !first && second;
  case Behavior::MergedWithNext:
    return first && !second;
  case Behavior::Contiguous:
    return first == second;
  }
  return false;
}

Status Splitter::split(const char *text, size_t size, Array<Match> &parts) {
  if (Status status = findDelimiters(text, size); status.failed())
    return status;
  Behavior behavior = tokenizer::getBehavior(step->flags);
  bool joined = false;
  for (size_t i = 0; i < matches.size(); ++i) {
    const Match &match = matches[i];
    if (joined)
      parts[parts.size() - 1].end = match.end;
    else if (behavior != Behavior::Removed || !match.isMatch)
      parts.push(match);
    joined = i + 1 < matches.size() &&
             isJoined(behavior, match.isMatch, matches[i + 1].isMatch);
  }
  return Status();
}

} // namespace runtime
} // namespace ecolm

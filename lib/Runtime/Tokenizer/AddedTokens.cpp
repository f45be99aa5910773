//===- AddedTokens.cpp - Tokens that are found before any model looks -----===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Follows find_matches of tokenizers' AddedVocabulary.
//
//===----------------------------------------------------------------------===//

#include "AddedTokens.h"
#include "CharacterClasses.h"

#include <algorithm>

namespace ecolm {
namespace runtime {

AddedTokens::AddedTokens(const tokenizer::Table &table, tokenizer::Span trie)
    : table(table), trie(trie),
      flags(tokenizer::elementsOf<uint8_t>(table, table.pieceFlags)) {
  for (int byte = 0; byte < 256; ++byte)
    begins[byte] =
        tokenizer::TrieWalk(table, trie).step(static_cast<uint8_t>(byte));
}

int32_t AddedTokens::findAt(const char *text, size_t size,
                            size_t *length) const {
  tokenizer::TrieWalk walk(table, trie);
  int32_t found = -1;
  for (size_t i = 0; i < size && walk.step(static_cast<uint8_t>(text[i])); ++i)
    if (walk.value() >= 0) {
      found = walk.value();
      *length = i + 1;
    }
  return found;
}

/// The beginning of the character that ends before `at`.
static size_t stepBack(const char *text, size_t at) {
  do
    --at;
  while (at && (text[at] & 0xC0) == 0x80);
  return at;
}

static bool endsWithWord(const char *text, size_t size) {
  if (size == 0)
    return false;
  size_t at = stepBack(text, size);
  return isIn(CharacterClass::Word, nextCodePoint(text, size, at));
}

static bool beginsWithWord(const char *text, size_t size) {
  size_t at = 0;
  return size && isIn(CharacterClass::Word, nextCodePoint(text, size, at));
}

/// Where the white space begins that ends at `end`, but not before `limit`.
static size_t skipBack(const char *text, size_t end, size_t limit) {
  while (end > limit) {
    size_t start = stepBack(text, end), at = start;
    if (!isIn(CharacterClass::Whitespace, nextCodePoint(text, end, at)))
      break;
    end = start;
  }
  return end;
}

/// Where the white space ends that begins at `begin`.
static size_t skipForth(const char *text, size_t size, size_t begin) {
  while (begin < size) {
    size_t at = begin;
    if (!isIn(CharacterClass::Whitespace, nextCodePoint(text, size, at)))
      break;
    begin = at;
  }
  return begin;
}

void AddedTokens::divide(const char *text, size_t size,
                         Array<Piece> &parts) const {
  auto push = [&](size_t begin, size_t end, int32_t token) {
    if (begin < end)
      parts.push({begin, end, 0, false, token});
  };
  size_t done = 0;
  for (size_t at = 0; at < size && trie.count;) {
    size_t length = 0;
    int32_t token = begins[static_cast<uint8_t>(text[at])]
                        ? findAt(text + at, size - at, &length)
                        : -1;
    if (token < 0) {
      ++at;
      continue;
    }
    size_t begin = at, end = at + length;
    at = end;
    uint8_t flag = flags[token];
    if ((flag & tokenizer::SingleWord) &&
        (endsWithWord(text, begin) || beginsWithWord(text + end, size - end)))
      continue;
    if (flag & tokenizer::StripLeft)
      begin = std::max(skipBack(text, begin, done), done);
    if (flag & tokenizer::StripRight)
      end = skipForth(text, size, end);
    if (done < begin)
      push(done, begin, -1);
    // White space that the token before took may hold this one.
    push(begin, end, token);
    done = end;
  }
  push(done, size, -1);
}

} // namespace runtime
} // namespace ecolm

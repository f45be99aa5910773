//===- Vocabulary.cpp - Pieces and their ids ------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// WordLevel and WordPiece of tokenizers.
//
//===----------------------------------------------------------------------===//

#include "Vocabulary.h"
#include "Text.h"

namespace ecolm {
namespace runtime {

using tokenizer::TrieWalk;

/// As much of a word as a message shows.
static constexpr size_t kShownBytes = 60;

Status Vocabulary::fail(const char *word, size_t size) const {
  Text shown;
  shown.append(word, size < kShownBytes ? size : kShownBytes);
  return Status::failure(ExitCode::BadInput,
                         "the tokenizer has no piece for '%s' and none for the "
                         "unknown; remove or replace it",
                         shown.c_str());
}

Status Vocabulary::pushUnknown(const char *word, size_t size,
                               Array<int64_t> &ids) const {
  if (table.unknown < 0)
    return fail(word, size);
  ids.push(table.unknown);
  return Status();
}

Status encodeWordLevel(const Vocabulary &vocabulary, const char *word,
                       size_t size, Array<int64_t> &ids) {
  int32_t id = vocabulary.find(word, size);
  if (id < 0)
    return vocabulary.pushUnknown(word, size, ids);
  ids.push(id);
  return Status();
}

static size_t countCharacters(const char *word, size_t size) {
  size_t count = 0;
  for (size_t i = 0; i < size; ++i)
    count += (word[i] & 0xC0) != 0x80;
  return count;
}

Status encodeWordPiece(const Vocabulary &vocabulary, const char *word,
                       size_t size, Array<int64_t> &ids) {
  const tokenizer::Table &table = vocabulary.getTable();
  if (countCharacters(word, size) > table.maxWordCharacters)
    return vocabulary.pushUnknown(word, size, ids);
  // Within a word, pieces begin with the prefix, so the search begins there.
  TrieWalk inner = vocabulary.walk();
  inner.step(tokenizer::elementsOf<char>(table, table.innerPrefix),
             table.innerPrefix.count);
  size_t known = ids.size();
  for (size_t begin = 0; begin < size;) {
    TrieWalk state = begin ? inner : vocabulary.walk();
    int32_t longest = -1;
    size_t end = begin;
    for (size_t i = begin; i < size; ++i) {
      if (!state.step(static_cast<unsigned char>(word[i])))
        break;
      if (state.value() >= 0) {
        longest = state.value();
        end = i + 1;
      }
    }
    if (longest < 0) {
      ids.truncate(known);
      return vocabulary.pushUnknown(word, size, ids);
    }
    ids.push(longest);
    begin = end;
  }
  return Status();
}

} // namespace runtime
} // namespace ecolm

//===- CharacterTokenizer.cpp - Text to token ids and back, by code point
//--===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Looks code points up by binary search and explains those it does not find.
//
//===----------------------------------------------------------------------===//

#include "CharacterTokenizer.h"

#include "Text.h"
#include "Utf8.h"

#include <algorithm>
#include <string.h>

namespace ecolm {
namespace runtime {

Status CharacterTokenizer::open(const ecolm_tokenizer &given) {
  vocabulary = given;
  entries.clear();
  for (int32_t id = 0; id < given.size; ++id) {
    const char *piece = given.pieces[id];
    size_t size = piece ? strlen(piece) : 0;
    uint32_t codePoint = 0;
    // The character U+0000 arrives as an empty C string.
    if (piece && size != 0 && decodeUtf8(piece, size, &codePoint) != size)
      return Status::failure(ExitCode::ModelFailure,
                             "piece %d of the model's vocabulary is not one "
                             "UTF-8 character; compile the model again",
                             id);
    if (piece)
      entries.push({codePoint, id});
  }
  std::sort(entries.begin(), entries.end(),
            [](Entry a, Entry b) { return a.codePoint < b.codePoint; });
  for (size_t i = 1; i < entries.size(); ++i)
    if (entries[i].codePoint == entries[i - 1].codePoint)
      return Status::failure(ExitCode::ModelFailure,
                             "pieces %d and %d of the model's vocabulary are "
                             "the same character; compile the model again",
                             entries[i - 1].id, entries[i].id);
  return Status();
}

int32_t CharacterTokenizer::find(uint32_t codePoint) const {
  const Entry *entry = std::lower_bound(
      entries.begin(), entries.end(), codePoint,
      [](const Entry &a, uint32_t wanted) { return a.codePoint < wanted; });
  return entry != entries.end() && entry->codePoint == codePoint ? entry->id
                                                                 : -1;
}

Status CharacterTokenizer::encode(const char *text, size_t size,
                                  const char *source,
                                  Array<int64_t> &ids) const {
  for (size_t offset = 0; offset < size;) {
    uint32_t codePoint = 0;
    size_t length = decodeUtf8(text + offset, size - offset, &codePoint);
    if (length == 0)
      return Status::failure(
          ExitCode::BadInput,
          "%s is not valid UTF-8: byte 0x%02x at byte offset %zu; convert it "
          "to UTF-8, for example with iconv",
          source, static_cast<uint8_t>(text[offset]), offset);
    int32_t id = find(codePoint);
    if (id >= 0) {
      ids.push(id);
      offset += length;
      continue;
    }
    // The report escapes control characters.
    Text message;
    message.format("%s holds the character '", source);
    message.append(text + offset, length);
    message.format("' (U+%04X) at byte offset %zu, which this model does not "
                   "know; remove or replace it",
                   codePoint, offset);
    // A short vocabulary is the best remedy there is.
    if (vocabulary.size <= 128) {
      message.append(" (the model knows ");
      for (const Entry &entry : entries)
        message.append(entry.codePoint ? vocabulary.pieces[entry.id] : "\\0");
      message.append(")");
    }
    return Status::failure(ExitCode::BadInput, "%s", message.c_str());
  }
  return Status();
}

const char *CharacterTokenizer::piece(int64_t id) const {
  bool known = id >= 0 && id < vocabulary.size && vocabulary.pieces[id];
  return known ? vocabulary.pieces[id] : "\xEF\xBF\xBD";
}

} // namespace runtime
} // namespace ecolm

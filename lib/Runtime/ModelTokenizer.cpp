//===- ModelTokenizer.cpp - The tokenizer of a model, whatever its kind ---===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// The way of streaming is that of tokenizers' DecodeStream.
//
//===----------------------------------------------------------------------===//

#include "ModelTokenizer.h"

#include <string.h>

namespace ecolm {
namespace runtime {

/// A text that ends in U+FFFD may go on with the rest of a character, for as
/// many ids as a character has bytes, and some.
static constexpr size_t kLongestWait = 8;

ModelTokenizer::~ModelTokenizer() {
  if (handle)
    given.code->close(handle);
}

/// Takes the text of a failure.
static Status fail(ExitCode code, const char *source, char *message) {
  Status status = Status::failure(code, "%s: %s", source, message);
  free(message);
  return status;
}

Status ModelTokenizer::open(const ecolm_tokenizer &tokenizer) {
  given = tokenizer;
  if (given.kind == ECOLM_TOKENIZER_CHARACTER)
    return characters.open(given);
  if (given.kind == ECOLM_TOKENIZER_NONE)
    return Status::failure(ExitCode::Usage,
                           "this program holds no tokenizer, so it takes no "
                           "text; give token ids with --input and --output");
  if (char *message = given.code->open(given.table, &handle))
    return fail(ExitCode::ModelFailure, "the tokenizer cannot start", message);
  return Status();
}

Status ModelTokenizer::encode(const char *text, size_t size, const char *source,
                              bool addSpecial, Array<int64_t> &ids) const {
  if (given.kind == ECOLM_TOKENIZER_CHARACTER)
    return characters.encode(text, size, source, ids);
  int64_t *found = nullptr, count = 0;
  if (char *message =
          given.code->encode(handle, text, size, addSpecial, &found, &count))
    return fail(ExitCode::BadInput, source, message);
  for (int64_t i = 0; i < count; ++i)
    ids.push(found[i]);
  free(found);
  return Status();
}

Status ModelTokenizer::decode(const int64_t *ids, size_t count,
                              bool skipSpecial, Text &text) const {
  if (given.kind == ECOLM_TOKENIZER_CHARACTER) {
    for (size_t i = 0; i < count; ++i) {
      const char *piece = characters.piece(ids[i]);
      // The empty piece is the character U+0000.
      text.append(piece, *piece ? strlen(piece) : 1);
    }
    return Status();
  }
  char *found = nullptr;
  uint64_t bytes = 0;
  if (char *message =
          given.code->decode(handle, ids, static_cast<int64_t>(count),
                             skipSpecial, &found, &bytes))
    return fail(ExitCode::BadInput, "the ids have no text", message);
  text.append(found, bytes);
  free(found);
  return Status();
}

Status TextStream::push(int64_t id, Text &text) {
  if (tokenizer.isByPiece())
    return tokenizer.decode(&id, 1, skipSpecial, text);
  ids.push(id);
  return appendNew(text, ids.size() - said >= kLongestWait);
}

Status TextStream::finish(Text &text) {
  return appendNew(text, /*isLast=*/true);
}

Status TextStream::appendNew(Text &text, bool isLast) {
  if (said == ids.size())
    return Status();
  before.clear();
  after.clear();
  if (said)
    if (Status status = tokenizer.decode(ids.data(), said, skipSpecial, before);
        status.failed())
      return status;
  if (Status status =
          tokenizer.decode(ids.data(), ids.size(), skipSpecial, after);
      status.failed())
    return status;
  bool isOpen = after.size() >= 3 &&
                memcmp(after.data() + after.size() - 3, "\xEF\xBF\xBD", 3) == 0;
  if (after.size() <= before.size() || (isOpen && !isLast))
    return Status();
  size_t at = before.size();
  while (at < after.size() && (after.data()[at] & 0xC0) == 0x80)
    ++at;
  text.append(after.data() + at, after.size() - at);
  // What was new is what the next ids depend on, unless it is a part of a
  // character, which is lost now.
  size_t kept = isOpen ? 0 : ids.size() - said;
  for (size_t i = 0; i < kept; ++i)
    ids[i] = ids[said + i];
  ids.truncate(kept);
  said = kept;
  return Status();
}

} // namespace runtime
} // namespace ecolm

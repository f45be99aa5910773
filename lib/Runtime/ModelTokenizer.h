//===- ModelTokenizer.h - The tokenizer of a model, whatever its kind --*- C++
//-*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Text to ids and back for commands, and text as it is generated.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_MODELTOKENIZER_H
#define ECOLM_LIB_RUNTIME_MODELTOKENIZER_H

#include "CharacterTokenizer.h"
#include "Text.h"

namespace ecolm {
namespace runtime {

/// Calls what the descriptor of a model says.
class ModelTokenizer {
public:
  ModelTokenizer() = default;
  ModelTokenizer(const ModelTokenizer &) = delete;
  ModelTokenizer &operator=(const ModelTokenizer &) = delete;
  ~ModelTokenizer();

  /// Fails when the program holds none. The descriptor must outlive this.
  Status open(const ecolm_tokenizer &given);

  /// Appends the ids of a text. `source` names it in messages; `addSpecial`
  /// adds the ids that the tokenizer puts around texts.
  Status encode(const char *text, size_t size, const char *source,
                bool addSpecial, Array<int64_t> &ids) const;

  /// Appends the text of ids, without special tokens if `skipSpecial`.
  Status decode(const int64_t *ids, size_t count, bool skipSpecial,
                Text &text) const;

  /// Whether the text of ids is that of each, one behind the other.
  bool isByPiece() const { return given.kind == ECOLM_TOKENIZER_CHARACTER; }

private:
  ecolm_tokenizer given = {};
  CharacterTokenizer characters;
  void *handle = nullptr;
};

/// Text that grows id by id, and never by a part of a character.
class TextStream {
public:
  TextStream(const ModelTokenizer &tokenizer, bool skipSpecial)
      : tokenizer(tokenizer), skipSpecial(skipSpecial) {}

  /// Appends what can be said for certain with one more id.
  Status push(int64_t id, Text &text);

  /// Appends the rest.
  Status finish(Text &text);

private:
  Status appendNew(Text &text, bool isLast);

  const ModelTokenizer &tokenizer;
  bool skipSpecial;
  /// The last ids: those before `said` have been said, and stand there because
  /// the text of an id depends on what comes before it.
  Array<int64_t> ids;
  size_t said = 0;
  Text before, after;
};

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_MODELTOKENIZER_H

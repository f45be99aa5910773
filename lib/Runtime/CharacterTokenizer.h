//===- CharacterTokenizer.h - Text to token ids and back, by code point - -*-
// C++ -*--===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// One token per Unicode code point; the vocabulary comes from the model.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_CHARACTERTOKENIZER_H
#define ECOLM_LIB_RUNTIME_CHARACTERTOKENIZER_H

#include "Array.h"
#include "Errors.h"
#include "ecolm/Runtime/Model.h"

namespace ecolm {
namespace runtime {

/// Splits text into the code points of a vocabulary.
class CharacterTokenizer {
public:
  /// Indexes the vocabulary. It must outlive this object. Fails when a piece
  /// is not exactly one code point, or occurs twice.
  Status open(const ecolm_tokenizer &vocabulary);

  /// Appends the ids of `text`. `source` names it in messages.
  Status encode(const char *text, size_t size, const char *source,
                Array<int64_t> &ids) const;

  /// The UTF-8 text of a token: whole code points, never null. The
  /// replacement character for an id that has no piece.
  const char *piece(int64_t id) const;

private:
  struct Entry {
    uint32_t codePoint;
    int32_t id;
  };

  /// The id of a code point, or -1.
  int32_t find(uint32_t codePoint) const;

  ecolm_tokenizer vocabulary = {};
  /// Sorted by code point.
  Array<Entry> entries;
};

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_CHARACTERTOKENIZER_H

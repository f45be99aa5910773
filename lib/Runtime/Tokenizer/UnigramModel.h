//===- UnigramModel.h - The most likely pieces of a word --------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// SentencePiece's unigram model.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_TOKENIZER_UNIGRAMMODEL_H
#define ECOLM_LIB_RUNTIME_TOKENIZER_UNIGRAMMODEL_H

#include "Vocabulary.h"

namespace ecolm {
namespace runtime {

/// Chooses the pieces whose scores have the largest sum.
class UnigramModel {
public:
  explicit UnigramModel(const Vocabulary &vocabulary)
      : vocabulary(vocabulary) {}

  /// Appends the ids of a word, which is UTF-8 and not empty.
  Status encode(const char *word, size_t size, Array<int64_t> &ids);

private:
  /// The best way to the end of a prefix: its last piece, and where that
  /// begins.
  struct Best {
    double score;
    size_t begin;
    int32_t id;
    bool isReached;
  };

  Status findBest(const char *word, size_t size, Array<int64_t> &ids);
  Status pushPart(const char *part, size_t size, Array<int64_t> &ids) const;

  const Vocabulary &vocabulary;
  Array<Best> best;
  Array<size_t> bounds;
};

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_TOKENIZER_UNIGRAMMODEL_H

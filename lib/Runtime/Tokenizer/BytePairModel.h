//===- BytePairModel.h - Merges pairs of pieces -----------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Byte-pair encoding, with a memory of words.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_TOKENIZER_BYTEPAIRMODEL_H
#define ECOLM_LIB_RUNTIME_TOKENIZER_BYTEPAIRMODEL_H

#include "Vocabulary.h"

namespace ecolm {
namespace runtime {

/// Begins with the characters of a word and merges neighbours, the pair of
/// lowest rank first.
class BytePairModel {
public:
  explicit BytePairModel(const Vocabulary &vocabulary);

  /// Appends the ids of a word, which is UTF-8 and not empty.
  Status encode(const char *word, size_t size, Array<int64_t> &ids);

private:
  /// A piece of the word. `next` and `previous` are indices; size 0 is one that
  /// was merged into its neighbour.
  struct Symbol {
    int32_t id;
    int32_t previous, next;
    uint32_t size;
  };
  /// A pair that can be merged: the symbol at `place` and the next one.
  struct Candidate {
    uint32_t rank;
    int32_t place;

    /// The largest is the next to merge: of the lowest rank, then the leftmost.
    bool operator<(const Candidate &other) const {
      return rank != other.rank ? rank > other.rank : place > other.place;
    }
  };
  /// What a remembered word became.
  struct Remembered {
    uint32_t hash;
    uint32_t text, size;
    uint32_t ids, count;
  };

  bool recall(const char *word, size_t size, uint32_t hash,
              Array<int64_t> &ids) const;
  void remember(const char *word, size_t size, uint32_t hash,
                const int64_t *ids, size_t count);

  /// The rank of the merge of a pair, or -1.
  int32_t findMerge(int32_t left, int32_t right) const;
  void pushSymbol(int32_t id, size_t size);
  void pushCandidate(int32_t left, int32_t right);
  Status split(const char *word, size_t size);
  void merge();

  const Vocabulary &vocabulary;
  const tokenizer::Table &table;
  const tokenizer::Merge *merges;
  const uint32_t *slots;
  uint32_t slotMask;

  Array<Symbol> symbols;
  /// A heap.
  Array<Candidate> candidates;
  Array<Remembered> memory;
  Array<char> memoryText;
  Array<int32_t> memoryIds;
};

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_TOKENIZER_BYTEPAIRMODEL_H

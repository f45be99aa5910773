//===- UnigramModel.cpp - The most likely pieces of a word ----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Viterbi's algorithm over the prefixes of a word, in the order of
// encode_optimized of tokenizers, so that equal sums choose equal pieces.
//
//===----------------------------------------------------------------------===//

#include "UnigramModel.h"

namespace ecolm {
namespace runtime {

Status UnigramModel::findBest(const char *word, size_t size,
                              Array<int64_t> &ids) {
  const tokenizer::Table &table = vocabulary.getTable();
  const double *scores = tokenizer::elementsOf<double>(table, table.scores);
  best.resizeUninitialized(size + 1);
  for (Best &entry : best)
    entry = {0, 0, 0, false};
  auto offer = [&](size_t begin, size_t end, double score, int32_t id) {
    double sum = score + best[begin].score;
    if (!best[end].isReached || sum > best[end].score)
      best[end] = {sum, begin, id, true};
  };
  for (size_t begin = 0, next; begin < size; begin = next) {
    next = begin + 1;
    while (next < size && (word[next] & 0xC0) == 0x80)
      ++next;
    bool hasSingle = false;
    tokenizer::TrieWalk state = vocabulary.walk();
    for (size_t i = begin; i < size; ++i) {
      if (!state.step(static_cast<unsigned char>(word[i])))
        break;
      if (state.value() < 0)
        continue;
      offer(begin, i + 1, scores[state.value()], state.value());
      hasSingle |= i + 1 == next;
    }
    if (hasSingle)
      continue;
    if (table.unknown < 0)
      return vocabulary.pushUnknown(word + begin, next - begin, ids);
    offer(begin, next, table.unknownScore, table.unknown);
  }
  return Status();
}

/// Appends the id of a piece, or of what no piece is.
Status UnigramModel::pushPart(const char *part, size_t size,
                              Array<int64_t> &ids) const {
  int32_t id = vocabulary.find(part, size);
  if (id >= 0) {
    ids.push(id);
    return Status();
  }
  size_t known = ids.size();
  for (size_t i = 0; i < size; ++i) {
    int32_t byte = vocabulary.ofByte(part[i]);
    if (byte < 0) {
      ids.truncate(known);
      return vocabulary.pushUnknown(part, size, ids);
    }
    ids.push(byte);
  }
  return Status();
}

Status UnigramModel::encode(const char *word, size_t size,
                            Array<int64_t> &ids) {
  if (Status status = findBest(word, size, ids); status.failed())
    return status;
  // From the end; neighbours that are unknown are one part.
  int32_t unknown = vocabulary.getTable().unknown;
  bounds.clear();
  bool wasUnknown = false;
  for (size_t end = size; end > 0; end = best[end].begin) {
    bool isUnknown = best[end].id == unknown;
    if (!(isUnknown && wasUnknown))
      bounds.push(end);
    wasUnknown = isUnknown;
  }
  for (size_t begin = 0, i = bounds.size(); i-- > 0; begin = bounds[i])
    if (Status status = pushPart(word + begin, bounds[i] - begin, ids);
        status.failed())
      return status;
  return Status();
}

} // namespace runtime
} // namespace ecolm

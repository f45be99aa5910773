//===- BytePairModel.cpp - Merges pairs of pieces -------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// The algorithm of merge_word and merge_all in tokenizers, whose choices among
// stale candidates are part of what ids are.
//
//===----------------------------------------------------------------------===//

#include "BytePairModel.h"

#include <algorithm>
#include <string.h>

namespace ecolm {
namespace runtime {

using tokenizer::TrieWalk;

/// Words to remember, a power of two, and the longest of them.
static constexpr uint32_t kMemorySlots = 1 << 14;
static constexpr size_t kLongestRemembered = 64;
/// Text of remembered words; when it is full, all are forgotten.
static constexpr size_t kMemoryBytes = 1 << 20;

BytePairModel::BytePairModel(const Vocabulary &vocabulary)
    : vocabulary(vocabulary), table(vocabulary.getTable()),
      merges(tokenizer::elementsOf<tokenizer::Merge>(table, table.merges)),
      slots(tokenizer::elementsOf<uint32_t>(table, table.mergeSlots)),
      slotMask(table.mergeSlots.count - 1) {}

static uint32_t hashWord(const char *word, size_t size) {
  uint64_t hash = size;
  for (; size >= 8; word += 8, size -= 8) {
    uint64_t chunk;
    memcpy(&chunk, word, 8);
    hash = (hash ^ chunk) * UINT64_C(0x9E3779B97F4A7C15);
    hash ^= hash >> 29;
  }
  uint64_t rest = 0;
  memcpy(&rest, word, size);
  hash = (hash ^ rest) * UINT64_C(0x9E3779B97F4A7C15);
  return static_cast<uint32_t>(hash >> 32);
}

bool BytePairModel::recall(const char *word, size_t size, uint32_t hash,
                           Array<int64_t> &ids) const {
  if (memory.empty())
    return false;
  const Remembered &entry = memory[hash & (kMemorySlots - 1)];
  if (entry.hash != hash || entry.size != size ||
      memcmp(memoryText.data() + entry.text, word, size) != 0)
    return false;
  for (uint32_t i = 0; i < entry.count; ++i)
    ids.push(memoryIds[entry.ids + i]);
  return true;
}

void BytePairModel::remember(const char *word, size_t size, uint32_t hash,
                             const int64_t *ids, size_t count) {
  if (memory.empty() || memoryText.size() + size > kMemoryBytes) {
    memory.resizeUninitialized(kMemorySlots);
    memset(static_cast<void *>(memory.data()), 0,
           kMemorySlots * sizeof(Remembered));
    memoryText.clear();
    memoryIds.clear();
  }
  memory[hash & (kMemorySlots - 1)] = {
      hash, static_cast<uint32_t>(memoryText.size()),
      static_cast<uint32_t>(size), static_cast<uint32_t>(memoryIds.size()),
      static_cast<uint32_t>(count)};
  size_t old = memoryText.size();
  memoryText.resizeUninitialized(old + size);
  memcpy(memoryText.data() + old, word, size);
  for (size_t i = 0; i < count; ++i)
    memoryIds.push(static_cast<int32_t>(ids[i]));
}

int32_t BytePairModel::findMerge(int32_t left, int32_t right) const {
  uint32_t l = static_cast<uint32_t>(left), r = static_cast<uint32_t>(right);
  for (uint32_t slot = tokenizer::hashPair(l, r);; ++slot) {
    uint32_t entry = slots[slot & slotMask];
    if (entry == 0)
      return -1;
    const tokenizer::Merge &found = merges[entry - 1];
    if (found.left == l && found.right == r)
      return static_cast<int32_t>(entry - 1);
  }
}

void BytePairModel::pushSymbol(int32_t id, size_t size) {
  int32_t place = static_cast<int32_t>(symbols.size());
  if (place)
    symbols[place - 1].next = place;
  symbols.push({id, place - 1, -1, static_cast<uint32_t>(size)});
}

/// Divides a word into the pieces of its characters.
Status BytePairModel::split(const char *word, size_t size) {
  TrieWalk inner = vocabulary.walk();
  inner.step(tokenizer::elementsOf<char>(table, table.innerPrefix),
             table.innerPrefix.count);
  const char *suffix = tokenizer::elementsOf<char>(table, table.wordSuffix);
  const char *prefix = tokenizer::elementsOf<char>(table, table.innerPrefix);
  auto pushBytes = [&](const char *bytes, size_t count) {
    for (size_t i = 0; i < count; ++i)
      pushSymbol(vocabulary.ofByte(bytes[i]), 1);
  };
  auto haveTokens = [&](const char *bytes, size_t count) {
    for (size_t i = 0; i < count; ++i)
      if (vocabulary.ofByte(bytes[i]) < 0)
        return false;
    return true;
  };
  symbols.clear();
  // Unknown characters wait until it is clear whether they are one symbol.
  size_t unknown = 0;
  for (size_t begin = 0, end; begin < size; begin = end) {
    end = begin + 1;
    while (end < size && (word[end] & 0xC0) == 0x80)
      ++end;
    size_t prefixSize = begin ? table.innerPrefix.count : 0;
    size_t suffixSize = end == size ? table.wordSuffix.count : 0;
    TrieWalk state = begin ? inner : vocabulary.walk();
    bool known = state.step(word + begin, end - begin) &&
                 state.step(suffix, suffixSize) && state.value() >= 0;
    if (known) {
      if (unknown)
        pushSymbol(table.unknown, unknown);
      unknown = 0;
      pushSymbol(state.value(), end - begin);
      continue;
    }
    if (haveTokens(prefix, prefixSize) &&
        haveTokens(word + begin, end - begin) &&
        haveTokens(suffix, suffixSize)) {
      pushBytes(prefix, prefixSize);
      pushBytes(word + begin, end - begin);
      pushBytes(suffix, suffixSize);
      continue;
    }
    if (table.modelFlags & tokenizer::UnknownIsMissing)
      return vocabulary.fail(word + begin, end - begin);
    // Without a piece for the unknown, it is passed over.
    if (table.unknown < 0)
      continue;
    if (unknown && !(table.modelFlags & tokenizer::FuseUnknown)) {
      pushSymbol(table.unknown, unknown);
      unknown = 0;
    }
    unknown += end - begin;
  }
  if (unknown)
    pushSymbol(table.unknown, unknown);
  return Status();
}

void BytePairModel::pushCandidate(int32_t left, int32_t right) {
  int32_t rank = findMerge(symbols[left].id, symbols[right].id);
  if (rank < 0)
    return;
  candidates.push({static_cast<uint32_t>(rank), left});
  std::push_heap(candidates.begin(), candidates.end());
}

void BytePairModel::merge() {
  candidates.clear();
  for (int32_t i = 1; i < static_cast<int32_t>(symbols.size()); ++i)
    pushCandidate(i - 1, i);
  while (!candidates.empty()) {
    Candidate top = candidates[0];
    std::pop_heap(candidates.begin(), candidates.end());
    candidates.truncate(candidates.size() - 1);
    Symbol &symbol = symbols[top.place];
    if (symbol.size == 0 || symbol.next < 0)
      continue;
    Symbol &right = symbols[symbol.next];
    int32_t now = findMerge(symbol.id, right.id);
    uint32_t merged = merges[top.rank].merged;
    if (now < 0 || merges[now].merged != merged)
      continue;
    symbol.id = static_cast<int32_t>(merged);
    symbol.size += right.size;
    symbol.next = right.next;
    right.size = 0;
    if (symbol.next >= 0)
      symbols[symbol.next].previous = top.place;
    if (symbol.previous >= 0)
      pushCandidate(symbol.previous, top.place);
    if (symbol.next >= 0)
      pushCandidate(top.place, symbol.next);
  }
}

Status BytePairModel::encode(const char *word, size_t size,
                             Array<int64_t> &ids) {
  if (table.modelFlags & tokenizer::WholeWords) {
    int32_t id = vocabulary.find(word, size);
    if (id >= 0) {
      ids.push(id);
      return Status();
    }
  }
  if (size > INT32_MAX)
    return Status::failure(ExitCode::BadInput,
                           "a word of %zu bytes is too long; divide the text",
                           size);
  bool isShort = size <= kLongestRemembered;
  uint32_t hash = isShort ? hashWord(word, size) : 0;
  if (isShort && recall(word, size, hash, ids))
    return Status();
  if (Status status = split(word, size); status.failed())
    return status;
  merge();
  size_t before = ids.size();
  for (const Symbol &symbol : symbols)
    if (symbol.size)
      ids.push(symbol.id);
  if (isShort)
    remember(word, size, hash, ids.data() + before, ids.size() - before);
  return Status();
}

} // namespace runtime
} // namespace ecolm

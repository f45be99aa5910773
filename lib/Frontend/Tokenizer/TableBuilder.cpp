//===- TableBuilder.cpp - The bytes of a tokenizer's table ----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Builds double arrays, and aligns every part.
//
//===----------------------------------------------------------------------===//

#include "TableBuilder.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace ecolm;
using namespace ecolm::tokenizer;

Span TableBuilder::addBytes(const char *data, size_t size, size_t count) {
  bytes.resize(alignTo(bytes.size(), 8));
  Span span{static_cast<uint32_t>(bytes.size()), static_cast<uint32_t>(count)};
  if (size)
    bytes.append(data, size);
  return span;
}

std::string TableBuilder::finish() {
  bytes.resize(alignTo(bytes.size(), 8));
  head.bytes = bytes.size();
  memcpy(bytes.data(), &head, sizeof head);
  return bytes;
}

namespace {

/// Places the nodes of a trie so that the children of each are where its base
/// xor their byte is.
class DoubleArray {
public:
  explicit DoubleArray(const PieceMap &pieces) {
    for (auto &[text, id] : pieces)
      entries.push_back({text, id});
  }

  std::vector<TrieNode> build() {
    if (entries.empty())
      return {};
    grow();
    take(0);
    // Subtrees wait: a node, its entries, and how many bytes they share.
    std::vector<Subtree> waiting = {{0, 0, entries.size(), 0}};
    while (!waiting.empty()) {
      Subtree subtree = waiting.back();
      waiting.pop_back();
      placeChildren(subtree, waiting);
    }
    return std::move(nodes);
  }

private:
  struct Entry {
    StringRef text;
    int32_t id;
  };
  struct Subtree {
    uint32_t node;
    size_t begin, end, depth;
  };
  /// Neighbours in the ring of free slots, which kRing holds together.
  struct Link {
    uint32_t previous, next;
  };
  static constexpr uint32_t kRing = UINT32_MAX;
  /// Free slots to try before new ones are made.
  static constexpr int kTries = 32;

  void placeChildren(Subtree subtree, std::vector<Subtree> &waiting) {
    size_t begin = subtree.begin;
    // Strings are in order, so what ends here comes first.
    if (entries[begin].text.size() == subtree.depth)
      nodes[subtree.node].value = entries[begin++].id;
    std::vector<Subtree> children;
    std::vector<uint8_t> labels;
    for (size_t i = begin; i < subtree.end; ++i) {
      uint8_t label = entries[i].text[subtree.depth];
      if (labels.empty() || labels.back() != label) {
        labels.push_back(label);
        children.push_back({0, i, i, subtree.depth + 1});
      }
      children.back().end = i + 1;
    }
    if (labels.empty())
      return;
    uint32_t base = findBase(labels);
    nodes[subtree.node].base = base;
    for (auto [label, child] : zip(labels, children)) {
      child.node = base ^ label;
      take(child.node);
      nodes[child.node].parent = subtree.node;
      waiting.push_back(child);
    }
  }

  /// A base whose slots for `labels` are free. Single children fill the oldest
  /// gaps; families go to the newest block, where there is room.
  uint32_t findBase(ArrayRef<uint8_t> labels) {
    auto fits = [&](uint32_t slot) {
      uint32_t base = slot ^ labels[0];
      return all_of(labels,
                    [&](uint8_t label) { return isFree[base ^ label]; });
    };
    if (labels.size() > 1)
      for (uint32_t slot = nodes.size() - 256; slot < nodes.size(); ++slot)
        if (fits(slot))
          return slot ^ labels[0];
    uint32_t slot = firstFree;
    for (int i = 0; i < kTries && slot != kRing; ++i, slot = links[slot].next)
      if (fits(slot))
        return slot ^ labels[0];
    uint32_t base = nodes.size();
    grow();
    return base;
  }

  /// Adds a block of 256 slots, in which every byte leads to a slot.
  void grow() {
    uint32_t begin = nodes.size();
    nodes.resize(begin + 256);
    isFree.resize(begin + 256, true);
    links.resize(begin + 256);
    for (uint32_t slot = begin; slot < begin + 256; ++slot) {
      links[slot] = {lastFree, kRing};
      (lastFree == kRing ? firstFree : links[lastFree].next) = slot;
      lastFree = slot;
    }
  }

  void take(uint32_t slot) {
    isFree[slot] = false;
    auto [previous, next] = links[slot];
    (previous == kRing ? firstFree : links[previous].next) = next;
    (next == kRing ? lastFree : links[next].previous) = previous;
  }

  std::vector<Entry> entries;
  std::vector<TrieNode> nodes;
  std::vector<bool> isFree;
  std::vector<Link> links;
  uint32_t firstFree = kRing, lastFree = kRing;
};

} // namespace

Span TableBuilder::addTrie(const PieceMap &pieces) {
  return add(DoubleArray(pieces).build());
}

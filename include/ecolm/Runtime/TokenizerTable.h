//===- TokenizerTable.h - A tokenizer as read-only bytes --------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// What the compiler writes of a tokenizer.json and the program reads in place:
// little-endian, every part at a multiple of eight bytes, nothing to build at
// the start. The four pipelines are lists of steps; what a file spells as one
// BertNormalizer or Metaspace is several of them.
//
//   Table | parts in any order: strings, tries, merges, scores, steps
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_RUNTIME_TOKENIZERTABLE_H
#define ECOLM_RUNTIME_TOKENIZERTABLE_H

#include <cstddef>
#include <cstdint>

namespace ecolm {
namespace tokenizer {

/// First word of every table; its last digit is the version of the layout.
constexpr uint32_t kMagic = 0x31545445;

/// `count` elements that begin `offset` bytes after the table's first.
struct Span {
  uint32_t offset = 0;
  uint32_t count = 0;
};

/// A slot of a double array. The child of node n by byte b is the slot c =
/// base[n] ^ b, if parent[c] is n. `value` is what the string that ends here
/// stands for, or -1.
struct TrieNode {
  uint32_t base = 0;
  uint32_t parent = UINT32_MAX;
  int32_t value = -1;
};

/// The merge of rank r is element r: the pair, and the id that it becomes.
struct Merge {
  uint32_t left = 0, right = 0, merged = 0;
};

/// Where the slot of a pair may lie: there, or in those behind it.
inline uint32_t hashPair(uint32_t left, uint32_t right) {
  uint64_t mixed = (static_cast<uint64_t>(left) << 32 | right) *
                   UINT64_C(0x9E3779B97F4A7C15);
  return static_cast<uint32_t>(mixed >> 32);
}

enum class ModelKind : uint32_t { BytePairs, WordPiece, WordLevel, Unigram };

/// Bits of Table::modelFlags.
enum ModelFlag : uint32_t {
  FuseUnknown = 1,
  /// A word that is a piece is not taken apart.
  WholeWords = 2,
  /// What is not known is an error, not nothing.
  UnknownIsMissing = 4
};

/// Bits of a piece.
enum PieceFlag : uint8_t {
  KnownPiece = 1,
  /// Left out of text on demand.
  SpecialPiece = 2,
  /// Of an added token: matches only between characters that are no words,
  /// takes the white space to its left, to its right.
  SingleWord = 4,
  StripLeft = 8,
  StripRight = 16
};

/// Steps from given text to text for the model.
enum class NormalizerKind : uint32_t {
  NFC,
  NFD,
  NFKC,
  NFKD,
  Lowercase,
  /// White space at the ends that `flags` name: 1 left, 2 right.
  Strip,
  /// Characters of the CharacterClass `flags`.
  Remove,
  /// BERT's clean_text: controls go, white space becomes a blank.
  CleanText,
  /// Blanks around CJK ideographs.
  SpaceIdeographs,
  /// Every `text` by `content`; ReplaceMatches takes `text` as an expression.
  Replace,
  ReplaceMatches,
  Prepend,
  /// SentencePiece's map: `text` is its trie, `content` its strings.
  Precompiled,
  Nmt,
  /// Bytes become characters of GPT-2's alphabet.
  MapBytes
};

/// Steps from one piece of text to words.
enum class PreTokenizerKind : uint32_t {
  /// Splits at what `flags` says (see Delimiter, Behavior).
  Split,
  /// Puts `text` before pieces that do not begin with it; with flags = 1 only
  /// at the very beginning.
  Prefix,
  Replace,
  MapBytes,
  /// Every `number` characters.
  FixedLength
};

/// What a Split looks for.
enum class Delimiter : uint32_t {
  /// The string, the expression `text`.
  Literal,
  Expression,
  Whitespace,
  Punctuation,
  Numeric,
  /// \w+|[^\w\s]+
  Words
};

/// What becomes of delimiters; see SplitDelimiterBehavior of tokenizers.
enum class Behavior : uint32_t {
  Removed,
  Isolated,
  MergedWithPrevious,
  MergedWithNext,
  Contiguous
};

/// Layout of the flags of a Split.
constexpr uint32_t kInverted = 1 << 16;
constexpr uint32_t packSplit(Delimiter delimiter, Behavior behavior,
                             bool isInverted) {
  return static_cast<uint32_t>(delimiter) |
         static_cast<uint32_t>(behavior) << 8 | (isInverted ? kInverted : 0);
}
constexpr Delimiter getDelimiter(uint32_t flags) {
  return static_cast<Delimiter>(flags & 0xFF);
}
constexpr Behavior getBehavior(uint32_t flags) {
  return static_cast<Behavior>(flags >> 8 & 0xFF);
}

/// Steps from tokens to text.
enum class DecoderKind : uint32_t {
  /// Characters of GPT-2's alphabet back to bytes.
  ByteLevel,
  /// Tokens without the prefix `text` begin words; flags = 1 cleans up.
  WordPiece,
  /// The character `text` is a blank, but not in the first token if flags = 1.
  Metaspace,
  /// The suffix `text` is a blank, but not in the last token.
  WordSuffix,
  /// Tokens <0xE2> are bytes.
  ByteFallback,
  Fuse,
  /// Up to `number` and `number2` times `text` at the ends of each token.
  Strip,
  Replace,
  ReplaceMatches,
  /// A blank between tokens.
  Join
};

/// One step of a pipeline. What the fields mean stands beside its kind.
struct Step {
  uint32_t kind = 0;
  uint32_t flags = 0;
  uint32_t number = 0, number2 = 0;
  Span text, content;
};

/// What a template puts in place of kWholeText.
constexpr int32_t kWholeText = -1;

/// The head of a table.
struct Table {
  uint32_t magic = kMagic;
  /// Size of the table.
  uint32_t bytes = 0;
  uint32_t numIds = 0;
  ModelKind model = ModelKind::BytePairs;
  uint32_t modelFlags = 0;
  /// The id of what the model does not know, or -1.
  int32_t unknown = -1;
  /// WordPiece takes longer words for unknown ones.
  uint32_t maxWordCharacters = 0;
  uint32_t reserved = 0;
  /// Unigram's score of a character that it does not know.
  double unknownScore = 0;

  /// The piece of id i is bytes pieceOffsets[i] to pieceOffsets[i + 1] of
  /// pieceBytes; pieceFlags[i] are its PieceFlags.
  Span pieceOffsets, pieceBytes, pieceFlags;
  /// TrieNodes of the model's vocabulary.
  Span vocabulary;
  /// Merges by rank, and a hash table of rank + 1 with 2^n slots.
  Span merges, mergeSlots;
  /// double by id (Unigram).
  Span scores;
  /// int32_t by byte: the id of <0x..>, or -1.
  Span byteTokens;
  /// What BPE and WordPiece put before characters or pieces within a word, and
  /// what BPE puts behind the last character.
  Span innerPrefix, wordSuffix;
  /// Tries of added tokens, looked for before and after normalization.
  Span givenTokens, normalizedTokens;
  /// Steps.
  Span normalizers, preTokenizers, decoders;
  /// Templates: int32_t ids and kWholeText; each ends where templateEnds says.
  Span templates, templateEnds;
};

/// The elements of a span of `table`.
template <typename T>
const T *elementsOf(const Table &table, Span span) {
  return reinterpret_cast<const T *>(reinterpret_cast<const char *>(&table) +
                                     span.offset);
}

/// A state of a walk through a trie: the root at first.
class TrieWalk {
public:
  TrieWalk(const Table &table, Span trie)
      : nodes(elementsOf<TrieNode>(table, trie)), size(trie.count) {}

  /// Goes down by one byte; false, for ever, when there is no such string.
  bool step(unsigned char byte) {
    if (node >= size)
      return false;
    uint32_t child = nodes[node].base ^ byte;
    node = child < size && nodes[child].parent == node ? child : size;
    return node < size;
  }

  bool step(const char *bytes, size_t count) {
    for (size_t i = 0; i < count && step(static_cast<unsigned char>(bytes[i]));)
      ++i;
    return node < size;
  }

  /// What the string so far stands for, or -1.
  int32_t value() const { return node < size ? nodes[node].value : -1; }

private:
  const TrieNode *nodes;
  uint32_t size;
  uint32_t node = 0;
};

} // namespace tokenizer
} // namespace ecolm

#endif // ECOLM_RUNTIME_TOKENIZERTABLE_H

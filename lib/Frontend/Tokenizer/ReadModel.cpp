//===- ReadModel.cpp - The model of a tokenizer.json ----------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Vocabulary, merges and scores, each id and each name checked.
//
//===----------------------------------------------------------------------===//

#include "TokenizerReader.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"
#include <charconv>
#include <cmath>

using namespace llvm;
using namespace ecolm;
using namespace ecolm::tokenizer;

/// How much worse than the worst piece a character is that has none
/// (K_UNK_PENALTY of tokenizers and SentencePiece).
static constexpr double kUnknownPenalty = 10.0;

/// The number that serde_json reads where others read `exact`: it divides the
/// digits, as a rounded integer, by a power of ten. Sums of scores that are
/// equal but for the last bit decide between pieces.
static double readAsSerde(double exact) {
  char text[32];
  std::to_chars_result end =
      std::to_chars(text, std::end(text), exact, std::chars_format::scientific);
  auto [digits, power] = StringRef(text, end.ptr - text).split('e');
  std::string significand;
  copy_if(digits, std::back_inserter(significand), isDigit);
  int exponent = 0;
  uint64_t integer = 0;
  if (power.ltrim('+').getAsInteger(10, exponent) ||
      StringRef(significand).getAsInteger(10, integer))
    return exact;
  exponent -= significand.size() - 1;
  double value = integer;
  for (; exponent < -308; exponent += 308)
    value /= 1e308;
  double scale = std::pow(10.0, std::abs(exponent));
  value = exponent < 0 ? value / scale : value * scale;
  return std::signbit(exact) ? -value : value;
}

namespace {

class ModelReader {
public:
  ModelReader(JsonField field, TokenizerParts &parts)
      : field(field), parts(parts), head(parts.table.head) {}

  StringRef read() {
    StringRef type = findType();
    if (type == "Unigram") {
      readScoredVocabulary();
      readByteTokens();
      return type;
    }
    readVocabulary();
    if (type == "BPE")
      readBytePairs();
    else if (type == "WordPiece")
      readWordPiece();
    else if (type == "WordLevel")
      readWordLevel();
    else
      field["type"].complain("the model '" + type + "' is not known");
    return type;
  }

private:
  /// Files of old versions do not say it.
  StringRef findType() {
    if (JsonField type = field["type"])
      return type.string();
    if (field["vocab"].isArray())
      return "Unigram";
    if (field["merges"])
      return "BPE";
    return field["continuing_subword_prefix"] ? "WordPiece" : "WordLevel";
  }

  void readVocabulary() {
    JsonField vocab = field["vocab"];
    for (auto &[key, value] : vocab.fields()) {
      StringRef piece = key;
      addPiece(piece, vocab[piece].integer(kMaxIds - 1));
    }
    parts.modelSize = parts.vocabulary.size();
    std::vector<StringRef> owners(head.numIds);
    for (auto &[piece, id] : parts.vocabulary) {
      if (owners[id].data())
        return vocab[piece].complain("has the id " + Twine(id) + " of '" +
                                     owners[id] + "'");
      owners[id] = piece;
    }
  }

  void addPiece(StringRef piece, uint32_t id) {
    parts.vocabulary[piece] = id;
    head.numIds = std::max(head.numIds, id + 1);
  }

  int32_t find(StringRef piece) const {
    auto found = parts.vocabulary.find(piece);
    return found == parts.vocabulary.end() ? -1 : found->second;
  }

  /// The id of the piece that `place` names.
  int32_t findNamed(JsonField place, StringRef piece) const {
    int32_t id = find(piece);
    if (id < 0)
      place.complain("'" + piece + "' is not in the vocabulary");
    return id;
  }

  void readBytePairs() {
    head.model = ModelKind::BytePairs;
    if (JsonField dropout = field["dropout"])
      if (dropout.number() != 0)
        dropout.complain("expects no dropout, with which ids are chance");
    if (JsonField unknown = field["unk_token"]) {
      head.unknown = find(unknown.string());
      if (head.unknown < 0)
        head.modelFlags |= UnknownIsMissing;
    }
    if (field["fuse_unk"].boolean(false))
      head.modelFlags |= FuseUnknown;
    if (field["ignore_merges"].boolean(false))
      head.modelFlags |= WholeWords;
    StringRef prefix = field["continuing_subword_prefix"].string("");
    head.innerPrefix = parts.table.add(prefix);
    head.wordSuffix = parts.table.add(field["end_of_word_suffix"].string(""));
    readByteTokens();
    readMerges(field["merges"], prefix);
  }

  /// [["a", "b"], ...] or ["a b", ...].
  void readMerges(JsonField list, StringRef prefix) {
    std::vector<Merge> merges;
    std::string merged;
    for (size_t i = 0, size = list.size(); i < size; ++i) {
      JsonField place = list[i];
      StringRef left, right;
      if (place.isArray()) {
        left = place[0].string();
        right = place[1].string();
      } else {
        std::tie(left, right) = place.string().split(' ');
        if (place.string().starts_with("#version"))
          continue;
        if (right.empty() || right.contains(' '))
          return place.complain("expects two pieces with a blank between");
      }
      if (right.size() < prefix.size())
        return place.complain("expects a second piece that begins with '" +
                              prefix + "'");
      merged = (left + right.drop_front(prefix.size())).str();
      int32_t ids[] = {findNamed(place, left), findNamed(place, right),
                       findNamed(place, merged)};
      if (ids[0] < 0 || ids[1] < 0 || ids[2] < 0)
        return;
      merges.push_back({static_cast<uint32_t>(ids[0]),
                        static_cast<uint32_t>(ids[1]),
                        static_cast<uint32_t>(ids[2])});
    }
    head.merges = parts.table.add(merges);
    head.mergeSlots = parts.table.add(hashMerges(merges));
  }

  /// Open addressing with at least a quarter of the slots empty. Of equal pairs
  /// the last one counts.
  static std::vector<uint32_t> hashMerges(ArrayRef<Merge> merges) {
    size_t size = PowerOf2Ceil(merges.size() * 4 / 3 + 1);
    std::vector<uint32_t> slots(size, 0);
    for (size_t rank = 0; rank < merges.size(); ++rank) {
      const Merge &merge = merges[rank];
      size_t slot = hashPair(merge.left, merge.right) & (size - 1);
      auto isOther = [&](uint32_t entry) {
        return entry && (merges[entry - 1].left != merge.left ||
                         merges[entry - 1].right != merge.right);
      };
      while (isOther(slots[slot]))
        slot = (slot + 1) & (size - 1);
      slots[slot] = rank + 1;
    }
    return slots;
  }

  void readByteTokens() {
    bool isOn = field["byte_fallback"].boolean(false);
    std::vector<int32_t> tokens(256, -1);
    for (int byte = 0; isOn && byte < 256; ++byte)
      tokens[byte] =
          find("<0x" + utohexstr(byte, /*LowerCase=*/false, 2) + ">");
    head.byteTokens = parts.table.add(tokens);
  }

  void readWordPiece() {
    head.model = ModelKind::WordPiece;
    head.unknown = find(field["unk_token"].string());
    head.innerPrefix =
        parts.table.add(field["continuing_subword_prefix"].string());
    head.maxWordCharacters =
        field["max_input_chars_per_word"].integer(INT32_MAX);
  }

  void readWordLevel() {
    head.model = ModelKind::WordLevel;
    head.unknown = find(field["unk_token"].string());
  }

  /// [["piece", score], ...]; ids are indices.
  void readScoredVocabulary() {
    head.model = ModelKind::Unigram;
    JsonField vocab = field["vocab"];
    size_t size = vocab.size();
    if (size > kMaxIds)
      return vocab.complain("has more than " + Twine(kMaxIds) + " pieces");
    std::vector<double> scores;
    double lowest = std::numeric_limits<double>::infinity();
    for (size_t id = 0; id < size; ++id) {
      addPiece(vocab[id][0].string(), id);
      scores.push_back(readAsSerde(vocab[id][1].number()));
      lowest = std::min(lowest, scores.back());
    }
    parts.modelSize = size;
    head.scores = parts.table.add(scores);
    head.unknownScore = lowest - kUnknownPenalty;
    if (JsonField unknown = field["unk_id"]) {
      head.unknown = unknown.integer(kMaxIds);
      if (head.unknown >= static_cast<int64_t>(size))
        unknown.complain("expects an id of the vocabulary");
    }
  }

  JsonField field;
  TokenizerParts &parts;
  Table &head;
};

} // namespace

StringRef ecolm::readModel(JsonField field, TokenizerParts &parts) {
  StringRef name = ModelReader(field, parts).read();
  parts.table.head.vocabulary = parts.table.addTrie(parts.vocabulary);
  return name;
}

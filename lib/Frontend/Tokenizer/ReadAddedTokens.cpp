//===- ReadAddedTokens.cpp - The added tokens of a tokenizer.json ---------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Gives them the ids that tokenizers gives, whatever the file says.
//
//===----------------------------------------------------------------------===//

#include "Normalizer.h"
#include "TokenizerReader.h"
#include <set>

using namespace llvm;
using namespace ecolm;
using namespace ecolm::tokenizer;

namespace {

/// An entry of the file.
struct AddedToken {
  StringRef content;
  uint8_t flags;
  bool isNormalized;
};

/// What the tokenizer's normalizer makes of a token. The steps lie in `table`.
class TokenNormalizer {
public:
  explicit TokenNormalizer(std::string bytes)
      : table(std::move(bytes)),
        normalizer(*reinterpret_cast<const Table *>(table.data())) {
    // The expressions were checked when they were read.
    isOpen = !normalizer.open().failed();
  }

  std::string normalize(StringRef text, const JsonField &place) {
    runtime::TracedText traced;
    traced.text.append(text.data(), text.size());
    if (!isOpen || normalizer.normalize(traced).failed())
      place.complain("cannot be normalized");
    return std::string(traced.text.data() ? traced.text.data() : "",
                       traced.text.size());
  }

private:
  std::string table;
  runtime::Normalizer normalizer;
  bool isOpen;
};

class AddedTokenReader {
public:
  AddedTokenReader(JsonField field, TokenizerParts &parts)
      : field(field), parts(parts), nextId(parts.modelSize) {}

  void read() {
    for (size_t i = 0, size = field.size(); i < size; ++i)
      readToken(field[i]);
    TokenNormalizer normalizer(parts.table.finish());
    for (auto &[id, token] : tokens) {
      IdPiece &piece = parts.added[id];
      piece.flags = token.flags;
      piece.text = token.isNormalized
                       ? normalizer.normalize(token.content, field)
                       : token.content.str();
      if (piece.text.empty())
        field.complain("nothing is left of the token '" + token.content +
                       "' after normalization");
      // Of equal ones the first counts.
      (token.isNormalized ? normalized : given).try_emplace(piece.text, id);
    }
    markSpecial();
    parts.table.head.givenTokens = parts.table.addTrie(given);
    parts.table.head.normalizedTokens = parts.table.addTrie(normalized);
  }

private:
  void readToken(JsonField entry) {
    StringRef content = entry["content"].string();
    uint32_t wanted = entry["id"].integer(kMaxIds - 1);
    AddedToken token{content, KnownPiece, entry["normalized"].boolean()};
    auto addFlag = [&](StringRef name, PieceFlag flag) {
      if (entry[name].boolean())
        token.flags |= flag;
    };
    addFlag("single_word", SingleWord);
    addFlag("lstrip", StripLeft);
    addFlag("rstrip", StripRight);
    if (content.empty())
      return;
    auto [place, isNew] = ids.try_emplace(content, 0);
    if (isNew) {
      auto known = parts.vocabulary.find(content);
      place->second =
          known == parts.vocabulary.end() ? nextId++ : known->second;
    }
    uint32_t id = place->second;
    if (id != wanted)
      parts.remarks.push_back((entry.getPlace() + ": '" + content +
                               "' gets the id " + Twine(id) + ", not " +
                               Twine(wanted) + ", as in tokenizers")
                                  .str());
    if (entry["special"].boolean())
      special.insert(content);
    tokens[id] = token;
    parts.table.head.numIds = std::max(parts.table.head.numIds, id + 1);
  }

  /// A piece is special by its text, whoever's it is.
  void markSpecial() {
    for (StringRef content : special)
      if (auto known = parts.vocabulary.find(content);
          known != parts.vocabulary.end())
        parts.added.try_emplace(known->second,
                                IdPiece{content.str(), KnownPiece});
    for (auto &[id, piece] : parts.added)
      if (special.count(piece.text))
        piece.flags |= SpecialPiece;
  }

  JsonField field;
  TokenizerParts &parts;
  uint32_t nextId;
  std::map<StringRef, uint32_t> ids;
  std::map<uint32_t, AddedToken> tokens;
  /// Contents of special tokens.
  std::set<StringRef> special;
  PieceMap given, normalized;
};

} // namespace

void ecolm::readAddedTokens(JsonField field, TokenizerParts &parts) {
  if (!field)
    return;
  AddedTokenReader(field, parts).read();
}

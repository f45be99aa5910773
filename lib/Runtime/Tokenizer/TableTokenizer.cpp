//===- TableTokenizer.cpp - A tokenizer that the compiler read ------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// The order of the pipelines is that of tokenizers' encode and decode.
//
//===----------------------------------------------------------------------===//

#include "TableTokenizer.h"
#include "CharacterClasses.h"

namespace ecolm {
namespace runtime {

using tokenizer::ModelKind;

TableTokenizer::TableTokenizer(const tokenizer::Table &table)
    : table(table), givenTokens(table, table.givenTokens),
      normalizedTokens(table, table.normalizedTokens), normalizer(table),
      preTokenizer(table), vocabulary(table), bytePairs(vocabulary),
      unigram(vocabulary), decoder(table) {}

Status TableTokenizer::open() {
  if (Status status = normalizer.open(); status.failed())
    return status;
  if (Status status = preTokenizer.open(); status.failed())
    return status;
  return decoder.open();
}

/// Finds added tokens in `given`, normalizes what lies between them, and finds
/// those of normalized text there.
Status TableTokenizer::findPieces(const Text &given) {
  text.clear();
  pieces.clear();
  parts.clear();
  givenTokens.divide(given.data(), given.size(), parts);
  for (const Piece &cut : parts) {
    const char *bytes = given.data() + cut.begin;
    size_t size = cut.end - cut.begin;
    if (cut.token >= 0) {
      pieces.push({text.size(), text.size(), 0, false, cut.token});
      continue;
    }
    part.text.clear();
    part.text.append(bytes, size);
    part.first = 0;
    if (cut.begin == 0)
      nextCodePoint(bytes, size, part.first);
    if (Status status = normalizer.normalize(part); status.failed())
      return status;
    found.clear();
    normalizedTokens.divide(part.text.data(), part.text.size(), found);
    for (Piece piece : found) {
      piece.isFirst = piece.begin < part.first;
      piece.first = piece.isFirst ? part.first - piece.begin : 0;
      piece.begin += text.size();
      piece.end += text.size();
      pieces.push(piece);
    }
    text.append(part.text.data(), part.text.size());
  }
  return Status();
}

Status TableTokenizer::encodeWord(const char *word, size_t size,
                                  Array<int64_t> &ids) {
  switch (table.model) {
  case ModelKind::BytePairs:
    return bytePairs.encode(word, size, ids);
  case ModelKind::WordPiece:
    return encodeWordPiece(vocabulary, word, size, ids);
  case ModelKind::WordLevel:
    return encodeWordLevel(vocabulary, word, size, ids);
  case ModelKind::Unigram:
    return unigram.encode(word, size, ids);
  }
  return Status();
}

/// Puts the ids behind `before` into the templates.
void TableTokenizer::applyTemplates(Array<int64_t> &ids, size_t before) const {
  const int32_t *items = tokenizer::elementsOf<int32_t>(table, table.templates);
  const uint32_t *ends =
      tokenizer::elementsOf<uint32_t>(table, table.templateEnds);
  uint32_t item = 0;
  Array<int64_t> inner;
  for (uint32_t i = 0; i < table.templateEnds.count; ++i) {
    inner.clear();
    for (size_t j = before; j < ids.size(); ++j)
      inner.push(ids[j]);
    ids.truncate(before);
    for (; item < ends[i]; ++item)
      if (items[item] != tokenizer::kWholeText)
        ids.push(items[item]);
      else
        for (int64_t id : inner)
          ids.push(id);
  }
}

Status TableTokenizer::encode(const char *given, size_t size, bool addSpecial,
                              Array<int64_t> &ids) {
  Text valid;
  appendAsUtf8(valid, given, size);
  if (Status status = findPieces(valid); status.failed())
    return status;
  if (Status status = preTokenizer.divide(text, pieces); status.failed())
    return status;
  size_t before = ids.size();
  for (const Piece &piece : pieces) {
    if (piece.token >= 0)
      ids.push(piece.token);
    else if (Status status = encodeWord(text.data() + piece.begin,
                                        piece.end - piece.begin, ids);
             status.failed())
      return status;
  }
  if (addSpecial)
    applyTemplates(ids, before);
  return Status();
}

Status TableTokenizer::decode(const int64_t *ids, size_t count,
                              bool skipSpecial, Text &result) {
  const uint8_t *flags =
      tokenizer::elementsOf<uint8_t>(table, table.pieceFlags);
  const uint32_t *offsets =
      tokenizer::elementsOf<uint32_t>(table, table.pieceOffsets);
  const char *bytes = tokenizer::elementsOf<char>(table, table.pieceBytes);
  tokens.clear();
  for (size_t i = 0; i < count; ++i) {
    if (ids[i] < 0 || ids[i] >= table.numIds)
      continue;
    size_t id = static_cast<size_t>(ids[i]);
    if (!(flags[id] & tokenizer::KnownPiece) ||
        (skipSpecial && (flags[id] & tokenizer::SpecialPiece)))
      continue;
    tokens.text.append(bytes + offsets[id], offsets[id + 1] - offsets[id]);
    tokens.finish();
  }
  if (Status status = decoder.decode(tokens); status.failed())
    return status;
  result.append(tokens.text.data(), tokens.text.size());
  return Status();
}

} // namespace runtime
} // namespace ecolm

//===- PreTokenizer.cpp - From normalized text to words -------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Steps that split move no text; the others write it anew.
//
//===----------------------------------------------------------------------===//

#include "PreTokenizer.h"
#include "CharacterClasses.h"

#include <string.h>

namespace ecolm {
namespace runtime {

using tokenizer::PreTokenizerKind;
using tokenizer::Step;

PreTokenizer::PreTokenizer(const tokenizer::Table &table)
    : table(table),
      steps(tokenizer::elementsOf<Step>(table, table.preTokenizers)),
      splitters(table.preTokenizers.count) {}

Status PreTokenizer::open() {
  for (uint32_t i = 0; i < table.preTokenizers.count; ++i)
    if (steps[i].kind == static_cast<uint32_t>(PreTokenizerKind::Split))
      if (Status status = splitters[i].open(table, steps[i]); status.failed())
        return status;
  return Status();
}

/// Every `length` characters of a text are a part.
static void cut(const char *text, size_t size, uint32_t length,
                Array<Match> &parts) {
  size_t begin = 0;
  uint32_t characters = 0;
  for (size_t at = 0; at < size;) {
    nextCodePoint(text, size, at);
    if (++characters == length || at == size) {
      parts.push({begin, at, false});
      begin = at;
      characters = 0;
    }
  }
}

/// The part [begin, end) of a piece.
static Piece slice(const Piece &piece, size_t begin, size_t end) {
  bool isFirst = piece.isFirst && begin < piece.first;
  return {piece.begin + begin, piece.begin + end,
          isFirst ? piece.first - begin : 0, isFirst, -1};
}

Status PreTokenizer::divide(Text &text, Array<Piece> &pieces) {
  for (uint32_t i = 0; i < table.preTokenizers.count; ++i) {
    auto kind = static_cast<PreTokenizerKind>(steps[i].kind);
    if (kind != PreTokenizerKind::Split &&
        kind != PreTokenizerKind::FixedLength) {
      rewrite(steps[i], text, pieces);
      continue;
    }
    divided.clear();
    for (const Piece &piece : pieces) {
      if (piece.token >= 0) {
        divided.push(piece);
        continue;
      }
      const char *bytes = text.data() + piece.begin;
      size_t size = piece.end - piece.begin;
      parts.clear();
      if (kind == PreTokenizerKind::FixedLength)
        cut(bytes, size, steps[i].number, parts);
      else if (Status status = splitters[i].split(bytes, size, parts);
               status.failed())
        return status;
      for (const Match &part : parts)
        if (part.begin < part.end)
          divided.push(slice(piece, part.begin, part.end));
    }
    pieces.swap(divided);
  }
  return Status();
}

void PreTokenizer::rewrite(const Step &step, Text &text, Array<Piece> &pieces) {
  const char *added = tokenizer::elementsOf<char>(table, step.text);
  size_t addedSize = step.text.count;
  rewritten.clear();
  for (Piece &piece : pieces) {
    if (piece.token >= 0)
      continue;
    const char *bytes = text.data() + piece.begin;
    size_t size = piece.end - piece.begin;
    source.text.clear();
    source.text.append(bytes, size);
    source.first = piece.first;
    result.text.clear();
    result.first = 0;
    switch (static_cast<PreTokenizerKind>(step.kind)) {
    case PreTokenizerKind::MapBytes:
      appendMapped(result, source);
      break;
    case PreTokenizerKind::Replace:
      parts.clear();
      findLiteral(bytes, size, added, addedSize, parts);
      appendReplaced(result, source, parts,
                     tokenizer::elementsOf<char>(table, step.content),
                     step.content.count);
      break;
    default:
      bool has = size >= addedSize && memcmp(bytes, added, addedSize) == 0;
      bool adds = !has && (piece.isFirst || !(step.flags & 1));
      if (adds)
        result.text.append(added, addedSize);
      result.text.append(bytes, size);
      result.first = piece.first ? piece.first + (adds ? addedSize : 0) : 0;
    }
    piece.begin = rewritten.size();
    rewritten.append(result.text.data(), result.text.size());
    piece.end = rewritten.size();
    piece.first = result.first;
  }
  text.swap(rewritten);
}

} // namespace runtime
} // namespace ecolm

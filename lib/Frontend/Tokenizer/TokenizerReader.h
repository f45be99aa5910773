//===- TokenizerReader.h - Parts of a tokenizer.json ------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the readers of the parts, which grow one table together.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_FRONTEND_TOKENIZER_TOKENIZERREADER_H
#define ECOLM_LIB_FRONTEND_TOKENIZER_TOKENIZERREADER_H

#include "JsonField.h"
#include "TableBuilder.h"

namespace ecolm {

/// Ids are less than this: sixteen times the largest published vocabulary.
constexpr uint32_t kMaxIds = 1 << 22;

/// A piece of text with the PieceFlags of its id.
struct IdPiece {
  std::string text;
  uint8_t flags = 0;
};

/// What the readers know so far.
struct TokenizerParts {
  TableBuilder table;
  /// The model's pieces; the strings belong to the JSON document.
  PieceMap vocabulary;
  /// Pieces that the model lists; ids of added tokens go on from there.
  uint32_t modelSize = 0;
  /// Pieces of added tokens by id.
  std::map<uint32_t, IdPiece> added;
  std::vector<std::string> remarks;
};

/// Each adds its part of the file to `parts`.
/// @{
void readNormalizer(JsonField field, TokenizerParts &parts);
void readPreTokenizer(JsonField field, TokenizerParts &parts);
void readPostProcessor(JsonField field, TokenizerParts &parts);
void readDecoder(JsonField field, TokenizerParts &parts);
/// Returns the model's name.
llvm::StringRef readModel(JsonField field, TokenizerParts &parts);
/// Needs the model and the normalizer.
void readAddedTokens(JsonField field, TokenizerParts &parts);
/// @}

/// The pattern {"String": ...} or {"Regex": ...}: its text, for PCRE2 if
/// `isExpression`.
std::string readPattern(JsonField field, bool &isExpression);

/// A step of a kind of the four pipelines.
template <typename Kind>
tokenizer::Step makeStep(Kind kind, uint32_t flags = 0,
                         tokenizer::Span text = {},
                         tokenizer::Span content = {}) {
  tokenizer::Step step;
  step.kind = static_cast<uint32_t>(kind);
  step.flags = flags;
  step.text = text;
  step.content = content;
  return step;
}

} // namespace ecolm

#endif // ECOLM_LIB_FRONTEND_TOKENIZER_TOKENIZERREADER_H

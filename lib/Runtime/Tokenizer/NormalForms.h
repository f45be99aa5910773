//===- NormalForms.h - Unicode's normal forms, and SentencePiece's --*- C++
//-*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Whole-text rewrites that need more than the character at hand.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_TOKENIZER_NORMALFORMS_H
#define ECOLM_LIB_RUNTIME_TOKENIZER_NORMALFORMS_H

#include "Normalizer.h"

namespace ecolm {
namespace runtime {

/// Appends `source` in NFC, NFD, NFKC or NFKD. Characters newer than Unicode 9
/// stay as they are, as in tokenizers.
void appendNormalForm(TracedText &result, const TracedText &source,
                      tokenizer::NormalizerKind form);

/// A SentencePiece map of characters: a trie of darts-clone and the strings to
/// which its values lead, each with a zero byte behind it.
struct PrecompiledMap {
  const uint32_t *units;
  size_t numUnits;
  const char *strings;
  size_t stringBytes;
};

/// Appends `source` with its graphemes and characters replaced by the map.
void appendPrecompiled(TracedText &result, const TracedText &source,
                       const PrecompiledMap &map);

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_TOKENIZER_NORMALFORMS_H

//===- Decoder.cpp - From tokens to text ----------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// One function for each kind of step.
//
//===----------------------------------------------------------------------===//

#include "Decoder.h"
#include "ByteAlphabet.h"
#include "CharacterClasses.h"
#include "Splitter.h"
#include "Utf8.h"

#include <string.h>

namespace ecolm {
namespace runtime {

using tokenizer::DecoderKind;
using tokenizer::Step;

/// Appends `text` with every `wanted` replaced by `content`.
static void appendReplaced(Text &result, const char *text, size_t size,
                           const char *wanted, size_t wantedSize,
                           const char *content) {
  Array<Match> matches;
  if (size)
    findLiteral(text, size, wanted, wantedSize, matches);
  for (const Match &match : matches)
    if (match.isMatch)
      result.append(content);
    else
      result.append(text + match.begin, match.end - match.begin);
}

/// The bytes that a token's characters stand for; a token of other characters
/// stands for itself.
static void appendByteLevel(Text &result, const char *token, size_t size) {
  Text bytes;
  for (size_t at = 0; at < size;) {
    int32_t byte = byteOfCharacter(nextCodePoint(token, size, at));
    if (byte < 0) {
      result.append(token, size);
      return;
    }
    char one = static_cast<char>(byte);
    bytes.append(&one, 1);
  }
  result.append(bytes.data(), bytes.size());
}

static void decodeByteLevel(const TextList &tokens, TextList &result) {
  Text bytes;
  for (size_t i = 0; i < tokens.size(); ++i)
    appendByteLevel(bytes, tokens.data(i), tokens.size(i));
  appendAsUtf8(result.text, bytes.data(), bytes.size());
  result.finish();
}

/// The value of <0xE2>, or -1.
static int parseByteToken(const char *token, size_t size) {
  auto digit = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  if (size != 6 || memcmp(token, "<0x", 3) != 0 || token[5] != '>')
    return -1;
  // Rust's from_str_radix takes a sign.
  if (token[3] == '+')
    return digit(token[4]);
  int high = digit(token[3]), low = digit(token[4]);
  return high < 0 || low < 0 ? -1 : high << 4 | low;
}

static bool isUtf8(const char *bytes, size_t size) {
  uint32_t codePoint = 0;
  for (size_t at = 0; at < size;) {
    size_t length = decodeUtf8(bytes + at, size - at, &codePoint);
    if (!length)
      return false;
    at += length;
  }
  return true;
}

/// Runs of byte tokens become text; bytes of a run that is not UTF-8 become
/// U+FFFD, each.
static void decodeBytes(const TextList &tokens, TextList &result) {
  Text run;
  auto finishRun = [&] {
    if (isUtf8(run.data(), run.size())) {
      result.text.append(run.data(), run.size());
      if (run.size())
        result.finish();
    } else {
      for (size_t i = 0; i < run.size(); ++i) {
        result.text.append("\xEF\xBF\xBD");
        result.finish();
      }
    }
    run.clear();
  };
  for (size_t i = 0; i < tokens.size(); ++i) {
    int byte = parseByteToken(tokens.data(i), tokens.size(i));
    if (byte >= 0) {
      char one = static_cast<char>(byte);
      run.append(&one, 1);
      continue;
    }
    finishRun();
    result.text.append(tokens.data(i), tokens.size(i));
    result.finish();
  }
  finishRun();
}

/// English spacing, as tokenizers' cleanup: one rule after the other.
static void appendCleanedUp(Text &result, const char *token, size_t size) {
  static constexpr const char *rules[][2] = {
      {" .", "."},   {" ?", "?"},     {" !", "!"},    {" ,", ","},
      {" ' ", "'"},  {" n't", "n't"}, {" 'm", "'m"},  {" do not", " don't"},
      {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};
  Text text, changed;
  text.append(token, size);
  for (auto &[from, to] : rules) {
    changed.clear();
    appendReplaced(changed, text.data(), text.size(), from, strlen(from), to);
    text.swap(changed);
  }
  result.append(text.data(), text.size());
}

static void appendWordPiece(Text &result, const char *token, size_t size,
                            bool isFirst, const char *prefix, size_t prefixSize,
                            bool cleansUp) {
  Text text;
  bool continues = size >= prefixSize && memcmp(token, prefix, prefixSize) == 0;
  if (!isFirst && !continues)
    text.append(" ");
  size_t skipped = !isFirst && continues ? prefixSize : 0;
  text.append(token + skipped, size - skipped);
  if (cleansUp)
    appendCleanedUp(result, text.data(), text.size());
  else
    result.append(text.data(), text.size());
}

/// `token` without up to `start` and `stop` copies of a character at its ends.
static void appendStripped(Text &result, const char *token, size_t size,
                           const char *character, size_t characterSize,
                           uint32_t start, uint32_t stop) {
  size_t begin = 0, end = size;
  auto isAt = [&](size_t at) {
    return memcmp(token + at, character, characterSize) == 0;
  };
  for (; start && size - begin >= characterSize && isAt(begin); --start)
    begin += characterSize;
  for (; stop && end - begin >= characterSize && isAt(end - characterSize);
       --stop)
    end -= characterSize;
  result.append(token + begin, end - begin);
}

Decoder::Decoder(const tokenizer::Table &table)
    : table(table), steps(tokenizer::elementsOf<Step>(table, table.decoders)),
      expressions(table.decoders.count) {}

Status Decoder::open() {
  for (uint32_t i = 0; i < table.decoders.count; ++i)
    if (steps[i].kind == static_cast<uint32_t>(DecoderKind::ReplaceMatches))
      if (Status status = expressions[i].open(
              tokenizer::elementsOf<char>(table, steps[i].text),
              steps[i].text.count);
          status.failed())
        return status;
  return Status();
}

Status Decoder::replace(const Step &step, Expression &expression,
                        const TextList &tokens, TextList &result) {
  const char *wanted = tokenizer::elementsOf<char>(table, step.text);
  for (size_t i = 0; i < tokens.size(); ++i) {
    matches.clear();
    if (step.kind == static_cast<uint32_t>(DecoderKind::Replace))
      findLiteral(tokens.data(i), tokens.size(i), wanted, step.text.count,
                  matches);
    else if (tokens.size(i))
      if (Status status =
              expression.findAll(tokens.data(i), tokens.size(i), matches);
          status.failed())
        return status;
    for (const Match &match : matches)
      if (match.isMatch)
        result.text.append(tokenizer::elementsOf<char>(table, step.content),
                           step.content.count);
      else
        result.text.append(tokens.data(i) + match.begin,
                           match.end - match.begin);
    result.finish();
  }
  return Status();
}

Status Decoder::apply(const Step &step, Expression &expression,
                      const TextList &tokens, TextList &result) {
  const char *text = tokenizer::elementsOf<char>(table, step.text);
  size_t textSize = step.text.count;
  auto kind = static_cast<DecoderKind>(step.kind);
  switch (kind) {
  case DecoderKind::ByteLevel:
    decodeByteLevel(tokens, result);
    return Status();
  case DecoderKind::ByteFallback:
    decodeBytes(tokens, result);
    return Status();
  case DecoderKind::Replace:
  case DecoderKind::ReplaceMatches:
    return replace(step, expression, tokens, result);
  case DecoderKind::Fuse:
    result.text.append(tokens.text.data(), tokens.text.size());
    result.finish();
    return Status();
  default:
    break;
  }
  for (size_t i = 0; i < tokens.size(); ++i) {
    const char *token = tokens.data(i);
    size_t size = tokens.size(i);
    bool isLast = i + 1 == tokens.size();
    if (kind == DecoderKind::WordPiece)
      appendWordPiece(result.text, token, size, i == 0, text, textSize,
                      step.flags & 1);
    else if (kind == DecoderKind::Metaspace)
      runtime::appendReplaced(result.text, token, size, text, textSize,
                              i == 0 && (step.flags & 1) ? "" : " ");
    else if (kind == DecoderKind::WordSuffix)
      runtime::appendReplaced(result.text, token, size, text, textSize,
                              isLast ? "" : " ");
    else if (kind == DecoderKind::Strip)
      appendStripped(result.text, token, size, text, textSize, step.number,
                     step.number2);
    else {
      result.text.append(token, size);
      if (!isLast)
        result.text.append(" ");
    }
    result.finish();
  }
  return Status();
}

Status Decoder::decode(TextList &tokens) {
  for (uint32_t i = 0; i < table.decoders.count; ++i) {
    other.clear();
    if (Status status = apply(steps[i], expressions[i], tokens, other);
        status.failed())
      return status;
    tokens.swap(other);
  }
  return Status();
}

} // namespace runtime
} // namespace ecolm

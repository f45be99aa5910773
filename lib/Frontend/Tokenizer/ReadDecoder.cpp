//===- ReadDecoder.cpp - The decoder of a tokenizer.json ------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Nested sequences become one list of steps.
//
//===----------------------------------------------------------------------===//

#include "TokenizerReader.h"

using namespace llvm;
using namespace ecolm;
using namespace ecolm::tokenizer;

namespace {

class DecoderReader {
public:
  explicit DecoderReader(TokenizerParts &parts) : parts(parts) {}

  void read(JsonField field) {
    StringRef type = field["type"].string();
    if (type == "Sequence") {
      JsonField list = field["decoders"];
      for (size_t i = 0, size = list.size(); i < size; ++i)
        read(list[i]);
    } else if (type == "ByteLevel") {
      add(DecoderKind::ByteLevel);
    } else if (type == "ByteFallback") {
      add(DecoderKind::ByteFallback);
    } else if (type == "Fuse") {
      add(DecoderKind::Fuse);
    } else if (type == "WordPiece") {
      add(DecoderKind::WordPiece, field["cleanup"].boolean(),
          field["prefix"].string());
    } else if (type == "BPEDecoder") {
      StringRef suffix = field["suffix"].string();
      if (suffix.empty())
        field["suffix"].complain("expects some text to look for");
      add(DecoderKind::WordSuffix, 0, suffix);
    } else if (type == "Metaspace") {
      bool never =
          !field["add_prefix_space"].boolean(/*otherwise=*/true) ||
          field["prepend_scheme"].string(/*otherwise=*/"always") == "never";
      add(DecoderKind::Metaspace, !never, field["replacement"].character());
    } else if (type == "Strip") {
      add(DecoderKind::Strip, 0, field["content"].character());
      steps.back().number = field["start"].integer(INT32_MAX);
      steps.back().number2 = field["stop"].integer(INT32_MAX);
    } else if (type == "Replace") {
      bool isExpression = false;
      std::string pattern = readPattern(field["pattern"], isExpression);
      add(isExpression ? DecoderKind::ReplaceMatches : DecoderKind::Replace, 0,
          pattern, field["content"].string());
    } else {
      field["type"].complain("the decoder '" + type + "' is not known");
    }
  }

  void add(DecoderKind kind, uint32_t flags = 0, StringRef text = "",
           StringRef content = "") {
    steps.push_back(
        makeStep(kind, flags, parts.table.add(text), parts.table.add(content)));
  }

  std::vector<Step> steps;

private:
  TokenizerParts &parts;
};

} // namespace

void ecolm::readDecoder(JsonField field, TokenizerParts &parts) {
  DecoderReader reader(parts);
  if (field)
    reader.read(field);
  else
    reader.add(DecoderKind::Join);
  parts.table.head.decoders = parts.table.add(reader.steps);
}

//===- ReadPreTokenizer.cpp - The pre-tokenizer of a tokenizer.json -------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// What tokenizers has a type for is one to three steps here.
//
//===----------------------------------------------------------------------===//

#include "TokenizerReader.h"
#include "TranslateExpression.h"

using namespace llvm;
using namespace ecolm;
using namespace ecolm::tokenizer;

/// GPT-2's words, which ByteLevel looks for.
static constexpr StringLiteral kByteLevelPattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

namespace {

class PreTokenizerReader {
public:
  explicit PreTokenizerReader(TokenizerParts &parts) : parts(parts) {}

  void read(JsonField field) {
    StringRef type = field["type"].string();
    if (type == "Sequence") {
      JsonField list = field["pretokenizers"];
      for (size_t i = 0, size = list.size(); i < size; ++i)
        read(list[i]);
    } else if (type == "ByteLevel") {
      readByteLevel(field);
    } else if (type == "Metaspace") {
      readMetaspace(field);
    } else if (type == "Split") {
      readSplit(field);
    } else if (type == "Whitespace") {
      addSplit(Delimiter::Words, Behavior::Removed, /*isInverted=*/true);
    } else if (type == "WhitespaceSplit") {
      addSplit(Delimiter::Whitespace, Behavior::Removed);
    } else if (type == "BertPreTokenizer") {
      addSplit(Delimiter::Whitespace, Behavior::Removed);
      addSplit(Delimiter::Punctuation, Behavior::Isolated);
    } else if (type == "Punctuation") {
      JsonField behavior = field["behavior"];
      addSplit(Delimiter::Punctuation,
               behavior ? readBehavior(behavior) : Behavior::Isolated);
    } else if (type == "Digits") {
      addSplit(Delimiter::Numeric, field["individual_digits"].boolean()
                                       ? Behavior::Isolated
                                       : Behavior::Contiguous);
    } else if (type == "CharDelimiterSplit" || type == "Delimiter") {
      addSplit(Delimiter::Literal, Behavior::Removed, /*isInverted=*/false,
               field["delimiter"].character());
    } else if (type == "FixedLength") {
      JsonField length = field["length"];
      Step step = makeStep(PreTokenizerKind::FixedLength);
      step.number = length ? length.integer(kMaxIds) : 5;
      if (step.number == 0)
        length.complain("expects some length");
      steps.push_back(step);
    } else {
      field["type"].complain("the pre-tokenizer '" + type + "' is not known");
    }
  }

  std::vector<Step> steps;

private:
  Behavior readBehavior(JsonField field) {
    StringRef name = field.string();
    auto behavior =
        StringSwitch<std::optional<Behavior>>(name)
            .Case("Removed", Behavior::Removed)
            .Case("Isolated", Behavior::Isolated)
            .Case("MergedWithPrevious", Behavior::MergedWithPrevious)
            .Case("MergedWithNext", Behavior::MergedWithNext)
            .Case("Contiguous", Behavior::Contiguous)
            .Default(std::nullopt);
    if (!behavior)
      field.complain("the behavior '" + name + "' is not known");
    return behavior.value_or(Behavior::Removed);
  }

  void addSplit(Delimiter delimiter, Behavior behavior, bool isInverted = false,
                StringRef pattern = "") {
    steps.push_back(makeStep(PreTokenizerKind::Split,
                             packSplit(delimiter, behavior, isInverted),
                             parts.table.add(pattern)));
  }

  void readSplit(JsonField field) {
    bool isExpression = false;
    std::string pattern = readPattern(field["pattern"], isExpression);
    addSplit(isExpression ? Delimiter::Expression : Delimiter::Literal,
             readBehavior(field["behavior"]), field["invert"].boolean(),
             pattern);
  }

  void readByteLevel(JsonField field) {
    if (field["add_prefix_space"].boolean())
      steps.push_back(makeStep(PreTokenizerKind::Prefix, /*flags=*/0,
                               parts.table.add(StringRef(" "))));
    if (field["use_regex"].boolean(/*otherwise=*/true)) {
      std::string pattern = cantFail(translateExpression(kByteLevelPattern));
      addSplit(Delimiter::Expression, Behavior::Isolated, /*isInverted=*/false,
               pattern);
    }
    steps.push_back(makeStep(PreTokenizerKind::MapBytes));
  }

  void readMetaspace(JsonField field) {
    StringRef mark = field["replacement"].character();
    StringRef scheme = field["prepend_scheme"].string(/*otherwise=*/"always");
    if (!field["add_prefix_space"].boolean(/*otherwise=*/true)) {
      if (field["prepend_scheme"] && scheme != "never")
        field["prepend_scheme"].complain(
            "does not agree with add_prefix_space");
      scheme = "never";
    }
    if (scheme != "always" && scheme != "first" && scheme != "never")
      field["prepend_scheme"].complain("the scheme '" + scheme +
                                       "' is not known");
    Span text = parts.table.add(mark);
    steps.push_back(makeStep(PreTokenizerKind::Replace, /*flags=*/0,
                             parts.table.add(StringRef(" ")), text));
    if (scheme != "never")
      steps.push_back(
          makeStep(PreTokenizerKind::Prefix, scheme == "first", text));
    if (field["split"].boolean(/*otherwise=*/true))
      addSplit(Delimiter::Literal, Behavior::MergedWithNext,
               /*isInverted=*/false, mark);
  }

  TokenizerParts &parts;
};

} // namespace

void ecolm::readPreTokenizer(JsonField field, TokenizerParts &parts) {
  PreTokenizerReader reader(parts);
  if (field)
    reader.read(field);
  parts.table.head.preTokenizers = parts.table.add(reader.steps);
}

//===- ReadNormalizer.cpp - The normalizer of a tokenizer.json ------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Nested sequences become one list of steps.
//
//===----------------------------------------------------------------------===//

#include "CharacterClasses.h"
#include "Expression.h"
#include "TokenizerReader.h"
#include "TranslateExpression.h"
#include "llvm/Support/Base64.h"
#include "llvm/Support/Endian.h"

using namespace llvm;
using namespace ecolm;
using namespace ecolm::tokenizer;
using runtime::CharacterClass;

std::string ecolm::readPattern(JsonField field, bool &isExpression) {
  if (JsonField literal = field["String"]) {
    isExpression = false;
    if (literal.string().empty())
      literal.complain("expects some text to look for");
    return literal.string().str();
  }
  isExpression = true;
  JsonField regex = field["Regex"];
  Expected<std::string> pattern = translateExpression(regex.string());
  if (!pattern) {
    regex.complain(toString(pattern.takeError()));
    return "";
  }
  runtime::Expression check;
  if (runtime::Status status = check.open(pattern->data(), pattern->size());
      status.failed())
    regex.complain(Twine("is no expression that programs can match: ") +
                   status.message());
  return *pattern;
}

namespace {

class NormalizerReader {
public:
  explicit NormalizerReader(TokenizerParts &parts) : parts(parts) {}

  void read(JsonField field) {
    StringRef type = field["type"].string();
    if (type == "Sequence") {
      JsonField list = field["normalizers"];
      for (size_t i = 0, size = list.size(); i < size; ++i)
        read(list[i]);
      return;
    }
    if (type == "BertNormalizer" || type == "Bert")
      return readBert(field);
    if (type == "Precompiled")
      return readPrecompiled(field["precompiled_charsmap"]);
    if (type == "Replace")
      return readReplace(field);
    if (type == "Prepend")
      return add(NormalizerKind::Prepend, 0,
                 parts.table.add(field["prepend"].string()));
    if (type == "Strip")
      return add(NormalizerKind::Strip,
                 field["strip_left"].boolean() | field["strip_right"].boolean()
                                                     << 1);
    if (type == "StripAccents")
      return addRemove(CharacterClass::CombiningMark);
    auto kind = StringSwitch<std::optional<NormalizerKind>>(type)
                    .Case("NFC", NormalizerKind::NFC)
                    .Case("NFD", NormalizerKind::NFD)
                    .Case("NFKC", NormalizerKind::NFKC)
                    .Case("NFKD", NormalizerKind::NFKD)
                    .Case("Lowercase", NormalizerKind::Lowercase)
                    .Case("Nmt", NormalizerKind::Nmt)
                    .Case("ByteLevel", NormalizerKind::MapBytes)
                    .Default(std::nullopt);
    if (kind)
      return add(*kind);
    field["type"].complain("the normalizer '" + type + "' is not known");
  }

  std::vector<Step> steps;

private:
  void add(NormalizerKind kind, uint32_t flags = 0, Span text = {},
           Span content = {}) {
    steps.push_back(makeStep(kind, flags, text, content));
  }
  void addRemove(CharacterClass which) {
    add(NormalizerKind::Remove, static_cast<uint32_t>(which));
  }

  void readBert(JsonField field) {
    bool lowercase = field["lowercase"].boolean();
    if (field["clean_text"].boolean())
      add(NormalizerKind::CleanText);
    if (field["handle_chinese_chars"].boolean())
      add(NormalizerKind::SpaceIdeographs);
    if (field["strip_accents"].boolean(/*otherwise=*/lowercase)) {
      add(NormalizerKind::NFD);
      addRemove(CharacterClass::NonspacingMark);
    }
    if (lowercase)
      add(NormalizerKind::Lowercase);
  }

  void readReplace(JsonField field) {
    bool isExpression = false;
    std::string pattern = readPattern(field["pattern"], isExpression);
    add(isExpression ? NormalizerKind::ReplaceMatches : NormalizerKind::Replace,
        0, parts.table.add(StringRef(pattern)),
        parts.table.add(field["content"].string()));
  }

  /// u32 size of the trie, the trie, and the strings, in base 64.
  void readPrecompiled(JsonField field) {
    std::vector<char> bytes;
    if (Error error = decodeBase64(field.string(), bytes)) {
      consumeError(std::move(error));
      return field.complain("is not base 64");
    }
    size_t trieBytes =
        bytes.size() < 4 ? 0 : support::endian::read32le(bytes.data());
    if (bytes.size() < 4 || trieBytes > bytes.size() - 4 || trieBytes % 4)
      return field.complain("is no map of characters");
    StringRef text(bytes.data() + 4, bytes.size() - 4);
    add(NormalizerKind::Precompiled, 0,
        parts.table.add(text.take_front(trieBytes)),
        parts.table.add(text.drop_front(trieBytes)));
  }

  TokenizerParts &parts;
};

} // namespace

void ecolm::readNormalizer(JsonField field, TokenizerParts &parts) {
  NormalizerReader reader(parts);
  if (field)
    reader.read(field);
  parts.table.head.normalizers = parts.table.add(reader.steps);
}

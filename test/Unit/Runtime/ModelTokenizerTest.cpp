//===- ModelTokenizerTest.cpp - Text that grows id by id ------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// A tokenizer whose ids are bytes, and failures of one.
//
//===----------------------------------------------------------------------===//

#include "ModelTokenizer.h"
#include "Tokenizer/BytePairModel.h"
#include "Tokenizer/CharacterClasses.h"
#include "gtest/gtest.h"

#include <cstring>
#include <string>
#include <vector>

using namespace ecolm::runtime;

namespace {

char *open(const uint8_t *, void **tokenizer) {
  *tokenizer = tokenizer;
  return nullptr;
}
void close(void *) {}
char *refuseText(void *, const char *, uint64_t, int32_t, int64_t **,
                 int64_t *) {
  return strdup("reason");
}

/// Ids are bytes; 256 is special.
char *decodeBytes(void *, const int64_t *ids, int64_t count, int32_t skip,
                  char **text, uint64_t *bytes) {
  std::string raw;
  for (int64_t i = 0; i < count; ++i) {
    if (ids[i] == 999)
      return strdup("reason");
    if (ids[i] < 256)
      raw += static_cast<char>(ids[i]);
    else if (!skip)
      raw += "<s>";
  }
  Text valid;
  appendAsUtf8(valid, raw.data(), raw.size());
  *text = static_cast<char *>(malloc(valid.size() + 1));
  if (valid.size())
    memcpy(*text, valid.data(), valid.size());
  *bytes = valid.size();
  return nullptr;
}

const ecolm_tokenizer_code code = {open, close, refuseText, decodeBytes};
const uint8_t table[256] = {};
const ecolm_tokenizer bytes = {ECOLM_TOKENIZER_TABLE, 257, nullptr, table,
                               &code};

/// What the stream says after every id, and at the end.
std::vector<std::string> stream(const std::vector<int64_t> &ids,
                                bool skipSpecial = true) {
  ModelTokenizer tokenizer;
  EXPECT_FALSE(tokenizer.open(bytes).failed());
  TextStream text(tokenizer, skipSpecial);
  std::vector<std::string> said;
  for (int64_t id : ids) {
    Text part;
    EXPECT_FALSE(text.push(id, part).failed());
    said.emplace_back(part.c_str());
  }
  Text rest;
  EXPECT_FALSE(text.finish(rest).failed());
  said.emplace_back(rest.c_str());
  return said;
}

using Said = std::vector<std::string>;

TEST(TextStream, SaysWholeCharacters) {
  EXPECT_EQ(stream({'a', 0xE2, 0x82, 0xAC, 'b'}),
            (Said{"a", "", "", "\u20AC", "b", ""}));
  EXPECT_EQ(stream({}), Said{""});
  EXPECT_EQ(stream({'a', 256, 'b'}), (Said{"a", "", "b", ""}));
  EXPECT_EQ(stream({'a', 256}, false), (Said{"a", "<s>", ""}));
}

TEST(TextStream, SaysWhatIsBrokenAsReplacementCharacters) {
  EXPECT_EQ(stream({0xF0, 0x9F, 'a'}), (Said{"", "", "\uFFFDa", ""}));
  EXPECT_EQ(stream({'a', 0xF0}), (Said{"a", "", "\uFFFD"}));
}

TEST(TextStream, DoesNotWaitForEver) {
  std::vector<int64_t> ids(20, 0xF0);
  ids.insert(ids.end(), {0x9F, 0x98, 0x80, 'b'});
  std::string all;
  size_t longest = 0, silent = 0;
  for (const std::string &part : stream(ids)) {
    silent = part.empty() ? silent + 1 : 0;
    longest = std::max(longest, silent);
    // Never a part of a character.
    EXPECT_TRUE(part.empty() || (part[0] & 0xC0) != 0x80);
    all += part;
  }
  EXPECT_LE(longest, 8u);
  std::string expected;
  for (int i = 0; i < 19; ++i)
    expected += "\uFFFD";
  EXPECT_EQ(all, expected + "\U0001F600b");
}

TEST(ModelTokenizer, PassesReasonsOn) {
  ModelTokenizer tokenizer;
  ASSERT_FALSE(tokenizer.open(bytes).failed());
  Array<int64_t> ids;
  Status status = tokenizer.encode("a", 1, "the text", true, ids);
  EXPECT_EQ(status.code(), ExitCode::BadInput);
  EXPECT_STREQ(status.message(), "the text: reason");
  int64_t id = 999;
  Text text;
  status = tokenizer.decode(&id, 1, true, text);
  EXPECT_STREQ(status.message(), "the ids have no text: reason");

  // The real code looks at the table's first word.
  ecolm_tokenizer other = bytes;
  other.code = &ecolm_table_tokenizer;
  ModelTokenizer broken;
  status = broken.open(other);
  EXPECT_EQ(status.code(), ExitCode::ModelFailure);
  EXPECT_STREQ(status.message(), "the tokenizer cannot start: the table is of "
                                 "another version");
}

TEST(BytePairModel, RefusesWordsBeyondItsIndices) {
  ecolm::tokenizer::Table empty;
  Vocabulary vocabulary(empty);
  BytePairModel model(vocabulary);
  Array<int64_t> ids;
  Status status = model.encode("", size_t(1) << 32, ids);
  EXPECT_STREQ(status.message(),
               "a word of 4294967296 bytes is too long; divide the text");
}

TEST(Utf8, IsRepairedAsPythonAndRustRepairIt) {
  auto repair = [](std::string raw) {
    Text text;
    appendAsUtf8(text, raw.data(), raw.size());
    return std::string(text.c_str());
  };
  EXPECT_EQ(repair("a\u20ACb"), "a\u20ACb");
  EXPECT_EQ(repair("\xE2\x82"), "\uFFFD");
  EXPECT_EQ(repair("\xE2\x82z"), "\uFFFDz");
  EXPECT_EQ(repair("\xF0\x9F\x98"), "\uFFFD");
  EXPECT_EQ(repair("\xC0\xAF"), "\uFFFD\uFFFD");
  EXPECT_EQ(repair("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(repair("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(repair("\x80\xFF"), "\uFFFD\uFFFD");
}

} // namespace

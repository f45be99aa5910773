//===- CharacterTokenizerTest.cpp - Text to ids and back ------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Every piece round-trips, and what is not in the vocabulary is explained.
//
//===----------------------------------------------------------------------===//

#include "CharacterTokenizer.h"
#include "gtest/gtest.h"

#include <cstring>
#include <string>
#include <vector>

using namespace ecolm::runtime;

namespace {

const char *const pieces[] = {"\n", "b", "a", "\xC3\xA9", "\xF0\x9F\x98\x80",
                              ""};
const ecolm_tokenizer vocabulary = {ECOLM_TOKENIZER_CHARACTER, 6, pieces,
                                    nullptr, nullptr};

Status encode(const std::string &text, std::vector<int64_t> &ids) {
  CharacterTokenizer tokenizer;
  EXPECT_FALSE(tokenizer.open(vocabulary).failed());
  Array<int64_t> found;
  Status status =
      tokenizer.encode(text.data(), text.size(), "the prompt", found);
  ids.assign(found.begin(), found.end());
  return status;
}

std::string messageFor(const std::string &text) {
  std::vector<int64_t> ids;
  Status status = encode(text, ids);
  EXPECT_EQ(status.code(), ExitCode::BadInput);
  return status.message();
}

TEST(CharacterTokenizer, EncodesByCodePoint) {
  std::vector<int64_t> ids;
  ASSERT_FALSE(encode("ab\xC3\xA9\n\xF0\x9F\x98\x80", ids).failed());
  EXPECT_EQ(ids, (std::vector<int64_t>{2, 1, 3, 0, 4}));
  // The empty piece stands for U+0000.
  ASSERT_FALSE(encode(std::string("a\0b", 3), ids).failed());
  EXPECT_EQ(ids, (std::vector<int64_t>{2, 5, 1}));
}

TEST(CharacterTokenizer, DecodesEveryPiece) {
  CharacterTokenizer tokenizer;
  ASSERT_FALSE(tokenizer.open(vocabulary).failed());
  for (int id = 0; id < 6; ++id)
    EXPECT_STREQ(tokenizer.piece(id), pieces[id]);
  // Ids without a piece show, and read no memory that is not ours.
  for (int64_t id : {INT64_C(-1), INT64_C(6), INT64_MAX, INT64_MIN})
    EXPECT_STREQ(tokenizer.piece(id), "\xEF\xBF\xBD");
}

TEST(CharacterTokenizer, ExplainsUnknownCharacters) {
  std::string message = messageFor("ab\xE2\x82\xAC");
  EXPECT_NE(message.find("the prompt holds the character '\xE2\x82\xAC' "
                         "(U+20AC) at byte offset 2"),
            std::string::npos)
      << message;
  EXPECT_NE(message.find("which this model does not know; remove or replace "
                         "it (the model knows "),
            std::string::npos)
      << message;
  EXPECT_NE(messageFor("a\x07").find("(U+0007) at byte offset 1"),
            std::string::npos);
}

TEST(CharacterTokenizer, ExplainsInvalidUtf8) {
  EXPECT_NE(messageFor("a\xC3").find("byte 0xc3 at byte offset 1"),
            std::string::npos);
  EXPECT_NE(messageFor("\xC0\x80").find("byte 0xc0 at byte offset 0"),
            std::string::npos);
}

TEST(CharacterTokenizer, RefusesVocabulariesThatAreNotCharacters) {
  const char *const words[] = {"a", "bc"};
  const char *const twice[] = {"a", "b", "a"};
  CharacterTokenizer tokenizer;
  Status status =
      tokenizer.open({ECOLM_TOKENIZER_CHARACTER, 2, words, nullptr, nullptr});
  EXPECT_EQ(status.code(), ExitCode::ModelFailure);
  EXPECT_NE(std::strstr(status.message(),
                        "piece 1 of the model's vocabulary is not one"),
            nullptr);
  status =
      tokenizer.open({ECOLM_TOKENIZER_CHARACTER, 3, twice, nullptr, nullptr});
  EXPECT_NE(
      std::strstr(status.message(),
                  "of the model's vocabulary are the same character; compile"),
      nullptr);
}

} // namespace

//===- TextTest.cpp - Escaping, formatting and UTF-8 ----------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// What may reach a terminal, and which byte sequences are characters.
//
//===----------------------------------------------------------------------===//

#include "Text.h"
#include "Utf8.h"
#include "gtest/gtest.h"

#include <string>

using namespace ecolm::runtime;

namespace {

std::string escaped(const std::string &text) {
  Text result;
  result.appendEscaped(text.data(), text.size());
  return std::string(result.data(), result.size());
}

/// A straightforward encoder, to walk all code points.
std::string encode(uint32_t c) {
  auto part = [](uint32_t bits) {
    return static_cast<char>(0x80 | (bits & 63));
  };
  if (c < 0x80)
    return {static_cast<char>(c)};
  if (c < 0x800)
    return {static_cast<char>(0xC0 | c >> 6), part(c)};
  if (c < 0x10000)
    return {static_cast<char>(0xE0 | c >> 12), part(c >> 6), part(c)};
  return {static_cast<char>(0xF0 | c >> 18), part(c >> 12), part(c >> 6),
          part(c)};
}

TEST(Text, EscapesWhatATerminalWouldObey) {
  EXPECT_EQ(escaped("plain \xC3\xA9"), "plain \xC3\xA9");
  EXPECT_EQ(escaped("a\nb\tc"), "a\\nb\\tc");
  EXPECT_EQ(escaped("\x1b[2J\x7f"), "\\x1b[2J\\x7f");
  EXPECT_EQ(escaped("\xC2\x9B"), "\\u009b");
  EXPECT_EQ(escaped("\xFF\xC3"), "\\xff\\xc3");
  EXPECT_EQ(escaped(std::string("\0", 1)), "\\x00");
}

TEST(Text, JsonStrings) {
  Text text;
  text.appendJson("a\"b\\c\n\x01");
  EXPECT_STREQ(text.c_str(), "\"a\\\"b\\\\c\\u000a\\u0001\"");
}

TEST(Text, FormatsAndGrows) {
  Text text;
  for (int i = 0; i < 1000; ++i)
    text.format("%d,", i);
  std::string expected;
  for (int i = 0; i < 1000; ++i)
    expected += std::to_string(i) + ",";
  EXPECT_EQ(text.c_str(), expected);
  EXPECT_EQ(text.size(), expected.size());
}

TEST(Utf8, EveryCodePointDecodes) {
  for (uint32_t c = 0; c <= 0x10FFFF; ++c) {
    std::string bytes = encode(c);
    uint32_t decoded = 0;
    size_t length = decodeUtf8(bytes.data(), bytes.size(), &decoded);
    bool surrogate = c >= 0xD800 && c <= 0xDFFF;
    ASSERT_EQ(length, surrogate ? 0 : bytes.size()) << c;
    if (!surrogate) {
      ASSERT_EQ(decoded, c);
      ASSERT_EQ(decodeUtf8(bytes.data(), bytes.size() - 1, &decoded), 0u);
    }
  }
}

TEST(Utf8, ByteSequencesOfThreeAgreeWithTheEncoder) {
  // Whatever decodes must be exactly what the encoder writes: this rules out
  // overlong forms and stray continuation bytes.
  for (uint32_t bits = 0; bits < 1u << 24; bits += 7) {
    const char bytes[3] = {static_cast<char>(bits >> 16),
                           static_cast<char>(bits >> 8),
                           static_cast<char>(bits)};
    uint32_t decoded = 0;
    size_t length = decodeUtf8(bytes, 3, &decoded);
    if (length != 0)
      ASSERT_EQ(encode(decoded), std::string(bytes, length));
  }
}

TEST(Utf8, BeyondTheLastCodePoint) {
  uint32_t decoded = 0;
  EXPECT_EQ(decodeUtf8("\xF4\x90\x80\x80", 4, &decoded), 0u);
  EXPECT_EQ(decodeUtf8("\xF5\x80\x80\x80", 4, &decoded), 0u);
  EXPECT_EQ(decodeUtf8("\xF0\x80\x80\x80", 4, &decoded), 0u);
}

} // namespace

//===- Sha256Test.cpp - SHA-256 against published vectors -----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// The examples of FIPS 180-4 and NIST's test vectors, fed whole and in pieces.
//
//===----------------------------------------------------------------------===//

#include "Sha256.h"
#include "gtest/gtest.h"

#include <string>

using namespace ecolm::runtime;

namespace {

std::string hashOf(const std::string &text) {
  uint8_t hash[32];
  char digits[65];
  sha256(text.data(), text.size(), hash);
  formatSha256(hash, digits);
  return digits;
}

TEST(Sha256, PublishedVectors) {
  EXPECT_EQ(hashOf(""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hashOf("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hashOf("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hashOf(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PiecesOfEverySizeMakeTheSameHash) {
  std::string text;
  for (int i = 0; i < 300; ++i)
    text.push_back(static_cast<char>(i * 7));
  std::string whole = hashOf(text);
  for (size_t piece = 1; piece <= 130; ++piece) {
    Sha256 hasher;
    for (size_t at = 0; at < text.size(); at += piece)
      hasher.update(text.data() + at, std::min(piece, text.size() - at));
    uint8_t hash[32];
    char digits[65];
    hasher.finish(hash);
    formatSha256(hash, digits);
    EXPECT_EQ(digits, whole) << "in pieces of " << piece;
  }
}

TEST(Sha256, OneBitChangesTheHash) { EXPECT_NE(hashOf("abc"), hashOf("abb")); }

} // namespace

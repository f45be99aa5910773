//===- WeightChunksTest.cpp - Tests of the order of chunks ----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Packs factors in chunks and compares with loops that spell the order out.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Support/WeightPacker.h"
#include "gtest/gtest.h"
#include <random>

using namespace ecolm;

namespace {

using Bytes = std::vector<char>;

Bytes pack(const WeightDescription &weight, const Bytes &source) {
  Bytes packed;
  llvm::Error error =
      packWeight(weight, source, [&](llvm::ArrayRef<char> chunk) {
        packed.insert(packed.end(), chunk.begin(), chunk.end());
      });
  EXPECT_FALSE(!!error) << llvm::toString(std::move(error));
  return packed;
}

/// Chunks of 4 vectors, 64 outputs apart: the own term, then the partner's.
TEST(WeightChunksTest, OwnTermThenPartner) {
  std::mt19937 random(7);
  WeightDescription weight;
  weight.kind = ElementKind::Ternary;
  weight.sourceFormat = ByteFormat::Bytes;
  weight.lanes = 16;
  weight.chunks = {4, 64};
  for (int64_t d : {1, 8, 64, 128}) {
    weight.shape = {1, 256 / d, 2, 2, d};
    Bytes values;
    for (int64_t i = 0; i < weight.getNumElements(); ++i)
      values.push_back(static_cast<char>(static_cast<int>(random() % 3) - 1));
    Bytes expected;
    for (int64_t block = 0; block < 512; block += 256)
      for (int64_t first = block; first < block + 64; first += 16)
        for (int64_t output = first; output < first + 256; output += 64)
          for (int64_t term = 0; term < 2; ++term)
            for (int64_t o = output; o < output + 16; ++o) {
              int64_t ib = o / d % 2, ic = ib ^ term;
              int64_t index = ((o / (2 * d) * 2 + ib) * 2 + ic) * d + o % d;
              expected.push_back(values[index]);
            }
    weight.format = ByteFormat::Bytes;
    EXPECT_EQ(pack(weight, values), expected);
    weight.format = ByteFormat::Bitplanes;
    llvm::Expected<Bytes> codes = unpackWeight(weight, pack(weight, values));
    ASSERT_TRUE(!!codes) << llvm::toString(codes.takeError());
    EXPECT_EQ(*codes, values);
  }
}

/// Where own terms are never -1 nobody writes where they are.
TEST(WeightChunksTest, OwnTermsHaveOnePlane) {
  WeightDescription weight;
  weight.kind = ElementKind::Ternary;
  weight.sourceFormat = ByteFormat::Bytes;
  weight.format = ByteFormat::Planes3;
  weight.lanes = 8;
  weight.chunks = {2, 8};
  weight.shape = {1, 1, 2, 2, 8};
  // Rows of the factor: own, partner; partner, own.
  Bytes values = {1, 0, 0, 0, 0, 0, 0, 1, /**/ -1, 1, 0, 0, 0, 0, 0, 1,
                  0, 1, 1, 0, 0, 0, 0, 0, /**/ 1,  1, 1, 0, 0, 0, 0, 0};
  values[16] = -1;
  auto byte = [](int bits) { return static_cast<char>(bits); };
  Bytes expected = {byte(0x81), byte(0x82), byte(0x01),
                    byte(0x07), byte(0x06), byte(0x01)};
  EXPECT_EQ(getPackedSize(weight), expected.size());
  EXPECT_EQ(pack(weight, values), expected);
  EXPECT_EQ(llvm::cantFail(unpackWeight(weight, expected)), values);
}

/// A factor of powers of two from 2^-2 to 2^1 in chunks.
WeightDescription describePowers() {
  WeightDescription weight;
  weight.kind = ElementKind::Pot;
  weight.minExponent = -2;
  weight.numExponents = 4;
  weight.sourceFormat = ByteFormat::Bytes;
  weight.lanes = 2;
  weight.chunks = {2, 2};
  weight.shape = {1, 1, 2, 2, 2};
  return weight;
}

/// Two weights as bf16 in 32 bits: own terms below their partners', or those of
/// one vector below those of the next where own terms are 1.
TEST(WeightChunksTest, HalvesArePaired) {
  WeightDescription weight = describePowers();
  // 2^0 = code 3; rows of the factor: own, partner; partner, own.
  Bytes values = {3, 3, 1, -4, 0, 2, 3, 3};
  auto getHalf = [](int code) -> uint16_t {
    return code == 0
               ? 0
               : (code < 0 ? 0x8000 : 0) | (std::abs(code) - 3 + 127) << 7;
  };
  auto read = [](const Bytes &packed) {
    std::vector<uint16_t> halves;
    for (size_t i = 0; i < packed.size(); i += 2)
      halves.push_back(static_cast<uint8_t>(packed[i]) |
                       static_cast<uint8_t>(packed[i + 1]) << 8);
    return halves;
  };
  auto encode = [&](std::vector<int> codes) {
    std::vector<uint16_t> halves;
    for (int code : codes)
      halves.push_back(getHalf(code));
    return halves;
  };
  weight.format = ByteFormat::Halves;
  EXPECT_EQ(read(pack(weight, values)), encode({3, 1, 3, -4, 3, 0, 3, 2}));
  EXPECT_EQ(llvm::cantFail(unpackWeight(weight, pack(weight, values))), values);
  weight.format = ByteFormat::Partners;
  EXPECT_EQ(read(pack(weight, values)), encode({1, 0, -4, 2}));
  EXPECT_EQ(llvm::cantFail(unpackWeight(weight, pack(weight, values))), values);
}

/// Powers of two as f32: own terms before their partners', or left out where
/// they are 1.
TEST(WeightChunksTest, PowersAreFloats) {
  WeightDescription weight = describePowers();
  Bytes values = {3, 3, 1, -4, 0, 2, 3, 3};
  auto read = [](const Bytes &packed) {
    std::vector<float> floats(packed.size() / sizeof(float));
    std::memcpy(floats.data(), packed.data(), packed.size());
    return floats;
  };
  weight.format = ByteFormat::Floats;
  std::vector<float> all = {1, 1, 0.25F, -2, 1, 1, 0, 0.5F};
  EXPECT_EQ(read(pack(weight, values)), all);
  EXPECT_EQ(llvm::cantFail(unpackWeight(weight, pack(weight, values))), values);
  weight.format = ByteFormat::FloatPartners;
  EXPECT_EQ(read(pack(weight, values)),
            std::vector<float>({0.25F, -2, 0, 0.5F}));
  EXPECT_EQ(llvm::cantFail(unpackWeight(weight, pack(weight, values))), values);
}

} // namespace

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

} // namespace

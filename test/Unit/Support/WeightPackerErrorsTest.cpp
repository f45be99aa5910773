//===- WeightPackerErrorsTest.cpp - What the packer refuses ---------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Descriptions that make no sense, and bytes that are no codes.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Support/WeightPacker.h"
#include "gtest/gtest.h"

using namespace ecolm;
using Bytes = std::vector<char>;

namespace {

/// Why the packer refuses; empty if it does not.
std::string packError(const WeightDescription &weight, const Bytes &source) {
  return llvm::toString(
      packWeight(weight, source, [](llvm::ArrayRef<char>) {}));
}

TEST(WeightPackerErrorsTest, RejectsCodesThatDoNotExist) {
  WeightDescription ternary;
  ternary.kind = ElementKind::Ternary;
  ternary.shape = {1, 1, 4, 1, 1};
  ternary.format = ByteFormat::Bytes;
  ternary.sourceFormat = ByteFormat::Codes2;
  EXPECT_EQ(packError(ternary, {0b00011000}), "");
  EXPECT_NE(
      packError(ternary, {char(0xff)}).find("the source holds a code that its"),
      std::string::npos);
  ternary.sourceFormat = ByteFormat::Base3;
  EXPECT_EQ(packError(ternary, {char(242)}), "");
  EXPECT_NE(packError(ternary, {char(243)})
                .find("found byte 243, which no five ternary values have"),
            std::string::npos);
  ternary.sourceFormat = ByteFormat::Bytes;
  EXPECT_NE(
      packError(ternary, {0, 1, 2, 0}).find("the source holds a code that its"),
      std::string::npos);

  WeightDescription pot = ternary;
  pot.kind = ElementKind::Pot;
  pot.numExponents = 3;
  EXPECT_EQ(packError(pot, {0, 1, -3, 3}), "");
  EXPECT_NE(
      packError(pot, {0, 1, -4, 3}).find("the source holds a code that its"),
      std::string::npos);
  pot.hasZero = false;
  EXPECT_NE(
      packError(pot, {0, 1, -3, 3}).find("the source holds a code that its"),
      std::string::npos);
}

TEST(WeightPackerErrorsTest, RejectsIntegersThatDoNotFit) {
  WeightDescription weight;
  weight.kind = ElementKind::Integer;
  weight.integerBits = 4;
  weight.shape = {1, 1, 4, 1, 1};
  weight.sourceFormat = weight.format = ByteFormat::Bytes;
  EXPECT_EQ(packError(weight, {0, 7, -8, 1}), "");
  for (int value : {8, -9})
    EXPECT_NE(packError(weight, {0, char(value), 0, 1})
                  .find("the source holds a code that its"),
              std::string::npos);
  weight.format = ByteFormat::Codes2;
  EXPECT_NE(packError(weight, Bytes(4)).find("the packing does not suit the"),
            std::string::npos);
  weight.format = ByteFormat::Nibbles;
  weight.integerBits = 2;
  EXPECT_NE(packError(weight, Bytes(4)).find("the packing does not suit the"),
            std::string::npos);
  weight.format = ByteFormat::Codes2;
  EXPECT_EQ(packError(weight, {0, 1, -2, 1}), "");
  weight.integerBits = 3;
  weight.format = ByteFormat::Bytes;
  EXPECT_NE(packError(weight, Bytes(4))
                .find("expected integers of 2 or 4 bits, but found 3"),
            std::string::npos);
}

TEST(WeightPackerErrorsTest, RejectsDescriptionsThatMakeNoSense) {
  WeightDescription weight;
  weight.shape = {1, 2, 2, 2, 2};
  EXPECT_NE(packError(weight, Bytes(63)).find("expected a source of 64 bytes"),
            std::string::npos);
  weight.transposed = true;
  EXPECT_NE(packError(weight, Bytes(64)).find("only the source of a matrix"),
            std::string::npos);
  weight.transposed = false;
  weight.lanes = 24;
  EXPECT_NE(packError(weight, Bytes(64)).find("a power of two up to 128"),
            std::string::npos);
  weight.lanes = 16;
  weight.depth = 4;
  EXPECT_NE(packError(weight, Bytes(64)).find("expected depth 1, or 4 for a"),
            std::string::npos);
  weight.depth = 1;
  weight.chunks = {2, 16};
  EXPECT_NE(packError(weight, Bytes(64)).find("expected partners in chunks of"),
            std::string::npos);
  weight.chunks = {};
  weight.lanes = 0;
  weight.elementBytes = 3;
  EXPECT_NE(packError(weight, Bytes(48))
                .find("expected elements of 1, 2, 4 or 8 bytes, but found 3"),
            std::string::npos);
  weight.format = ByteFormat::Codes2;
  EXPECT_NE(packError(weight, Bytes(48)).find("the packing does not suit the"),
            std::string::npos);
  weight.kind = ElementKind::Pot;
  weight.numExponents = 8;
  weight.sourceFormat = ByteFormat::Nibbles;
  EXPECT_NE(
      packError(weight, Bytes(8)).find("the source's packing does not suit"),
      std::string::npos);
}

TEST(WeightPackerErrorsTest, PairsHavePlacesAndPartnersOnes) {
  WeightDescription weight;
  weight.kind = ElementKind::Pot;
  weight.minExponent = -1;
  weight.numExponents = 3;
  weight.sourceFormat = ByteFormat::Bytes;
  weight.format = ByteFormat::Halves;
  weight.lanes = 4;
  weight.shape = {1, 1, 2, 2, 4};
  EXPECT_NE(packError(weight, Bytes(16)).find("expected chunks of pairs of"),
            std::string::npos);
  weight.chunks = {2, 4};
  EXPECT_EQ(packError(weight, Bytes(16, 1)), "");
  weight.format = ByteFormat::Partners;
  // 2^-1 everywhere; then 1, but in one place.
  EXPECT_EQ(packError(weight, Bytes(16, 1)),
            "expected ones on the diagonal of a factor of which only partners "
            "are packed");
  EXPECT_EQ(packError(weight, Bytes(16, 2)), "");
  Bytes codes(16, 2);
  codes[15] = -2;
  EXPECT_NE(packError(weight, codes).find("expected ones on the diagonal"),
            std::string::npos);
  weight.format = ByteFormat::FloatPartners;
  EXPECT_NE(packError(weight, codes).find("expected ones on the diagonal"),
            std::string::npos);
  EXPECT_EQ(packError(weight, Bytes(16, 2)), "");
  weight.chunks = {};
  EXPECT_EQ(packError(weight, Bytes(16, 2)),
            "expected chunks for powers of two as floats");
}

TEST(WeightPackerErrorsTest, ThreePlanesHavePlacesAndNoNegativeOwn) {
  WeightDescription weight;
  weight.kind = ElementKind::Ternary;
  weight.sourceFormat = ByteFormat::Bytes;
  weight.format = ByteFormat::Planes3;
  weight.lanes = 8;
  weight.shape = {1, 1, 2, 2, 8};
  EXPECT_NE(packError(weight, Bytes(32)).find("expected chunks for weights in"),
            std::string::npos);
  weight.chunks = {2, 8};
  Bytes codes(32, 0);
  codes[8] = codes[23] = -1;
  EXPECT_EQ(packError(weight, codes), "");
  codes[24] = -1;
  EXPECT_EQ(packError(weight, codes),
            "expected no -1 on the diagonal of a factor that is packed as "
            "planes3");
}

TEST(WeightPackerErrorsTest, ReadsNoCodesOfWideElements) {
  WeightDescription weight;
  weight.shape = {1, 1, 2, 2, 1};
  weight.elementBytes = 4;
  EXPECT_EQ(llvm::toString(readWeightCodes(weight, Bytes(16),
                                           [](llvm::ArrayRef<int8_t>) {})),
            "only elements of one byte are codes");
}

TEST(WeightPackerErrorsTest, UnpacksNoOtherSize) {
  WeightDescription weight;
  weight.shape = {1, 1, 2, 2, 1};
  weight.elementBytes = 4;
  EXPECT_EQ(llvm::toString(unpackWeight(weight, Bytes(15)).takeError()),
            "expected a packed weight of 16 bytes, but found 15");
}

} // namespace

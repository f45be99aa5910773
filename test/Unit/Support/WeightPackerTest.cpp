//===- WeightPackerTest.cpp - The packer against its drawing --------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Compares packed bytes with a literal reading of WeightOrder.h, which walks
// the tensor with nested loops and writes bits one by one.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Support/WeightPacker.h"
#include "gtest/gtest.h"
#include <random>

using namespace ecolm;
using Codes = std::vector<int>;
using Bytes = std::vector<char>;

namespace {

/// A number in [1, n].
int64_t draw(std::mt19937 &random, int64_t n) { return 1 + random() % n; }

/// Writes `codes` of `weight` one by one in `format`; the lanes matter for bit
/// planes.
Bytes writeNaively(const WeightDescription &weight, const Codes &codes,
                   ByteFormat format, int lanes) {
  bool hasZero = weight.hasZero;
  bool isInteger = weight.kind == ElementKind::Integer;
  Bytes bytes;
  auto put = [&](size_t byte, int value) {
    if (bytes.size() <= byte)
      bytes.resize(byte + 1);
    bytes[byte] = static_cast<char>(static_cast<uint8_t>(bytes[byte]) + value);
  };
  for (size_t i = 0; i < codes.size(); ++i) {
    int code = codes[i], power = 1;
    if (isInteger && format != ByteFormat::Bytes) {
      int perByte = 8 / weight.integerBits, values = 1 << weight.integerBits;
      put(i / perByte,
          (code + values) % values << (i % perByte * weight.integerBits));
      continue;
    }
    switch (format) {
    case ByteFormat::Codes2:
      put(i / 4, (code + 1) << (i % 4 * 2));
      break;
    case ByteFormat::Base3:
      for (size_t k = 0; k < i % 5; ++k)
        power *= 3;
      put(i / 5, (code + 1) * power);
      break;
    case ByteFormat::Bitplanes: {
      size_t bit = i / lanes * (2 * lanes) + i % lanes;
      put(bit / 8, code == 1 ? 1 << bit % 8 : 0);
      bit += lanes;
      put(bit / 8, code == -1 ? 1 << bit % 8 : 0);
      break;
    }
    case ByteFormat::Nibbles: {
      int magnitude = code < 0 ? -code : code;
      if (!hasZero && magnitude)
        --magnitude;
      put(i / 2, (magnitude + (code < 0 ? 8 : 0)) * (i % 2 ? 16 : 1));
      break;
    }
    default:
      put(i, static_cast<uint8_t>(code));
    }
  }
  return bytes;
}

/// The packed stream of the tensor `values` (row-major), as WeightOrder.h draws
/// it; -1000 stands for padding.
Codes orderNaively(const Codes &values, const FactorShape &shape, int lanes) {
  if (lanes == 0)
    return values;
  Codes stream;
  size_t perStack = shape.a * shape.b * shape.c * shape.d;
  for (int stack = 0; stack < shape.stacks; ++stack) {
    // One list of c values for every output, outputs in order.
    std::vector<Codes> outputs;
    for (int ia = 0; ia < shape.a; ++ia)
      for (int ib = 0; ib < shape.b; ++ib)
        for (int id = 0; id < shape.d; ++id) {
          Codes column;
          for (int ic = 0; ic < shape.c; ++ic)
            column.push_back(
                values[stack * perStack +
                       ((ia * shape.b + ib) * shape.c + ic) * shape.d + id]);
          outputs.push_back(column);
        }
    while (outputs.size() % lanes)
      outputs.push_back(Codes(shape.c, -1000));
    for (size_t group = 0; group < outputs.size(); group += lanes)
      for (int ic = 0; ic < shape.c; ++ic)
        for (int lane = 0; lane < lanes; ++lane)
          stream.push_back(outputs[group + lane][ic]);
  }
  return stream;
}

/// Packs and collects, checking the promise about chunks.
llvm::Expected<Bytes> pack(const WeightDescription &weight,
                           const Bytes &source) {
  Bytes packed;
  if (llvm::Error error =
          packWeight(weight, source, [&](llvm::ArrayRef<char> chunk) {
            EXPECT_LE(chunk.size(), kMaxPackedChunk);
            packed.insert(packed.end(), chunk.begin(), chunk.end());
          }))
    return std::move(error);
  return packed;
}

/// A weight of random codes, its source and its codes in row-major order.
struct RandomWeight {
  WeightDescription description;
  Codes values;
  Bytes source;

  RandomWeight(WeightDescription weight, std::mt19937 &random)
      : description(weight) {
    int most = 1, least = -1;
    if (weight.kind == ElementKind::Pot) {
      most = weight.numExponents;
      least = -most;
    } else if (weight.kind == ElementKind::Integer) {
      least = -(1 << (weight.integerBits - 1));
      most = -least - 1;
    }
    bool mayBeZero = weight.kind != ElementKind::Pot || weight.hasZero;
    for (int64_t i = 0; i < weight.getNumElements(); ++i) {
      int code = 0;
      do
        code = static_cast<int>(random() % (most - least + 1)) + least;
      while (code == 0 && !mayBeZero);
      values.push_back(code);
    }
    Codes asWritten = values;
    if (weight.transposed)
      for (int64_t n = 0; n < weight.shape.b; ++n)
        for (int64_t k = 0; k < weight.shape.c; ++k)
          asWritten[k * weight.shape.b + n] = values[n * weight.shape.c + k];
    source = writeNaively(weight, asWritten, weight.sourceFormat, 0);
  }

  /// The bytes that the packer should write.
  Bytes expected() const {
    Codes stream = orderNaively(values, description.shape, description.lanes);
    for (int &code : stream)
      code = code == -1000 ? 0 : code;
    return writeNaively(description, stream, description.format,
                        description.lanes);
  }
};

/// Packs, compares with the naive bytes, unpacks and compares with the values.
void check(const RandomWeight &weight) {
  llvm::Expected<Bytes> packed = pack(weight.description, weight.source);
  ASSERT_TRUE(!!packed) << llvm::toString(packed.takeError());
  ASSERT_EQ(*packed, weight.expected());
  ASSERT_EQ(packed->size(), getPackedSize(weight.description));
  ASSERT_EQ(weight.source.size(), getSourceSize(weight.description));
  llvm::Expected<Bytes> codes = unpackWeight(weight.description, *packed);
  ASSERT_TRUE(!!codes) << llvm::toString(codes.takeError());
  ASSERT_EQ(*codes, Bytes(weight.values.begin(), weight.values.end()));
  Bytes read;
  ASSERT_FALSE(readWeightCodes(
      weight.description, weight.source, [&](llvm::ArrayRef<int8_t> chunk) {
        read.insert(read.end(), chunk.begin(), chunk.end());
      }));
  ASSERT_EQ(read, *codes);
}

constexpr int kLanes[] = {0, 1, 8, 16, 32, 64};
constexpr ByteFormat kTernaryFormats[] = {ByteFormat::Bytes, ByteFormat::Codes2,
                                          ByteFormat::Base3,
                                          ByteFormat::Bitplanes};
constexpr ByteFormat kPotFormats[] = {ByteFormat::Bytes, ByteFormat::Nibbles};

TEST(WeightPackerTest, EverySmallTernaryFactor) {
  std::mt19937 random(1);
  WeightDescription weight;
  weight.kind = ElementKind::Ternary;
  for (int lanes : kLanes)
    for (ByteFormat format : kTernaryFormats)
      for (int shape = 0; shape < 3 * 3 * 3 * 3 * 2; ++shape) {
        if (format == ByteFormat::Bitplanes && lanes < 8)
          continue;
        weight.shape = {1 + shape / 81, 1 + shape % 3, 1 + shape / 3 % 3,
                        1 + shape / 9 % 3, 1 + shape / 27 % 3};
        weight.lanes = lanes;
        weight.format = format;
        weight.sourceFormat = kTernaryFormats[shape % 3];
        check({weight, random});
        if (HasFatalFailure())
          return;
      }
}

TEST(WeightPackerTest, RandomTernaryFactors) {
  std::mt19937 random(2);
  WeightDescription weight;
  weight.kind = ElementKind::Ternary;
  for (int round = 0; round < 3000 && !HasFatalFailure(); ++round) {
    weight.shape = {draw(random, 3), draw(random, 9), draw(random, 9),
                    draw(random, 9), draw(random, 9)};
    weight.lanes = kLanes[random() % 6];
    weight.format = kTernaryFormats[random() % (weight.lanes < 8 ? 3 : 4)];
    weight.sourceFormat = kTernaryFormats[random() % 3];
    check({weight, random});
  }
}

TEST(WeightPackerTest, RandomPotFactors) {
  std::mt19937 random(3);
  WeightDescription weight;
  weight.kind = ElementKind::Pot;
  for (int round = 0; round < 3000 && !HasFatalFailure(); ++round) {
    weight.shape = {draw(random, 3), draw(random, 9), draw(random, 9),
                    draw(random, 9), draw(random, 9)};
    weight.hasZero = random() % 2;
    bool small = random() % 2;
    weight.numExponents = draw(random, !small ? 127 : weight.hasZero ? 7 : 8);
    weight.lanes = kLanes[random() % 6];
    weight.format = kPotFormats[random() % (small ? 2 : 1)];
    weight.sourceFormat = kPotFormats[random() % (small ? 2 : 1)];
    check({weight, random});
  }
}

TEST(WeightPackerTest, RandomIntegerMatrices) {
  std::mt19937 random(8);
  WeightDescription weight;
  weight.kind = ElementKind::Integer;
  for (int round = 0; round < 3000 && !HasFatalFailure(); ++round) {
    weight.integerBits = random() % 2 ? 2 : 4;
    ByteFormat formats[] = {ByteFormat::Bytes, weight.integerBits == 2
                                                   ? ByteFormat::Codes2
                                                   : ByteFormat::Nibbles};
    weight.shape = {1, 1, draw(random, 99), draw(random, 99), 1};
    weight.transposed = random() % 2;
    weight.lanes = kLanes[random() % 6];
    weight.format = formats[random() % 2];
    weight.sourceFormat = formats[random() % 2];
    check({weight, random});
  }
}

TEST(WeightPackerTest, RandomTransposedMatrices) {
  std::mt19937 random(4);
  WeightDescription weight;
  weight.kind = ElementKind::Ternary;
  weight.transposed = true;
  for (int round = 0; round < 2000 && !HasFatalFailure(); ++round) {
    weight.shape = {1, 1, draw(random, 99), draw(random, 99), 1};
    weight.lanes = kLanes[random() % 6];
    weight.format = kTernaryFormats[random() % (weight.lanes < 8 ? 3 : 4)];
    weight.sourceFormat = kTernaryFormats[random() % 3];
    check({weight, random});
  }
}

TEST(WeightPackerTest, SeveralChunksWithTails) {
  std::mt19937 random(5);
  WeightDescription weight;
  weight.kind = ElementKind::Ternary;
  weight.shape = {1, 1, 2051, 333, 1};
  weight.sourceFormat = ByteFormat::Base3;
  for (int lanes : kLanes)
    for (ByteFormat format : kTernaryFormats) {
      if (format == ByteFormat::Bitplanes && lanes < 8)
        continue;
      weight.lanes = lanes;
      weight.format = format;
      check({weight, random});
    }
}

/// Elements whose bytes say where they stand.
TEST(WeightPackerTest, PlainElementsOfEverySize) {
  std::mt19937 random(6);
  WeightDescription weight;
  for (int round = 0; round < 2000; ++round) {
    int bytes = weight.elementBytes = 1 << random() % 4;
    weight.shape = {1, 1, draw(random, 150), draw(random, 40), 1};
    weight.transposed = random() % 2;
    weight.lanes = kLanes[random() % 6];
    Codes indices(weight.getNumElements());
    for (size_t i = 0; i < indices.size(); ++i)
      indices[i] = i;
    // Byte k of element i is i * 7 + k * 3 + 1.
    auto write = [&](Bytes &out, int element) {
      for (int k = 0; k < bytes; ++k)
        out.push_back(element == -1000 ? 0 : element * 7 + k * 3 + 1);
    };
    Bytes source, rowMajor, expected;
    int64_t n = weight.shape.b, k = weight.shape.c;
    for (int element : indices) {
      write(source,
            weight.transposed ? element % n * k + element / n : element);
      write(rowMajor, element);
    }
    for (int element : orderNaively(indices, weight.shape, weight.lanes))
      write(expected, element);
    llvm::Expected<Bytes> packed = pack(weight, source);
    ASSERT_TRUE(!!packed);
    ASSERT_EQ(*packed, expected);
    llvm::Expected<Bytes> unpacked = unpackWeight(weight, *packed);
    ASSERT_TRUE(!!unpacked);
    ASSERT_EQ(*unpacked, rowMajor);
  }
}

/// Byte l * 4 + j of a tile holds lane l and the inputs j, j + 4, j + 8, ...
TEST(WeightPackerTest, TilesOfDepthFour) {
  std::mt19937 random(8);
  for (int round = 0; round < 2000; ++round) {
    WeightDescription weight;
    int bits = random() % 2 ? 2 : 4;
    weight.kind = ElementKind::Integer;
    weight.integerBits = bits;
    if (bits == 2 && random() % 2)
      weight.kind = ElementKind::Ternary;
    weight.format = bits == 2 ? ByteFormat::Codes2 : ByteFormat::Nibbles;
    weight.sourceFormat = ByteFormat::Bytes;
    weight.shape = {1, 1, draw(random, 50), draw(random, 70), 1};
    weight.transposed = random() % 2;
    weight.lanes = 16;
    weight.depth = 4;
    RandomWeight sample(weight, random);
    Bytes packed = llvm::cantFail(pack(weight, sample.source));
    ASSERT_EQ(packed.size(), getPackedSize(weight));

    int perByte = 8 / bits, n = weight.shape.b, k = weight.shape.c;
    int offset = weight.kind == ElementKind::Ternary ? 1 : 0;
    auto codeOf = [&](int output, int input) {
      int value =
          output < n && input < k ? sample.values[output * k + input] : 0;
      return (value + offset) & ((1 << bits) - 1);
    };
    Bytes expected;
    for (int group = 0; group < n; group += 16)
      for (int first = 0; first < k; first += 4 * perByte)
        for (int byte = 0; byte < 64; ++byte) {
          int word = 0;
          for (int i = 0; i < perByte; ++i)
            word |= codeOf(group + byte / 4, first + byte % 4 + 4 * i)
                    << bits * i;
          expected.push_back(static_cast<char>(word));
        }
    ASSERT_EQ(packed, expected);
    Bytes codes = llvm::cantFail(unpackWeight(weight, packed));
    ASSERT_EQ(codes, Bytes(sample.values.begin(), sample.values.end()));
  }
}

/// A fault planted in one bit of a packed weight must show when it is read.
TEST(WeightPackerTest, PlantedFaultShows) {
  std::mt19937 random(7);
  WeightDescription weight;
  weight.kind = ElementKind::Ternary;
  weight.shape = {1, 2, 8, 4, 1};
  weight.sourceFormat = ByteFormat::Codes2;
  weight.format = ByteFormat::Bitplanes;
  weight.lanes = 16;
  RandomWeight sample(weight, random);
  Bytes packed = llvm::cantFail(pack(weight, sample.source));
  for (size_t bit = 0; bit < packed.size() * 8; ++bit) {
    Bytes broken = packed;
    broken[bit / 8] ^= 1 << bit % 8;
    EXPECT_NE(llvm::cantFail(unpackWeight(weight, broken)),
              Bytes(sample.values.begin(), sample.values.end()));
  }
}

} // namespace

//===- WireScannerTest.cpp - Tests of the wire scanner -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Builds encodings by hand and checks what the scanner takes out, keeps and
// refuses.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Frontend/ONNX/WireScanner.h"
#include "llvm/ADT/ArrayRef.h"
#include <gtest/gtest.h>

using namespace ecolm;

namespace {

/// A field of wire type 2.
std::string field(unsigned number, const std::string &bytes) {
  std::string text;
  auto varint = [&](uint64_t value) {
    for (; value >= 0x80; value >>= 7)
      text.push_back(static_cast<char>(value | 0x80));
    text.push_back(static_cast<char>(value));
  };
  varint(number << 3 | 2);
  varint(bytes.size());
  return text + bytes;
}

std::string tensor(const std::string &raw) { return field(9, raw); }
std::string graphOf(const std::string &fields) { return field(7, fields); }

struct Scan {
  explicit Scan(const std::string &bytes, Limits limits = Limits()) {
    good = llvm::succeeded(
        stripPayloads(llvm::ArrayRef<char>(bytes.data(), bytes.size()), limits,
                      model, error));
  }
  bool good;
  StrippedModel model;
  WireError error;
};

/// Why the scanner refuses `bytes`; empty if it does not.
std::string refusal(const std::string &bytes, Limits limits = Limits()) {
  Scan scan(bytes, limits);
  return scan.good ? "" : scan.error.what;
}

TEST(WireScanner, TakesThePayloadOutOfAnInitializer) {
  std::string raw(1000, 'w');
  std::string file = graphOf(field(5, field(8, "name") + tensor(raw)));
  Scan scan(file);
  ASSERT_TRUE(scan.good) << scan.error.what;
  ASSERT_EQ(scan.model.payloads.size(), 1u);
  ByteRange range = scan.model.payloads[0];
  EXPECT_EQ(file.substr(range.offset, range.length), raw);
  EXPECT_LT(scan.model.structure.size(), 64u);
  EXPECT_NE(scan.model.structure.find("name"), std::string::npos);
}

TEST(WireScanner, FindsTensorsOnEveryRoute) {
  std::string t = tensor("payload!");
  std::string node = field(1, field(5, field(5, t) + field(10, t)));
  std::string sparse = field(1, t) + field(2, t);
  std::string nested = field(1, field(5, field(6, field(5, t))));
  std::string attribute = field(5, field(22, sparse) + field(23, sparse));
  std::string file =
      graphOf(node + nested + field(1, attribute) + field(15, sparse)) +
      field(25, field(7, field(5, field(5, t))) + field(11, field(5, t))) +
      field(20, field(1, field(5, t)) + field(2, field(5, t)));
  Scan scan(file);
  ASSERT_TRUE(scan.good) << scan.error.what;
  EXPECT_EQ(scan.model.payloads.size(), 13u);
  EXPECT_EQ(scan.model.structure.find("payload!"), std::string::npos);
}

TEST(WireScanner, LeavesAloneWhatIsNoPayload) {
  // Field 9 is raw_data in a tensor only.
  std::string file = graphOf(field(9, "kept as it is") + field(12, "input"));
  Scan scan(file);
  ASSERT_TRUE(scan.good);
  EXPECT_TRUE(scan.model.payloads.empty());
  EXPECT_NE(scan.model.structure.find("kept as it is"), std::string::npos);
}

TEST(WireScanner, SaysWhereAFileIsCut) {
  std::string file = graphOf(field(5, tensor(std::string(100, 'w'))));
  for (size_t size = 1; size < file.size(); ++size) {
    Scan scan(file.substr(0, size));
    EXPECT_FALSE(scan.good) << size;
    EXPECT_TRUE(scan.error.truncated) << size;
    EXPECT_LE(scan.error.offset, size);
  }
}

TEST(WireScanner, RefusesALengthBeyondTheMessageAroundIt) {
  // The inner length reaches past the graph but not past the file.
  std::string inner = field(5, tensor("0123456789"));
  inner[1] = static_cast<char>(inner[1] + 5);
  Scan scan(graphOf(inner) + field(2, std::string(50, 'p')));
  EXPECT_FALSE(scan.good);
  EXPECT_TRUE(scan.error.looksLikeModel);
  EXPECT_EQ(scan.error.where, "graph[0]");
}

TEST(WireScanner, RefusesWhatONNXNeverUses) {
  // A group, field 0, a number of 11 bytes, and one that ends too soon.
  EXPECT_EQ(refusal(std::string("\x0b", 1)),
            "field 1 has wire type 3, which ONNX never uses");
  EXPECT_EQ(refusal(std::string("\x02\x00", 2)), "there is no field number 0");
  EXPECT_EQ(refusal("\x08" + std::string(11, '\xff')),
            "a number is longer than ten bytes");
  EXPECT_EQ(refusal("\x08\xff"), "a number is cut off");
  EXPECT_EQ(refusal("\x0d\x01"), "a number is cut off");
  EXPECT_EQ(refusal("\x12" + std::string(9, '\xff') + "\x01"),
            "field 2 says that it has 18446744073709551615 bytes, but 0 are "
            "left");
}

TEST(WireScanner, HoldsItsLimits) {
  Limits limits;
  limits.maxDepth = 3;
  std::string deep = field(5, tensor("x"));
  EXPECT_TRUE(Scan(graphOf(deep), limits).good);
  deep = field(1, field(5, field(6, deep)));
  Scan tooDeep(graphOf(deep), limits);
  EXPECT_FALSE(tooDeep.good);
  EXPECT_NE(tooDeep.error.what.find("deeper than 3"), std::string::npos);

  limits = Limits();
  limits.maxMessages = 3;
  EXPECT_TRUE(Scan(graphOf(field(1, "") + field(1, "")), limits).good);
  EXPECT_EQ(
      refusal(graphOf(field(1, "") + field(1, "") + field(1, "")), limits),
      "there are more than 3 messages");

  limits = Limits();
  limits.maxStructureBytes = 100;
  EXPECT_TRUE(
      Scan(graphOf(field(5, tensor(std::string(1000, 'w')))), limits).good);
  EXPECT_EQ(refusal(graphOf(field(2, std::string(1000, 'n'))), limits),
            "a field that is no tensor payload has 1003 bytes");
  std::string name = field(2, std::string(60, 'n'));
  EXPECT_EQ(refusal(graphOf(name + name), limits),
            "the model's structure without its weights is larger than 100 "
            "bytes");
}

} // namespace

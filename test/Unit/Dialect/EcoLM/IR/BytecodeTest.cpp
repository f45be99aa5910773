//===- BytecodeTest.cpp - Bytecode that no round trip produces ------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Writes bytecode of other versions and with broken encodings, and reads it.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/EcoLM/IR/EcoLMAttributes.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMBytecode.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMDialect.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMTypes.h"
#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace ecolm;

namespace {

class BytecodeTest : public ::testing::Test {
protected:
  BytecodeTest() {
    context.loadDialect<EcoLMDialect>();
    context.getDiagEngine().registerHandler([this](Diagnostic &diagnostic) {
      messages += diagnostic.str() + "\n";
      return success();
    });
    module = parseSourceString<ModuleOp>(
        "module attributes {test.a = !ecolm.pot<min = -6, max = 1>,"
        " test.b = #ecolm.packed<bitplanes, lanes = 16>,"
        " test.c = #ecolm.rounding<ceil>} {}",
        &context);
  }

  void SetUp() override { ASSERT_TRUE(module) << messages; }

  /// The module as bytecode, written as `config` says.
  std::string write(const BytecodeWriterConfig &config) {
    std::string bytes;
    llvm::raw_string_ostream stream(bytes);
    EXPECT_TRUE(succeeded(writeBytecodeToFile(*module, stream, config)));
    return bytes;
  }

  /// Reads `bytes`; diagnostics go to `messages`.
  OwningOpRef<ModuleOp> read(const std::string &bytes) {
    return parseSourceString<ModuleOp>(bytes, &context);
  }

  /// Writes every ecolm attribute as `values` and expects the message of the
  /// reader to hold `message`.
  void expectAttributeError(std::vector<uint64_t> values,
                            const std::string &message) {
    BytecodeWriterConfig config;
    config.attachAttributeCallback(
        [&](Attribute attribute, std::optional<StringRef> &dialect,
            DialectBytecodeWriter &writer) -> LogicalResult {
          if (!isa<PackedAttr, RoundingAttr>(attribute))
            return failure();
          dialect = "ecolm";
          for (uint64_t value : values)
            writer.writeVarInt(value);
          return success();
        });
    EXPECT_FALSE(read(write(config)));
    EXPECT_NE(messages.find(message), std::string::npos) << messages;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  std::string messages;
};

TEST_F(BytecodeTest, CurrentVersion) {
  std::string bytes = write({});
  OwningOpRef<ModuleOp> copy = read(bytes);
  ASSERT_TRUE(copy) << messages;
  EXPECT_EQ(copy->getOperation()->getAttrDictionary(),
            module->getOperation()->getAttrDictionary());
  // Types and attributes are bytes of our own, not text.
  EXPECT_EQ(bytes.find("pot<"), std::string::npos);
  EXPECT_EQ(bytes.find("packed<"), std::string::npos);
  EXPECT_EQ(bytes.find("rounding<"), std::string::npos);
}

TEST_F(BytecodeTest, NewerVersion) {
  BytecodeWriterConfig config;
  config.setDialectVersion<EcoLMDialect>(
      std::make_unique<EcoLMDialectVersion>(EcoLMDialectVersion::kCurrent + 1));
  EXPECT_FALSE(read(write(config)));
  EXPECT_NE(messages.find("expected bytecode of the ecolm dialect in version 1 "
                          "to 3, but found 4"),
            std::string::npos)
      << messages;
}

/// Layouts of version 1 have no depth and no chunks.
TEST_F(BytecodeTest, OlderVersion) {
  BytecodeWriterConfig config;
  config.setDialectVersion<EcoLMDialect>(
      std::make_unique<EcoLMDialectVersion>(1));
  std::string bytes = write(config);
  EXPECT_LT(bytes.size(), write({}).size());
  OwningOpRef<ModuleOp> copy = read(bytes);
  ASSERT_TRUE(copy) << messages;
  EXPECT_EQ(copy->getOperation()->getAttrDictionary(),
            module->getOperation()->getAttrDictionary());
}

TEST_F(BytecodeTest, VersionZero) {
  BytecodeWriterConfig config;
  config.setDialectVersion<EcoLMDialect>(
      std::make_unique<EcoLMDialectVersion>(0));
  EXPECT_FALSE(read(write(config)));
  EXPECT_NE(messages.find("but found 0"), std::string::npos) << messages;
}

TEST_F(BytecodeTest, UnknownTypeCode) {
  BytecodeWriterConfig config;
  config.attachTypeCallback([](Type type, std::optional<StringRef> &dialect,
                               DialectBytecodeWriter &writer) -> LogicalResult {
    if (!isa<PotType>(type))
      return failure();
    dialect = "ecolm";
    writer.writeVarInt(99);
    return success();
  });
  EXPECT_FALSE(read(write(config)));
  EXPECT_NE(messages.find("expected the code of an ecolm type, but found 99"),
            std::string::npos)
      << messages;
}

TEST_F(BytecodeTest, UnknownAttributeCode) {
  expectAttributeError({99},
                       "expected the code of an ecolm attribute, but found 99");
}

TEST_F(BytecodeTest, UnknownWord) {
  expectAttributeError({/*rounding=*/1, 7},
                       "expected a value of ecolm.rounding, but found 7");
}

TEST_F(BytecodeTest, UnknownPacking) {
  expectAttributeError({/*packed=*/0, 11, 0},
                       "expected a value of ecolm.packing, but found 11");
}

// What the text form refuses, bytecode cannot smuggle in: 24 is a signed 12.
TEST_F(BytecodeTest, InvalidLanes) {
  expectAttributeError(
      {/*packed=*/0, /*bytes=*/0, /*lanes=*/24, /*depth=*/1,
       /*vectors=*/0, /*apart=*/0},
      "expected lanes to be 0 or a power of two up to 128, but "
      "found 12");
}

} // namespace

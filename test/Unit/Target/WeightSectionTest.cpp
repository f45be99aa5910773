//===- WeightSectionTest.cpp - What no file can be made of ----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Weights, tokenizers and device code that the last phase refuses.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Target/WeightSection.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMDialect.h"
#include "ecolm/Target/GPU/EmitGPU.h"
#include "ecolm/Target/ModelDescriptor.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace ecolm;

namespace {

class EmitTest : public testing::Test {
protected:
  EmitTest() {
    context.loadDialect<EcoLMDialect, gpu::GPUDialect, NVVM::NVVMDialect>();
    context.getDiagEngine().registerHandler([this](Diagnostic &diagnostic) {
      messages += diagnostic.str();
      return success();
    });
  }

  OwningOpRef<ModuleOp> parse(const std::string &text) {
    auto module = parseSourceString<ModuleOp>(text, &context);
    EXPECT_TRUE(module) << messages;
    return module;
  }

  /// Why the weights of `text` cannot be written for `triple`.
  std::string refusal(const std::string &text, const std::string &triple) {
    OwningOpRef<ModuleOp> module = parse(text);
    llvm::SmallString<0> bytes;
    llvm::raw_svector_ostream out(bytes);
    EXPECT_TRUE(
        failed(writeWeightSection(*module, llvm::Triple(triple), 0, out)));
    return messages;
  }

  /// Why the tokenizer in `metadata` cannot be written.
  std::string tokenizerRefusal(const std::string &metadata) {
    OwningOpRef<ModuleOp> module =
        parse("module attributes {ecolm.entry = () -> ()} {}");
    (*module)->setAttr("ecolm.tokenizer", StringAttr::get(&context, metadata));
    llvm::LLVMContext llvmContext;
    llvm::Module code("m", llvmContext);
    return llvm::toString(
        defineModelDescriptor(*module, {}, "", "", {}, {}, code));
  }

  MLIRContext context;
  std::string messages;
};

TEST_F(EmitTest, RefusesObjectFormatsWithoutWeights) {
  EXPECT_EQ(refusal("module {}", "x86_64-apple-darwin"),
            "weights can be placed in little-endian ELF files for x86-64, "
            "AArch64 and RISC-V, and in WebAssembly of 32 bits, not in files "
            "for x86_64-apple-darwin");
}

TEST_F(EmitTest, NamesAWeightWithACodeThatDoesNotExist) {
  EXPECT_EQ(refusal("ecolm.weight @w : tensor<4x!ecolm.ternary> = dense<255> : "
                    "tensor<1xui8> packing <codes2> {ecolm.bytes = 4 : i64, "
                    "ecolm.offset = 0 : i64}",
                    "x86_64-linux-gnu"),
            "cannot pack the weight: the source holds a code that its element "
            "type does not have");
}

TEST_F(EmitTest, RefusesTokenizersThatAreNone) {
  EXPECT_EQ(tokenizerRefusal("{\"type\": \"char\", \"vocab\": [\"a\"]}"), "");
  EXPECT_EQ(tokenizerRefusal("{\"type\": \"char\", \"vocab\": [1]}"),
            "the metadata entry ecolm.tokenizer has an entry 0 that is not one "
            "character; export the model again, with {\"type\": \"char\", "
            "\"vocab\": [...]}");
  EXPECT_EQ(
      tokenizerRefusal("{\"type\": \"bpe\"}"),
      "the metadata entry ecolm.tokenizer has another form than is known; "
      "export the model again, with {\"type\": \"char\", \"vocab\": "
      "[...]}");
  EXPECT_EQ(tokenizerRefusal("{").find(
                "the metadata entry ecolm.tokenizer is not JSON: "),
            0u);
}

TEST_F(EmitTest, RefusesBinariesWithoutAssembly) {
  OwningOpRef<ModuleOp> module = parse(
      "module { gpu.binary @b [#gpu.object<#nvvm.target, bin = \"x\">] }");
  EXPECT_TRUE(failed(emitPTX(*module)));
  EXPECT_EQ(messages, "the gpu binary holds no assembly");
}

} // namespace

//===- TargetDescriptionTest.cpp - Targets that do not exist --------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Names of targets, CPUs and features that LLVM does not know.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Target/TargetDescription.h"
#include "ecolm/Target/ObjectEmitter.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "gtest/gtest.h"

using namespace ecolm;

namespace {

std::string refusal(const TargetDescription &description) {
  auto machine = createTargetMachine(description);
  return machine ? "" : llvm::toString(machine.takeError());
}

TEST(TargetDescription, SuggestsNames) {
  EXPECT_EQ(refusal({"x86_64-linux-gnu", "znver4", "+avx2"}), "");
  EXPECT_EQ(refusal({"x86_64-linux-gnu", "znver44", ""}),
            "unknown CPU 'znver44' for target x86_64-unknown-linux-gnu; "
            "similar names are znver4, znver1, znver2, and native is this "
            "machine");
  EXPECT_EQ(refusal({"x86_64-linux-gnu", "", "+avx22"})
                .find("unknown CPU feature 'avx22' for target "
                      "x86_64-unknown-linux-gnu; similar names are avx2, "),
            0u);
  EXPECT_EQ(refusal({"x86_64-linux-gnu", "", "avx2"}),
            "CPU feature 'avx2' needs + or - before its name");
}

TEST(TargetDescription, SaysThatATargetHasNoFeatures) {
  EXPECT_EQ(refusal({"xcore-unknown-unknown", "", "+dsp"}),
            "unknown CPU feature 'dsp' for target xcore-unknown-unknown; it "
            "has no names to choose from");
}

TEST(TargetDescription, RefusesUnknownTargets) {
  EXPECT_EQ(refusal({"z80-unknown-cpm", "", ""})
                .find("unknown target 'z80-unknown-cpm': LLVM has no back end"),
            0u);
}

TEST(ObjectEmitter, NamesTheTargetWithoutObjectFiles) {
  auto machine = createTargetMachine({"nvptx64-nvidia-cuda", "sm_90", ""});
  ASSERT_TRUE(!!machine) << llvm::toString(machine.takeError());
  llvm::LLVMContext context;
  llvm::Module module("m", context);
  llvm::SmallString<0> text;
  llvm::raw_svector_ostream out(text);
  EXPECT_EQ(llvm::toString(emitCode(module, **machine,
                                    llvm::CodeGenFileType::ObjectFile, out)),
            "LLVM cannot write this kind of file for nvptx64-nvidia-cuda; name "
            "another with --emit or --target");
}

} // namespace

//===- DiagnosticsTest.cpp - Classes of errors ----------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// What a user reads behind an error that nobody gave a class.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Driver/Diagnostics.h"
#include "mlir/IR/Location.h"
#include "mlir/IR/MLIRContext.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace ecolm;

namespace {

class DiagnosticsTest : public testing::Test {
protected:
  DiagnosticsTest() {
    context.getDiagEngine().registerHandler([&](Diagnostic &diagnostic) {
      llvm::raw_string_ostream stream(text);
      printDiagnostic(diagnostic, "tool: ", stream);
    });
  }

  MLIRContext context;
  Location loc = UnknownLoc::get(&context);
  std::string text;
};

TEST_F(DiagnosticsTest, PhasesGiveTheirClass) {
  ErrorClassifier outer(&context, ErrorClass::System);
  ErrorClassifier inner(&context, ErrorClass::Model);
  emitError(loc) << "it is damaged";
  EXPECT_EQ(text,
            "tool: error: it is damaged; export the model again [model]\n");
}

TEST_F(DiagnosticsTest, ErrorsKeepTheirOwn) {
  ErrorClassifier classifier(&context, ErrorClass::Model);
  classify(emitError(loc), ErrorClass::Limit) << "it is large";
  EXPECT_EQ(text, "tool: error: it is large; export a smaller model [limit]\n");
}

TEST_F(DiagnosticsTest, WhatMLIRReportsIsAFaultOfTheCompiler) {
  ErrorClassifier classifier(&context, ErrorClass::Unsupported);
  emitError(loc) << "'linalg.generic' op has a bad map";
  EXPECT_EQ(text, "tool: error: 'linalg.generic' op has a bad map; report it "
                  "with the model [internal]\n");
  text.clear();
  emitError(loc) << "redefinition of symbol named 'f'";
  EXPECT_NE(text.find("[internal]"), std::string::npos);
  text.clear();
  emitError(loc) << "failed to legalize operation 'tensor.empty'";
  EXPECT_NE(text.find("[internal]"), std::string::npos);
}

TEST_F(DiagnosticsTest, OwnRemediesAreEnough) {
  ErrorClassifier classifier(&context, ErrorClass::System);
  emitError(loc) << "the disk is full; make room";
  EXPECT_EQ(text, "tool: error: the disk is full; make room [system]\n");
}

TEST_F(DiagnosticsTest, WarningsHaveNone) {
  ErrorClassifier classifier(&context, ErrorClass::Model);
  emitWarning(loc) << "it is odd";
  EXPECT_EQ(text, "tool: warning: it is odd\n");
}

} // namespace

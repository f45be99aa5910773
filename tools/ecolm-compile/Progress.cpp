//===- Progress.cpp - Progress and diagnostics ----------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Shows phases with their times when standard error is a terminal.
//
//===----------------------------------------------------------------------===//

#include "Progress.h"
#include "ecolm/Driver/Diagnostics.h"
#include "ecolm/InitAllDialects.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Support/Timing.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/Process.h"
#include <chrono>

using namespace mlir;
using namespace ecolm;

namespace {

/// One line per phase on a terminal; nothing elsewhere.
class PhaseDisplay {
public:
  void start(StringRef next) {
    if (!llvm::sys::Process::StandardErrIsDisplayed())
      return;
    auto now = std::chrono::steady_clock::now();
    if (!phase.empty()) {
      std::chrono::duration<double> passed = now - began;
      llvm::errs() << (isBroken ? "" : "\r")
                   << llvm::format("  %-10s %6.2f s\n", phase.c_str(),
                                   passed.count());
    }
    phase = next.str();
    isBroken = false;
    began = now;
    if (!phase.empty())
      llvm::errs() << "  " << phase << " ...";
  }

  /// Gives what comes next a line of its own.
  void breakLine() {
    if (phase.empty() || isBroken)
      return;
    llvm::errs() << "\n";
    isBroken = true;
  }

private:
  std::string phase;
  bool isBroken = false;
  std::chrono::steady_clock::time_point began;
};

} // namespace

int runWithProgress(CompileOptions &options) {
  DialectRegistry registry;
  ecolm::registerAllDialects(registry);
  MLIRContext context(registry);
  PhaseDisplay display;
  std::optional<ErrorClass> fault;
  context.getDiagEngine().registerHandler([&](Diagnostic &diagnostic) {
    display.breakLine();
    if (!fault)
      fault = getErrorClass(diagnostic);
    printDiagnostic(diagnostic, "ecolm-compile: ", llvm::errs());
  });

  options.onPhase = [&](StringRef phase) { display.start(phase); };
  DefaultTimingManager timing;
  applyDefaultTimingManagerCLOptions(timing);
  TimingScope scope = timing.getRootScope();
  options.configure = [&](PassManager &manager) -> LogicalResult {
    manager.enableTiming(scope);
    return applyPassManagerCLOptions(manager);
  };
  if (succeeded(compileModel(&context, options)))
    return 0;
  return static_cast<int>(fault.value_or(ErrorClass::Internal));
}

//===- Progress.cpp - Progress and diagnostics ----------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Shows phases with their times when standard error is a terminal, and says
// where in the model a diagnostic belongs.
//
//===----------------------------------------------------------------------===//

#include "Progress.h"
#include "ecolm/Dialect/ONNX/IR/QuotedName.h"
#include "ecolm/InitAllDialects.h"
#include "mlir/IR/Diagnostics.h"
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
      llvm::errs() << "\r" << llvm::format("  %-10s %6.2f s\n", phase.c_str(),
                                           passed.count());
    }
    phase = next.str();
    began = now;
    if (!phase.empty())
      llvm::errs() << "  " << phase << " ...";
  }

private:
  std::string phase;
  std::chrono::steady_clock::time_point began;
};

} // namespace

/// `node 'layers.0.x' (model.onnx, node 18)` for a place in a model,
/// `model.onnx` for the model itself, and other places as MLIR writes them.
static std::string describePlace(Location loc) {
  if (isa<UnknownLoc>(loc))
    return "";
  auto file = loc->findInstanceOf<FileLineColLoc>();
  // The importer's places have no column.
  if (!file || file.getColumn() != 0) {
    std::string text;
    llvm::raw_string_ostream(text) << LocationAttr(loc);
    return text;
  }
  std::string path = file.getFilename().str();
  auto name = loc->findInstanceOf<NameLoc>();
  if (!name)
    return path;
  return "node " + onnx::quoteName(name.getName()) + " (" + path + ", node " +
         std::to_string(file.getLine()) + ")";
}

/// A message as `ecolm-compile: error: place: text`.
static void printDiagnostic(Diagnostic &diagnostic) {
  llvm::raw_ostream &err = llvm::errs();
  StringRef severity =
      diagnostic.getSeverity() == DiagnosticSeverity::Error     ? "error"
      : diagnostic.getSeverity() == DiagnosticSeverity::Warning ? "warning"
      : diagnostic.getSeverity() == DiagnosticSeverity::Remark  ? "remark"
                                                                : "note";
  err << "ecolm-compile: " << severity << ": ";
  std::string place = describePlace(diagnostic.getLocation());
  if (!place.empty())
    err << place << ": ";
  err << diagnostic << "\n";
  for (Diagnostic &note : diagnostic.getNotes())
    printDiagnostic(note);
}

int runWithProgress(CompileOptions &options) {
  DialectRegistry registry;
  ecolm::registerAllDialects(registry);
  MLIRContext context(registry);
  context.getDiagEngine().registerHandler(
      [](Diagnostic &diagnostic) { printDiagnostic(diagnostic); });

  PhaseDisplay display;
  options.onPhase = [&](StringRef phase) { display.start(phase); };
  DefaultTimingManager timing;
  applyDefaultTimingManagerCLOptions(timing);
  TimingScope scope = timing.getRootScope();
  options.configure = [&](PassManager &manager) -> LogicalResult {
    manager.enableTiming(scope);
    return applyPassManagerCLOptions(manager);
  };
  return failed(compileModel(&context, options)) ? 1 : 0;
}

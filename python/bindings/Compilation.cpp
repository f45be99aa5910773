//===- Compilation.cpp - Compiling with messages as text ------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Gathers diagnostics, and keeps what the linker leaves away from the user.
//
//===----------------------------------------------------------------------===//

#include "Compilation.h"
#include "ecolm/Driver/Compiler.h"
#include "ecolm/Driver/Diagnostics.h"
#include "ecolm/InitAllDialects.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"
#include <dlfcn.h>

using namespace mlir;
using namespace ecolm;
using namespace ecolm::python;

namespace {

/// A context whose diagnostics become text.
class TalkingContext {
public:
  explicit TalkingContext(Messages &messages) : context(makeRegistry()) {
    // MLIR calls handlers one at a time, whatever thread a pass runs on.
    context.getDiagEngine().registerHandler([&](Diagnostic &diagnostic) {
      std::string text;
      llvm::raw_string_ostream out(text);
      printDiagnostic(diagnostic, "", out);
      text.pop_back(); // the end of the last line
      if (diagnostic.getSeverity() == DiagnosticSeverity::Warning)
        messages.warnings.push_back(text);
      else if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
        messages.errors += (messages.errors.empty() ? "" : "\n") + text;
    });
  }

  // The compiler cleans up after signals; the interpreter's handlers come back.
  ~TalkingContext() { llvm::sys::unregisterHandlers(); }

  MLIRContext *get() { return &context; }

private:
  static DialectRegistry makeRegistry() {
    DialectRegistry registry;
    ecolm::registerAllDialects(registry);
    return registry;
  }

  MLIRContext context;
};

} // namespace

/// The runtime lies beside this extension where both are installed, and in
/// ../../lib of a build folder.
static std::string findRuntime() {
  Dl_info info;
  if (!dladdr(reinterpret_cast<void *>(&findRuntime), &info))
    return "";
  StringRef folder = llvm::sys::path::parent_path(info.dli_fname);
  SmallString<128> path(folder);
  llvm::sys::path::append(path, "libEcoLMRuntime.a");
  if (llvm::sys::fs::exists(path))
    return path.str().str();
  path = folder;
  llvm::sys::path::append(path, "..", "..", "lib", "libEcoLMRuntime.a");
  return path.str().str();
}

static CompileOptions getOptions(const Request &request) {
  CompileOptions options;
  options.input = request.path;
  options.tokenizer = request.tokenizer;
  options.target.cpu = request.cpu;
  options.target.features = request.features;
  options.target.optimizationLevel = request.optimizationLevel;
  options.multiplications = llvm::StringSwitch<MulMode>(request.multiplications)
                                .Case("shift", MulMode::Shift)
                                .Case("exponent", MulMode::Exponent)
                                .Case("native", MulMode::Native)
                                .Default(MulMode::Auto);
  options.quantize = request.quantize;
  options.quantizeInclude = request.quantizeInclude;
  options.quantizeExclude = request.quantizeExclude;
  options.calibration = request.calibration;
  options.multiplierFree = request.multiplierFree;
  options.cacheType = llvm::StringSwitch<CacheType>(request.cache)
                          .Case("f16", CacheType::F16)
                          .Case("int8", CacheType::I8)
                          .Default(CacheType::F32);
  options.maxChunk = request.maxChunk;
  options.import.dataDirectory = request.dataDirectory;
  options.linker = request.linker;
  options.runtime = request.runtime.empty() ? findRuntime() : request.runtime;
  return options;
}

std::shared_ptr<LoadedModel>
ecolm::python::compileAndLoad(const Request &request, Messages &messages) {
  SmallString<128> folder;
  if (std::error_code code =
          llvm::sys::fs::createUniqueDirectory("ecolm", folder)) {
    messages.errors =
        "error: cannot create a temporary folder: " + code.message();
    return nullptr;
  }
  llvm::scope_exit cleanUp([&] { llvm::sys::fs::remove_directories(folder); });
  SmallString<128> library(folder);
  llvm::sys::path::append(library, "model.so");

  CompileOptions options = getOptions(request);
  options.output = library.str().str();
  options.emit = EmitKind::SharedLibrary;
  {
    TalkingContext context(messages);
    if (failed(compileModel(context.get(), options)))
      return nullptr;
  }
  return LoadedModel::open(options.output, messages.errors);
}

bool ecolm::python::printPhase(const Request &request, const std::string &phase,
                               std::string &text, Messages &messages) {
  CompileOptions options = getOptions(request);
  options.emit = llvm::StringSwitch<EmitKind>(phase)
                     .Case("import", EmitKind::Import)
                     .Case("recognize", EmitKind::Recognize)
                     .Case("optimize", EmitKind::Optimize)
                     .Default(EmitKind::Lower);
  TalkingContext context(messages);
  FailureOr<CompiledModel> model = runPhases(context.get(), options);
  if (failed(model))
    return false;
  OpPrintingFlags flags;
  flags.elideLargeElementsAttrs(32).elideLargeResourceString(64);
  llvm::raw_string_ostream out(text);
  model->module->print(out, flags);
  return true;
}

std::string ecolm::python::compilerVersion() {
  return getCompilerVersion().str();
}

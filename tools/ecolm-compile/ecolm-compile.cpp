//===- ecolm-compile.cpp - ONNX to a program ------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// The command line of the compiler.
//
//===----------------------------------------------------------------------===//

#include "Progress.h"
#include "ecolm/Driver/Compiler.h"
#include "ecolm/InitAllDialects.h"
#include "mlir/IR/AsmState.h"
#include "mlir/Support/Timing.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include <csignal>

using namespace llvm;
using namespace ecolm;

static cl::OptionCategory category("Compiler options");

/// What a workspace for so many tokens takes is still addressable.
static constexpr int64_t kLargestChunk = 65536;

/// Operations are for those who ask: users of models know nodes.
static void hideOperationsInDiagnostics() {
  cl::Option *option =
      cl::getRegisteredOptions().lookup("mlir-print-op-on-diagnostic");
  static_cast<cl::opt<bool> *>(option)->setInitialValue(false);
}

/// Says what is wrong with the command line; returns its exit status.
static int refuse(const Twine &what) {
  errs() << "ecolm-compile: error: " << what << "; see --help\n";
  return 2;
}

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  // A write beyond the size limit of files fails like any other.
  std::signal(SIGXFSZ, SIG_IGN);
  CompileOptions options;
  cl::opt<std::string> input(cl::Positional, cl::desc("<model.onnx>"),
                             cl::Required, cl::cat(category));
  cl::opt<std::string> output("o", cl::desc("Output file; - is standard output"),
                              cl::value_desc("file"), cl::cat(category));
  cl::opt<EmitKind> emit(
      "emit", cl::desc("What to write"), cl::init(EmitKind::Program),
      cl::cat(category),
      cl::values(clEnumValN(EmitKind::Import, "mlir-import", "onnx dialect"),
                 clEnumValN(EmitKind::Recognize, "mlir-recognize",
                            "ecolm and linalg on tensors"),
                 clEnumValN(EmitKind::Report, "report",
                            "what was recognized"),
                 clEnumValN(EmitKind::ReportJSON, "report-json",
                            "what was recognized, for programs"),
                 clEnumValN(EmitKind::Optimize, "mlir-optimize",
                            "fused, folded and packed"),
                 clEnumValN(EmitKind::PTX, "ptx",
                            "kernels of linear layers for NVIDIA's driver"),
                 clEnumValN(EmitKind::SPIRV, "spirv",
                            "kernels of linear layers for Vulkan"),
                 clEnumValN(EmitKind::Lower, "mlir-lower", "LLVM dialect"),
                 clEnumValN(EmitKind::LLVMIR, "llvm", "optimized LLVM IR"),
                 clEnumValN(EmitKind::Assembly, "asm", "assembly"),
                 clEnumValN(EmitKind::Object, "obj",
                            "object file and C header"),
                 clEnumValN(EmitKind::SharedLibrary, "so",
                            "shared library and C header"),
                 clEnumValN(EmitKind::Program, "program",
                            "executable (default)")));
  cl::opt<bool> check("check",
                      cl::desc("Say what was recognized and what cannot be "
                               "compiled (--emit=report -o -)"),
                      cl::cat(category));
  cl::opt<unsigned> level("O", cl::desc("Optimization level, 0 to 3"),
                          cl::Prefix, cl::init(3), cl::cat(category));
  cl::opt<std::string> triple("target", cl::desc("Target triple"),
                              cl::cat(category));
  cl::opt<std::string> cpu("mcpu", cl::desc("CPU name, or native"),
                           cl::init("native"), cl::cat(category));
  cl::opt<std::string> features("mattr", cl::desc("CPU features, as +a,-b"),
                                cl::cat(category));
  cl::opt<MulMode> multiplications(
      "lower-mul-to-shift", cl::desc("How quantized layers multiply"),
      cl::init(MulMode::Auto), cl::cat(category),
      cl::values(clEnumValN(MulMode::Auto, "auto", "what costs least (default)"),
                 clEnumValN(MulMode::Shift, "shift", "shifts and additions"),
                 clEnumValN(MulMode::Exponent, "exponent",
                            "additions to exponents"),
                 clEnumValN(MulMode::Native, "native",
                            "the target's multiplier")));
  cl::opt<bool> multiplierFree(
      "multiplier-free",
      cl::desc("Fail if quantized layers still multiply or divide"),
      cl::cat(category));
  cl::opt<int64_t> maxChunk("max-chunk",
                            cl::desc("Largest number of tokens in one call"),
                            cl::init(64), cl::cat(category));
  cl::opt<std::string> dumpPhases("dump-phases",
                                  cl::desc("Write the IR after every phase"),
                                  cl::value_desc("directory"),
                                  cl::cat(category));
  cl::opt<std::string> dataDirectory(
      "data-dir", cl::desc("Where external data of the model lies"),
      cl::cat(category));
  cl::opt<std::string> linker("linker", cl::desc("Compiler driver that links"),
                              cl::cat(category));
  cl::opt<std::string> runtime("runtime", cl::desc("Path of libEcoLMRuntime.a"),
                               cl::cat(category));
  mlir::registerAsmPrinterCLOptions();
  mlir::registerMLIRContextCLOptions();
  hideOperationsInDiagnostics();
  mlir::registerPassManagerCLOptions();
  mlir::registerDefaultTimingManagerCLOptions();
  cl::SetVersionPrinter([](raw_ostream &out) {
    out << "ecolm-compile " << getCompilerVersion() << "\n";
  });
  cl::ParseCommandLineOptions(
      argc, argv, "Compiles a low-bit language model from ONNX to a program\n");
  if (level > 3)
    return refuse("-O takes 0 to 3, but found " + Twine(level));
  if (maxChunk < 1 || maxChunk > kLargestChunk)
    return refuse("--max-chunk takes 1 to " + Twine(kLargestChunk) +
                  ", but found " + Twine(maxChunk));

  options.input = input;
  options.output = output.empty() ? sys::path::stem(input).str() : output;
  options.emit = emit;
  if (check) {
    options.emit = EmitKind::Report;
    options.output = output.empty() ? std::string("-") : output.getValue();
  }
  options.target = {triple, cpu, features, static_cast<int>(level)};
  options.multiplications = multiplications;
  options.multiplierFree = multiplierFree;
  options.maxChunk = maxChunk;
  options.dumpDirectory = dumpPhases;
  options.import.dataDirectory = dataDirectory;
  options.linker = linker;
  options.runtime = runtime;
  options.toolDirectory = sys::path::parent_path(
      sys::fs::getMainExecutable(argv[0], reinterpret_cast<void *>(&main)));
  return runWithProgress(options);
}

//===- ecolm-fuzz.cpp - Reads models that may do anything -----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Takes paths of models, a line each, and imports, types and checks each in a
// process of its own that has loaded everything already. What came of it is a
// line as well: `exit` or `signal` with its number, processor seconds and peak
// memory in MiB. Diagnostics go to the path with `.log` behind it.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/ONNX/Transforms/Passes.h"
#include "ecolm/Frontend/ONNX/ImportONNX.h"
#include "ecolm/Frontend/ONNX/ModelDiagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include <algorithm>
#include <fcntl.h>
#include <iostream>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace llvm;
using namespace ecolm;

static cl::OptionCategory category("ecolm-fuzz options");
static cl::opt<unsigned> seconds("seconds", cl::init(60), cl::cat(category),
                                 cl::desc("Processor seconds for a model"));
static cl::opt<unsigned>
    memory("memory", cl::init(0), cl::cat(category),
           cl::desc("MiB of data for a model; 0 is no limit, which sanitizers "
                    "need for their own"));
enum class Fault { None, Crash, Silence, Hang, Overflow, Shift };
static cl::opt<Fault> plant(
    "plant", cl::desc("A fault to commit with every model"),
    cl::init(Fault::None), cl::cat(category),
    cl::values(clEnumValN(Fault::Crash, "crash", "end by a signal"),
               clEnumValN(Fault::Silence, "silence", "fail without a word"),
               clEnumValN(Fault::Hang, "hang", "never end"),
               clEnumValN(Fault::Overflow, "overflow",
                          "read behind the end of memory"),
               clEnumValN(Fault::Shift, "shift", "shift by too many bits")));

static void limit(int resource, rlim_t value) {
  rlimit bounds = {value, value};
  setrlimit(resource, &bounds);
}

/// Commits the planted fault; only sanitizers see the last two.
static int commitFault(StringRef path) {
  std::unique_ptr<char[]> copy(new char[path.size()]);
  std::copy(path.begin(), path.end(), copy.get());
  volatile size_t size = path.size();
  switch (plant) {
  case Fault::Crash:
    raise(SIGSEGV);
    break;
  case Fault::Hang:
    while (size)
      size = path.size();
    break;
  case Fault::Overflow:
    return copy[size] == 0;
  case Fault::Shift:
    return 1 << (size + 32);
  default:
    break;
  }
  return 1;
}

static int check(const std::string &path) {
  if (plant != Fault::None)
    return commitFault(path);
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  ModelDiagnosticHandler diagnostics(&context, errs());
  mlir::FailureOr<ImportedModel> model = importONNX(path, &context);
  if (mlir::failed(model))
    return 1;
  mlir::PassManager passes(&context);
  passes.addPass(onnx::createInferShapes());
  passes.addPass(onnx::createCheckSupported());
  return mlir::failed(passes.run(*model->module));
}

/// The child's part; does not return.
[[noreturn]] static void runChild(const std::string &path) {
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, seconds);
  if (memory)
    limit(RLIMIT_DATA, rlim_t(memory) << 20);
  alarm(seconds * 10); // A child that waits uses no processor.
  int log = open((path + ".log").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  dup2(log, STDERR_FILENO);
  int code = check(path);
  errs().flush();
  _exit(code);
}

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(argc, argv, "reads models, one per line\n");
  for (std::string path; std::getline(std::cin, path);) {
    pid_t child = fork();
    if (child == 0)
      runChild(path);
    int status = 0;
    rusage usage = {};
    if (child < 0 || wait4(child, &status, 0, &usage) != child)
      return 1;
    bool signaled = WIFSIGNALED(status);
    double used = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
                  (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
    std::cout << (signaled ? "signal " : "exit ")
              << (signaled ? WTERMSIG(status) : WEXITSTATUS(status)) << " "
              << used << " " << usage.ru_maxrss / 1024 << std::endl;
  }
  return 0;
}

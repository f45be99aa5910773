//===- ecolm-compile.cpp - ONNX to a program ------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// The compiler driver.
//
//===----------------------------------------------------------------------===//

#include "Options.h"
#include "Progress.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include <csignal>

using namespace llvm;

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  // A write beyond the size limit of files fails like any other.
  std::signal(SIGXFSZ, SIG_IGN);
  std::optional<ecolm::CompileOptions> options = parseOptions(argc, argv);
  if (!options)
    return 2;
  options->toolDirectory = sys::path::parent_path(
      sys::fs::getMainExecutable(argv[0], reinterpret_cast<void *>(&main)));
  return runWithProgress(*options);
}

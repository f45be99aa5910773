//===- Compilation.h - Compiling with messages as text ----------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Runs the compiler for a caller that knows neither contexts nor diagnostics.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_PYTHON_BINDINGS_COMPILATION_H
#define ECOLM_PYTHON_BINDINGS_COMPILATION_H

#include "LoadedModel.h"

#include <memory>
#include <string>
#include <vector>

namespace ecolm {
namespace python {

/// What a caller may choose; empty strings take the compiler's defaults.
struct Request {
  std::string path, tokenizer, dataDirectory;
  std::string cpu = "native", features, linker, runtime;
  int optimizationLevel = 3;
  std::string multiplications = "auto", cache = "f32";
  std::string quantize, quantizeInclude = ".*", quantizeExclude, calibration;
  bool multiplierFree = false;
  long maxChunk = 64;
};

/// What the compiler said: `severity: place: text`, one line each.
struct Messages {
  std::string errors;
  std::vector<std::string> warnings;
};

/// Compiles a model to a shared library in a temporary folder, loads it, and
/// removes the folder. Null when that fails, with the reason in `messages`.
std::shared_ptr<LoadedModel> compileAndLoad(const Request &request,
                                            Messages &messages);

/// The IR that a model is after `phase`: import, recognize, optimize or lower.
/// Writes it to `text`; false when that fails, with the reason in `messages`.
bool printPhase(const Request &request, const std::string &phase,
                std::string &text, Messages &messages);

/// The compiler's version.
std::string compilerVersion();

} // namespace python
} // namespace ecolm

#endif // ECOLM_PYTHON_BINDINGS_COMPILATION_H

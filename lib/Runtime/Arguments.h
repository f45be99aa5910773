//===- Arguments.h - The command line of a program ----------- -*- C++ -*--===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Turns argv into one plain structure, or into a failure that says what to
// type.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_ARGUMENTS_H
#define ECOLM_LIB_RUNTIME_ARGUMENTS_H

#include "Array.h"
#include "Errors.h"
#include "Sampler.h"

#include <stdint.h>

namespace ecolm {
namespace runtime {

/// What a program can be asked to do. Usable as bits.
enum Command : unsigned {
  GenerateCommand = 1,
  EvaluateCommand = 2,
  InfoCommand = 4,
  BenchCommand = 8,
  SelfTestCommand = 16,
  HelpCommand = 32,
  VersionCommand = 64,
  TokenizeCommand = 128,
  DetokenizeCommand = 256
};

/// The command line, checked.
struct Arguments {
  Command command = HelpCommand;

  // Generation. Exactly one of the prompts is set then.
  const char *prompt = nullptr;
  const char *promptFile = nullptr;
  SamplingOptions sampling;
  bool printTokens = false;
  const char *logitsFile = nullptr;

  // Tokenization: the text or ids, or null for standard input; no special
  // tokens around texts, and special tokens as text.
  const char *text = nullptr;
  const char *ids = nullptr;
  bool noSpecial = false;
  bool keepSpecial = false;

  // Evaluation: FILE or NAME=FILE, as written.
  Array<const char *> inputs;
  Array<const char *> outputs;

  /// Tokens to generate, to decode in a benchmark, or to test with; runs of a
  /// general model. -1 when not given.
  int64_t maxTokens = -1;
  /// Length of the benchmark's prompt; 0 for several lengths.
  int64_t promptTokens = 0;
  /// Largest number of tokens per call; 0 for what the model takes.
  int64_t chunk = 0;
  /// 0 for one per processor.
  int threads = 0;
  bool json = false;
  /// Whether to print the times of layers.
  bool profile = false;
};

/// Parses the command line.
Status parseArguments(int argc, char **argv, Arguments &arguments);

/// What --help prints.
extern const char *const helpText;

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_ARGUMENTS_H

//===- Program.cpp - From the command line to a command -------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Sets the process up, checks the model, and dispatches.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "Descriptor.h"
#include "Files.h"
#include "Interrupt.h"
#include "Text.h"
#include "ThreadPool.h"

namespace ecolm {
namespace runtime {

static Status printHelp() {
  Text text;
  text.format(helpText, programName());
  return writeStandardOutput(text.data(), text.size());
}

static Status printVersion(const ecolm_model &model) {
  Text text;
  text.appendEscaped(model.name, __builtin_strlen(model.name));
  text.format(" (EcoLM %s, model interface %u)\n", ECOLM_VERSION,
              model.abi_version);
  return writeStandardOutput(text.data(), text.size());
}

static Status carryOut(const ecolm_model &model, const Arguments &arguments) {
  switch (arguments.command) {
  case HelpCommand:
    return printHelp();
  case VersionCommand:
    return printVersion(model);
  case InfoCommand:
    return printInfo(model, arguments);
  case TokenizeCommand:
    return tokenize(model, arguments);
  case DetokenizeCommand:
    return detokenize(model, arguments);
  default:
    break;
  }
  if (Status status = checkProcessor(model); status.failed())
    return status;
  int wanted = arguments.threads ? arguments.threads : availableProcessors();
  int started = startThreads(wanted);
  if (started < wanted)
    note("the system gives %d of %d threads; going on with those", started,
         wanted);
  switch (arguments.command) {
  case GenerateCommand:
    return generate(model, arguments);
  case EvaluateCommand:
    return evaluate(model, arguments);
  case BenchCommand:
    return bench(model, arguments);
  default:
    return selfTest(model, arguments);
  }
}

int runProgram(const ecolm_model &model, int argc, char **argv) {
  setProgramName(argc > 0 ? argv[0] : nullptr);
  occupyStandardStreams();
  watchInterrupts();
  Arguments arguments;
  if (Status status = parseArguments(argc, argv, arguments); status.failed())
    return report(status);
  if (Status status = checkDescriptor(model); status.failed())
    return report(status);
  return report(carryOut(model, arguments));
}

} // namespace runtime
} // namespace ecolm

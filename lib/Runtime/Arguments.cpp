//===- Arguments.cpp - The command line of a program ----------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// getopt_long over one table, which also says which option belongs to which
// command.
//
//===----------------------------------------------------------------------===//

#include "Arguments.h"

#include "OptionValues.h"
#include "ThreadPool.h"

#include <getopt.h>
#include <initializer_list>
#include <limits.h>
#include <string.h>

namespace ecolm {
namespace runtime {
namespace {

enum Option {
  Prompt,
  PromptFile,
  MaxTokens,
  Temperature,
  TopK,
  TopP,
  Seed,
  Tokens,
  Logits,
  Input,
  Output,
  Json,
  Profile,
  TextOption,
  Ids,
  NoSpecial,
  KeepSpecial,
  PromptTokens,
  Threads,
  Chunk,
  Help,
  Version,
  NumOptions
};

struct OptionRow {
  const char *name;
  int takesValue;
  /// The commands that it belongs to.
  unsigned commands;
};

constexpr unsigned always = ~0u;

/// In the order of `Option`.
constexpr OptionRow rows[NumOptions] = {
    {"prompt", required_argument, GenerateCommand},
    {"prompt-file", required_argument, GenerateCommand},
    {"max-tokens", required_argument,
     GenerateCommand | BenchCommand | SelfTestCommand},
    {"temperature", required_argument, GenerateCommand},
    {"top-k", required_argument, GenerateCommand},
    {"top-p", required_argument, GenerateCommand},
    {"seed", required_argument, GenerateCommand},
    {"tokens", no_argument, GenerateCommand},
    {"logits", required_argument, GenerateCommand},
    {"input", required_argument,
     EvaluateCommand | BenchCommand | SelfTestCommand},
    {"output", required_argument, EvaluateCommand},
    {"json", no_argument, InfoCommand | BenchCommand},
    {"profile", no_argument, BenchCommand},
    {"text", required_argument, TokenizeCommand},
    {"ids", required_argument, DetokenizeCommand},
    {"no-special", no_argument, GenerateCommand | TokenizeCommand},
    {"keep-special", no_argument, GenerateCommand | DetokenizeCommand},
    {"prompt-tokens", required_argument, BenchCommand},
    {"threads", required_argument, always},
    {"chunk", required_argument, always},
    {"help", no_argument, always},
    {"version", no_argument, always},
};

/// Values of long options start here, so that they differ from letters.
constexpr int firstLongValue = 256;

const char *nameOfCommand(Command command) {
  switch (command) {
  case InfoCommand:
    return "info";
  case BenchCommand:
    return "bench";
  case SelfTestCommand:
    return "selftest";
  case TokenizeCommand:
    return "tokenize";
  case DetokenizeCommand:
    return "detokenize";
  case EvaluateCommand:
    return "evaluating tensors (--input, --output)";
  default:
    return "generating text (--prompt)";
  }
}

Status takeOption(Option option, const char *value, Arguments &arguments) {
  const char *name = rows[option].name;
  int64_t number = 0;
  SamplingOptions &sampling = arguments.sampling;
  switch (option) {
  case Prompt:
    arguments.prompt = value;
    return Status();
  case PromptFile:
    arguments.promptFile = value;
    return Status();
  case MaxTokens:
    return parseInteger(name, value, 0, INT_MAX, arguments.maxTokens);
  case Temperature:
    return parseReal(name, value, 0.0, 100.0, sampling.temperature);
  case TopK:
    return parseInteger(name, value, 0, INT_MAX, sampling.topK);
  case TopP:
    return parseReal(name, value, 0.0, 1.0, sampling.topP);
  case Seed:
    return parseUnsigned(name, value, sampling.seed);
  case Tokens:
    arguments.printTokens = true;
    return Status();
  case Logits:
    arguments.logitsFile = value;
    return Status();
  case Input:
    arguments.inputs.push(value);
    return Status();
  case Output:
    arguments.outputs.push(value);
    return Status();
  case Json:
    arguments.json = true;
    return Status();
  case Profile:
    arguments.profile = true;
    return Status();
  case TextOption:
    arguments.text = value;
    return Status();
  case Ids:
    arguments.ids = value;
    return Status();
  case NoSpecial:
    arguments.noSpecial = true;
    return Status();
  case KeepSpecial:
    arguments.keepSpecial = true;
    return Status();
  case PromptTokens:
    return parseInteger(name, value, 1, INT_MAX, arguments.promptTokens);
  case Threads: {
    Status status = parseInteger(name, value, 1, maxThreads, number);
    arguments.threads = static_cast<int>(number);
    return status;
  }
  case Chunk:
    return parseInteger(name, value, 1, INT_MAX, arguments.chunk);
  case Help:
    arguments.command = HelpCommand;
    return Status();
  case Version:
    arguments.command = VersionCommand;
    return Status();
  case NumOptions:
    break;
  }
  return Status();
}

/// What getopt_long could not make sense of.
Status explainRejection(int result, char **argv) {
  const char *written = argv[optind - 1];
  if (result == ':')
    return Status::failure(ExitCode::Usage,
                           "option '%s' needs a value; see --help", written);
  if (optopt >= firstLongValue)
    return Status::failure(ExitCode::Usage,
                           "option --%s takes no value; see --help",
                           rows[optopt - firstLongValue].name);
  if (optopt != 0)
    return Status::failure(ExitCode::Usage,
                           "unknown option '-%c'; --help lists the options",
                           optopt);
  return Status::failure(
      ExitCode::Usage,
      "unknown or ambiguous option '%s'; --help lists the options", written);
}

Status chooseCommand(int positionals, char **words, unsigned used,
                     Arguments &arguments) {
  if (positionals > 1)
    return Status::failure(ExitCode::Usage,
                           "unexpected argument '%s'; put text with spaces in "
                           "quotes, and see --help",
                           words[1]);
  if (positionals == 1) {
    for (Command command : {InfoCommand, BenchCommand, SelfTestCommand,
                            TokenizeCommand, DetokenizeCommand})
      if (strcmp(words[0], nameOfCommand(command)) == 0) {
        arguments.command = command;
        return Status();
      }
    return Status::failure(ExitCode::Usage,
                           "unknown command '%s'; the commands are info, "
                           "bench, selftest, tokenize and detokenize, and "
                           "--prompt \"%s\" generates text",
                           words[0], words[0]);
  }
  if (arguments.prompt && arguments.promptFile)
    return Status::failure(ExitCode::Usage,
                           "--prompt and --prompt-file exclude each other");
  bool evaluates = (used & (1u << Input | 1u << Output)) != 0;
  if (!arguments.prompt && !arguments.promptFile && !evaluates)
    return Status::failure(ExitCode::Usage,
                           "nothing to do; try --prompt TEXT, --input FILE "
                           "--output FILE, info, bench, selftest or --help");
  arguments.command = arguments.prompt || arguments.promptFile
                          ? GenerateCommand
                          : EvaluateCommand;
  return Status();
}

} // namespace

Status parseArguments(int argc, char **argv, Arguments &arguments) {
  option table[NumOptions + 1] = {};
  for (int i = 0; i < NumOptions; ++i)
    table[i] = {rows[i].name, rows[i].takesValue, nullptr, firstLongValue + i};

  unsigned used = 0;
  // -p is the prompt of a text and the prompt's length of a benchmark.
  const char *letterP = nullptr;
  optind = 0; // Starts afresh: tests parse more than once.
  opterr = 0;
  for (;;) {
    int result = getopt_long(argc, argv, ":n:p:t:h", table, nullptr);
    if (result == -1)
      break;
    if (result == '?' || result == ':')
      return explainRejection(result, argv);
    if (result == 'p') {
      letterP = optarg;
      continue;
    }
    Option option = result == 'n'   ? MaxTokens
                    : result == 't' ? Threads
                    : result == 'h'
                        ? Help
                        : static_cast<Option>(result - firstLongValue);
    used |= 1u << option;
    if (Status status = takeOption(option, optarg, arguments); status.failed())
      return status;
    if (option == Help || option == Version)
      return Status();
  }

  char **words = argv + optind;
  int positionals = argc - optind;
  if (letterP) {
    bool bench = positionals == 1 && strcmp(words[0], "bench") == 0;
    Option option = bench ? PromptTokens : Prompt;
    used |= 1u << option;
    if (Status status = takeOption(option, letterP, arguments); status.failed())
      return status;
  }
  if (Status status = chooseCommand(positionals, words, used, arguments);
      status.failed())
    return status;
  for (int i = 0; i < NumOptions; ++i)
    if ((used & 1u << i) && !(rows[i].commands & arguments.command))
      return Status::failure(ExitCode::Usage,
                             "option --%s does not belong to %s; see --help",
                             rows[i].name, nameOfCommand(arguments.command));
  return Status();
}

} // namespace runtime
} // namespace ecolm

//===- Generate.cpp - The generate command --------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Prompt in, text out, token by token.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "Descriptor.h"
#include "Files.h"
#include "Interrupt.h"
#include "ModelTokenizer.h"
#include "NpyFile.h"
#include "Sampler.h"
#include "Sequence.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

namespace ecolm {
namespace runtime {
namespace {

/// Tokens to generate when the command line does not say.
constexpr int64_t defaultMaxTokens = 200;

/// Prints tokens as text or as numbers, each at once.
class TokenPrinter {
public:
  TokenPrinter(const ModelTokenizer &tokenizer, const Arguments &arguments)
      : stream(tokenizer, !arguments.keepSpecial),
        asNumbers(arguments.printTokens) {}

  /// What is printed is whole characters.
  Status print(int64_t id) {
    text.clear();
    if (asNumbers)
      text.format(first ? "%lld" : " %lld", static_cast<long long>(id));
    else if (Status status = stream.push(id, text); status.failed())
      return status;
    first = false;
    return flush();
  }

  /// Numbers are a line; text is exactly what was generated, unless a person
  /// looks on, whose next command shall have a line of its own.
  Status finish() {
    text.clear();
    if (Status status = stream.finish(text); status.failed())
      return status;
    if (Status status = flush(); status.failed())
      return status;
    bool ends = asNumbers || (!endsLine && isatty(STDOUT_FILENO));
    return ends ? writeStandardOutput("\n", 1) : Status();
  }

private:
  Status flush() {
    if (text.size() == 0)
      return Status();
    endsLine = text.data()[text.size() - 1] == '\n';
    return writeStandardOutput(text.data(), text.size());
  }

  TextStream stream;
  bool asNumbers;
  Text text;
  bool first = true;
  bool endsLine = true;
};

/// The prompt as token ids.
Status readPrompt(const ecolm_model &model, const Arguments &arguments,
                  const ModelTokenizer &tokenizer, Array<int64_t> &ids) {
  Array<char> content;
  const char *text = arguments.prompt;
  size_t size = text ? strlen(text) : 0;
  Text source;
  source.append("the prompt");
  if (!text) {
    if (Status status = readFile(arguments.promptFile, content);
        status.failed())
      return status;
    text = content.data();
    size = content.size();
    source.format(" in '%s'", arguments.promptFile);
  }
  if (Status status = tokenizer.encode(text, size, source.c_str(),
                                       !arguments.noSpecial, ids);
      status.failed())
    return status;
  return checkTokens(*model.language_model, ids.data(),
                     static_cast<int64_t>(ids.size()), source.c_str());
}

Status printAll(TokenPrinter &printer, const Array<int64_t> &ids) {
  for (int64_t id : ids)
    if (Status status = printer.print(id); status.failed())
      return status;
  return Status();
}

Status writeLogits(const char *path, const ecolm_tensor &logits,
                   int64_t positions) {
  ecolm_tensor shown = logits;
  shown.dims[1] = positions;
  uint64_t bytes = 0;
  tensorBytes(shown.dtype, shown.dims, shown.rank, &bytes);
  Text header;
  appendNpyHeader(header, shown);
  OutputFile file;
  if (Status status = file.create(path); status.failed())
    return status;
  if (Status status = file.write(header.data(), header.size()); status.failed())
    return status;
  if (Status status = file.write(shown.data, bytes); status.failed())
    return status;
  if (Status status = file.close(); status.failed())
    return status;
  return file.commit();
}

/// Samples `count` tokens one after the other. `logits`, if not null, receives
/// those of every token from position 0 on, the last token included.
Status sampleTokens(const ecolm_language_model &model, Sequence &sequence,
                    Sampler &sampler, TokenPrinter &printer, int64_t count,
                    float *logits) {
  for (int64_t i = 0; i < count; ++i) {
    if (interrupted())
      return Status::quiet(ExitCode::Interrupted);
    int64_t id = sampler.sample(sequence.lastLogits());
    if (id < 0)
      return Status::failure(
          ExitCode::ModelFailure,
          "the logits at position %lld are not finite, so no token can be "
          "chosen; run selftest",
          static_cast<long long>(sequence.length() - 1));
    if (Status status = printer.print(id); status.failed())
      return status;
    if (i + 1 == count && !logits)
      break;
    float *row =
        logits ? logits + sequence.length() * model.vocabulary_size : nullptr;
    if (Status status = sequence.append(&id, 1, row); status.failed())
      return status;
  }
  return Status();
}

} // namespace

Status generate(const ecolm_model &model, const Arguments &arguments) {
  if (Status status = requireLanguageModel(model, "generating text");
      status.failed())
    return status;
  if (arguments.logitsFile && strcmp(arguments.logitsFile, "-") == 0)
    return Status::failure(ExitCode::Usage,
                           "--logits - would mix numbers with the text on "
                           "standard output; name a file");
  const ecolm_language_model &language = *model.language_model;
  ModelTokenizer tokenizer;
  if (Status status = tokenizer.open(model.tokenizer); status.failed())
    return status;
  Array<int64_t> ids;
  if (Status status = readPrompt(model, arguments, tokenizer, ids);
      status.failed())
    return status;

  // All memory is allocated here; the token loop allocates none.
  int64_t length = static_cast<int64_t>(ids.size());
  int64_t wanted =
      arguments.maxTokens < 0 ? defaultMaxTokens : arguments.maxTokens;
  int64_t room = language.context_length - length;
  int64_t count = wanted < room ? wanted : room;
  Sequence sequence;
  if (Status status = sequence.open(model, arguments.chunk); status.failed())
    return status;
  Sampler sampler(arguments.sampling, language.vocabulary_size);
  Tensor logits;
  const int64_t dims[3] = {1, length + count, language.vocabulary_size};
  if (arguments.logitsFile)
    if (Status status = logits.allocate(ECOLM_F32, dims, 3, "--logits");
        status.failed())
      return status;
  float *rows = static_cast<float *>(logits.data());

  TokenPrinter printer(tokenizer, arguments);
  Status status = printAll(printer, ids);
  if (!status.failed())
    status = sequence.append(ids.data(), length, rows);
  if (!status.failed())
    status = sampleTokens(language, sequence, sampler, printer, count, rows);
  // A line that was begun ends, whatever stopped it.
  Status finished = printer.finish();
  if (status.failed())
    return status;
  if (finished.failed())
    return finished;
  if (count < wanted)
    note("stopped after %lld of %lld tokens: the model's context of %lld "
         "tokens is full",
         static_cast<long long>(count), static_cast<long long>(wanted),
         static_cast<long long>(language.context_length));
  if (!arguments.logitsFile)
    return Status();
  return writeLogits(arguments.logitsFile, logits.get(), sequence.length());
}

} // namespace runtime
} // namespace ecolm

//===- Bench.cpp - The bench command --------------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Measures how fast the model runs and how much memory that takes.
//
//===----------------------------------------------------------------------===//

#include "BenchProfile.h"
#include "Commands.h"
#include "Files.h"
#include "Interrupt.h"
#include "Measure.h"
#include "ModelInputs.h"
#include "Sampler.h"
#include "Sequence.h"
#include "ThreadPool.h"

namespace ecolm {
namespace runtime {
namespace {

/// A figure is the median of at least `leastRounds`, and of as many more as
/// fit in `enoughSeconds`; one round that takes long is enough.
constexpr size_t leastRounds = 5;
constexpr double enoughSeconds = 0.5, longSeconds = 5.0;

/// Tokens to decode when the command line does not say.
constexpr int64_t defaultDecodeTokens = 32;

bool enoughRounds(size_t rounds, double seconds) {
  return seconds >= longSeconds ||
         (rounds >= leastRounds && seconds >= enoughSeconds);
}

/// Speed at one length of the prompt.
struct Speed {
  int64_t promptTokens;
  double prefillSeconds;
  int64_t decodeTokens;
  double decodeSeconds;
};

double rate(int64_t count, double seconds) {
  return seconds > 0.0 ? static_cast<double>(count) / seconds : 0.0;
}

/// Times prefill of `prompt` tokens and then `decode` single ones.
Status measure(Sequence &sequence, const Array<int64_t> &ids, Speed &speed) {
  Array<double> prefill, decode;
  double spent = 0.0;
  // The first round warms caches up and does not count.
  for (size_t round = 0; round == 0 || !enoughRounds(round - 1, spent);
       ++round) {
    sequence.restart();
    double start = monotonicSeconds();
    if (Status status =
            sequence.append(ids.data(), speed.promptTokens, nullptr);
        status.failed())
      return status;
    double between = monotonicSeconds();
    for (int64_t i = 0; i < speed.decodeTokens; ++i)
      if (Status status =
              sequence.append(ids.data() + speed.promptTokens + i, 1, nullptr);
          status.failed())
        return status;
    double end = monotonicSeconds();
    if (round == 0 && end - start < longSeconds)
      continue;
    prefill.push(between - start);
    decode.push(end - between);
    spent += end - start;
  }
  speed.prefillSeconds = median(prefill);
  speed.decodeSeconds = median(decode);
  return Status();
}

/// The lengths to measure at: 16, 64, 256, ... as the context allows, or the
/// one that was asked for.
Status planLengths(const ecolm_language_model &model,
                   const Arguments &arguments, Array<Speed> &speeds) {
  int64_t context = model.context_length;
  int64_t decode = arguments.maxTokens;
  if (decode < 0)
    decode =
        defaultDecodeTokens < context / 2 ? defaultDecodeTokens : context / 2;
  if (arguments.promptTokens > context || decode > context ||
      arguments.promptTokens + decode > context)
    return Status::failure(ExitCode::Usage,
                           "%lld prompt tokens and %lld decoded ones do not "
                           "fit the model's context of %lld; lower -p or -n",
                           static_cast<long long>(arguments.promptTokens),
                           static_cast<long long>(decode),
                           static_cast<long long>(context));
  if (arguments.promptTokens > 0) {
    speeds.push({arguments.promptTokens, 0.0, decode, 0.0});
    return Status();
  }
  for (int64_t length = 16; length < context - decode; length *= 4)
    speeds.push({length, 0.0, decode, 0.0});
  // The fullest context, and the only length of a very short one. Without
  // decoding that is the context itself.
  int64_t longest = context - decode;
  speeds.push({longest > 0 ? longest : 1, 0.0, longest > 0 ? decode : 0, 0.0});
  return Status();
}

void printMemory(Text &text, const ecolm_model &model, bool json) {
  ResidentMemory memory = residentMemory();
  const ecolm_language_model *language = model.language_model;
  const struct {
    const char *name, *key;
    uint64_t bytes;
  } rows[] = {
      {"peak resident", "peak_resident_bytes", memory.peak},
      {"resident", "resident_bytes", memory.now},
      {"weights", "weight_bytes", model.weight_bytes},
      {"key/value cache", "cache_bytes", language ? language->cache_bytes : 0},
      {"workspace", "workspace_bytes",
       language ? language->workspace_bytes : 0},
  };
  const char *before = json ? "\"memory\": {" : "";
  for (const auto &row : rows) {
    unsigned long long bytes = row.bytes;
    if (json)
      text.format("%s\"%s\": %llu", before, row.key, bytes);
    else
      text.format("%-22s %10.2f MiB\n", row.name,
                  static_cast<double>(bytes) / 1048576.0);
    before = ", ";
  }
  text.append(json ? "}}\n" : "");
}

void printHead(Text &text, const ecolm_model &model, int threads, bool json) {
  const char *cpu = "";
  if (model.num_variants > 0)
    cpu =
        model.variants[ecolm_choose_variant(model.variants, model.num_variants)]
            .cpu;
  if (json) {
    text.append("{\"name\": ");
    text.appendJson(model.name);
    text.append(", \"cpu\": ");
    text.appendJson(cpu);
    text.format(", \"threads\": %d, ", threads);
    return;
  }
  text.appendEscaped(model.name, __builtin_strlen(model.name));
  text.format(", %d thread%s%s%s\n", threads, threads == 1 ? "" : "s",
              *cpu ? ", code for " : "", cpu);
}

void printSpeeds(Text &text, const Array<Speed> &speeds, bool json) {
  text.append(json ? "\"prefill\": [" : "");
  for (size_t i = 0; i < speeds.size(); ++i) {
    const Speed &speed = speeds[i];
    long long tokens = speed.promptTokens;
    double perSecond = rate(tokens, speed.prefillSeconds);
    if (json)
      text.format("%s{\"tokens\": %lld, \"seconds\": %.9f, "
                  "\"tokens_per_second\": %.3f}",
                  i ? ", " : "", tokens, speed.prefillSeconds, perSecond);
    else
      text.format("prefill %5lld tokens   %10.1f tokens/s\n", tokens,
                  perSecond);
  }
  text.append(json ? "], \"decode\": [" : "");
  for (size_t i = 0; i < speeds.size(); ++i) {
    const Speed &speed = speeds[i];
    long long tokens = speed.decodeTokens, position = speed.promptTokens;
    double perSecond = rate(tokens, speed.decodeSeconds);
    if (json)
      text.format("%s{\"position\": %lld, \"tokens\": %lld, \"seconds\": %.9f, "
                  "\"tokens_per_second\": %.3f}",
                  i ? ", " : "", position, tokens, speed.decodeSeconds,
                  perSecond);
    else if (tokens > 0)
      text.format("decode from %5lld     %10.1f tokens/s\n", position,
                  perSecond);
  }
  text.append(json ? "], " : "");
}

Status benchLanguageModel(const ecolm_model &model, const Arguments &arguments,
                          Text &text) {
  const ecolm_language_model &language = *model.language_model;
  Array<Speed> speeds;
  if (Status status = planLengths(language, arguments, speeds); status.failed())
    return status;
  Sequence sequence;
  if (Status status = sequence.open(model, arguments.chunk); status.failed())
    return status;
  Array<int64_t> ids;
  RandomNumbers random(0);
  for (int64_t i = 0; i < language.context_length; ++i)
    ids.push(static_cast<int64_t>(
        random.next() % static_cast<uint64_t>(language.vocabulary_size)));
  for (Speed &speed : speeds)
    if (Status status = measure(sequence, ids, speed); status.failed())
      return status;
  printSpeeds(text, speeds, arguments.json);
  if (!arguments.profile)
    return Status();
  const Speed &last = speeds[speeds.size() - 1];
  return profileLanguageModel(model, sequence, ids, last.promptTokens,
                              last.decodeTokens, text, arguments.json);
}

/// A general model with its inputs.
struct GeneralRun {
  const ecolm_model &model;
  TensorList &inputs, &outputs;
};

Status runAgain(void *context) {
  GeneralRun &run = *static_cast<GeneralRun *>(context);
  return runModel(run.model, run.inputs, run.outputs);
}

Status benchGeneralModel(const ecolm_model &model, const Arguments &arguments,
                         Text &text) {
  TensorList inputs(static_cast<size_t>(model.num_inputs));
  TensorList outputs(static_cast<size_t>(model.num_outputs));
  Status status = arguments.inputs.empty()
                      ? inventInputs(model, 0, inputs)
                      : loadInputs(model, arguments.inputs, inputs);
  if (status.failed())
    return status;
  Array<double> seconds;
  double spent = 0.0;
  size_t wanted =
      static_cast<size_t>(arguments.maxTokens > 0 ? arguments.maxTokens : 0);
  for (bool warm = false;; warm = true) {
    if (interrupted())
      return Status::quiet(ExitCode::Interrupted);
    double start = monotonicSeconds();
    if (Status ran = runModel(model, inputs, outputs); ran.failed())
      return ran;
    double took = monotonicSeconds() - start;
    if (!warm && took < longSeconds)
      continue;
    seconds.push(took);
    spent += took;
    if (wanted ? seconds.size() >= wanted : enoughRounds(seconds.size(), spent))
      break;
  }
  size_t rounds = seconds.size();
  double middle = median(seconds);
  text.format(arguments.json ? "\"runs\": {\"count\": %zu, \"seconds\": %.9f, "
                               "\"runs_per_second\": %.3f}, "
                             : "%zu runs, each %.6f s   %10.1f runs/s\n",
              rounds, middle, rate(1, middle));
  if (!arguments.profile)
    return Status();
  GeneralRun run = {model, inputs, outputs};
  return profileGeneralModel(model, runAgain, &run, text, arguments.json);
}

} // namespace

Status bench(const ecolm_model &model, const Arguments &arguments) {
  Text text;
  if (arguments.profile)
    if (Status status = requireProfile(model); status.failed())
      return status;
  printHead(text, model, runningThreads(), arguments.json);
  if (Status status = model.language_model
                          ? benchLanguageModel(model, arguments, text)
                          : benchGeneralModel(model, arguments, text);
      status.failed())
    return status;
  printMemory(text, model, arguments.json);
  return writeStandardOutput(text.data(), text.size());
}

} // namespace runtime
} // namespace ecolm

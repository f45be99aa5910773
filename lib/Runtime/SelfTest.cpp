//===- SelfTest.cpp - The selftest command --------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Checks the weights, and that results depend on the inputs and on nothing
// else.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "Files.h"
#include "ModelInputs.h"
#include "Sampler.h"
#include "Sequence.h"
#include "Sha256.h"
#include "ThreadPool.h"

#include <initializer_list>
#include <string.h>

namespace ecolm {
namespace runtime {
namespace {

/// Tokens to test with when the command line does not say.
constexpr int64_t defaultTestTokens = 64;

/// At least so many threads take part, so that a small machine tests more than
/// one partition too.
constexpr int leastThreads = 4;

/// Prints one line per check and counts.
class Checklist {
public:
  Status record(bool passed, Text &what) {
    ++checks;
    failures += passed ? 0 : 1;
    Text line;
    line.append(passed ? "ok      " : "FAILED  ");
    line.append(what.data(), what.size());
    line.append("\n");
    return writeStandardOutput(line.data(), line.size());
  }

  Status conclude() {
    if (failures != 0)
      return Status::failure(ExitCode::ModelFailure,
                             "%d of %d checks failed; do not trust the results "
                             "of this program on this machine",
                             failures, checks);
    Text line;
    line.format("all %d checks passed\n", checks);
    return writeStandardOutput(line.data(), line.size());
  }

private:
  int checks = 0;
  int failures = 0;
};

Status checkWeights(const ecolm_model &model, Checklist &checklist) {
  uint8_t hash[32];
  char found[65], expected[65];
  sha256(model.weights, model.weight_bytes, hash);
  formatSha256(hash, found);
  formatSha256(model.weight_sha256, expected);
  bool same = memcmp(hash, model.weight_sha256, sizeof hash) == 0;
  Text what;
  what.format("weights: %llu bytes with SHA-256 %s",
              static_cast<unsigned long long>(model.weight_bytes), found);
  if (!same)
    what.format(" instead of %s", expected);
  return checklist.record(same, what);
}

/// How to evaluate: everything here must make no difference.
struct Setting {
  int threads;
  int64_t chunk;
  /// Starts from memory full of NaN instead of from what was left there.
  bool poisoned;
};

void describe(Text &text, const Setting &setting, int64_t largestChunk) {
  if (setting.chunk == 1)
    text.append("step by step");
  else if (setting.chunk == largestChunk)
    text.append("prefill");
  else
    text.format("chunks of %lld", static_cast<long long>(setting.chunk));
  text.format(", %d thread%s", setting.threads,
              setting.threads == 1 ? "" : "s");
  if (setting.poisoned)
    text.append(", memory full of NaN before");
}

/// Index of the first row that differs, or -1.
int64_t firstDifference(const Tensor &a, const Tensor &b) {
  int64_t rows = a.get().dims[1];
  uint64_t rowBytes = a.bytes() / static_cast<uint64_t>(rows);
  const char *left = static_cast<const char *>(a.data());
  const char *right = static_cast<const char *>(b.data());
  for (int64_t row = 0; row < rows; ++row)
    if (memcmp(left + static_cast<uint64_t>(row) * rowBytes,
               right + static_cast<uint64_t>(row) * rowBytes, rowBytes) != 0)
      return row;
  return -1;
}

Status checkFinite(const Tensor &logits, Checklist &checklist) {
  const float *values = static_cast<const float *>(logits.data());
  uint64_t count = logits.bytes() / sizeof(float), bad = 0;
  for (uint64_t i = 0; i < count; ++i)
    // A difference with itself is zero for finite numbers alone.
    bad += values[i] - values[i] == 0.0f ? 0 : 1;
  Text what;
  what.format("finite: %llu of %llu logits are numbers",
              static_cast<unsigned long long>(count - bad),
              static_cast<unsigned long long>(count));
  return checklist.record(bad == 0, what);
}

/// Thread counts 1, 2, 3, 4, 8, 16, ... and last `threads` itself.
void planThreads(int threads, Array<int> &counts) {
  for (int count = 1; count < threads; count += count < 4 ? 1 : count)
    counts.push(count);
  counts.push(threads);
}

Status checkLanguageModel(const ecolm_model &model, const Arguments &arguments,
                          int threads, Checklist &checklist) {
  const ecolm_language_model &language = *model.language_model;
  int64_t length =
      arguments.maxTokens > 0 ? arguments.maxTokens : defaultTestTokens;
  if (length > language.context_length)
    length = language.context_length;
  Array<int64_t> ids;
  RandomNumbers random(0);
  for (int64_t i = 0; i < length; ++i)
    ids.push(static_cast<int64_t>(
        random.next() % static_cast<uint64_t>(language.vocabulary_size)));

  Tensor expected, found;
  const int64_t dims[3] = {1, length, language.vocabulary_size};
  for (Tensor *tensor : {&expected, &found})
    if (Status status =
            tensor->allocate(ECOLM_F32, dims, 3, "the self-test's logits");
        status.failed())
      return status;
  Sequence sequence;
  if (Status status = sequence.open(model, arguments.chunk); status.failed())
    return status;
  int64_t largest = sequence.chunkSize();

  Array<Setting> settings;
  settings.push({1, largest, false});
  settings.push({1, largest, false});
  settings.push({1, largest, true});
  Array<int> threadCounts;
  planThreads(threads, threadCounts);
  for (int count : threadCounts)
    for (int64_t chunk :
         {largest, static_cast<int64_t>(5), static_cast<int64_t>(1)})
      if (chunk <= largest && (count > 1 || chunk < largest))
        settings.push({count, chunk, false});

  for (size_t i = 0; i < settings.size(); ++i) {
    const Setting &setting = settings[i];
    limitThreads(setting.threads);
    sequence.setChunk(setting.chunk);
    sequence.restart();
    if (setting.poisoned)
      sequence.poison();
    Tensor &logits = i == 0 ? expected : found;
    if (Status status = sequence.append(ids.data(), length,
                                        static_cast<float *>(logits.data()));
        status.failed())
      return status;
    Text what;
    if (i == 0) {
      if (Status status = checkFinite(expected, checklist); status.failed())
        return status;
      continue;
    }
    int64_t difference = firstDifference(expected, found);
    what.append("same logits: ");
    describe(what, setting, largest);
    if (difference >= 0)
      what.format(", differs from position %lld on",
                  static_cast<long long>(difference));
    if (Status status = checklist.record(difference < 0, what); status.failed())
      return status;
  }
  return Status();
}

bool sameTensors(const TensorList &a, const TensorList &b) {
  for (size_t i = 0; i < a.size(); ++i) {
    const ecolm_tensor &left = a[i].get(), &right = b[i].get();
    for (int32_t d = 0; d < left.rank; ++d)
      if (left.dims[d] != right.dims[d])
        return false;
    if (memcmp(left.data, right.data, a[i].bytes()) != 0)
      return false;
  }
  return true;
}

Status checkGeneralModel(const ecolm_model &model, const Arguments &arguments,
                         int threads, Checklist &checklist) {
  size_t numOutputs = static_cast<size_t>(model.num_outputs);
  TensorList inputs(static_cast<size_t>(model.num_inputs));
  TensorList expected(numOutputs), found(numOutputs);
  bool invented = arguments.inputs.empty();
  Status loaded = invented ? inventInputs(model, 0, inputs)
                           : loadInputs(model, arguments.inputs, inputs);
  if (loaded.failed())
    return loaded;
  limitThreads(1);
  if (Status status = runModel(model, inputs, expected); status.failed())
    return invented ? static_cast<Status &&>(status).in(
                          "with invented inputs (give some with --input)")
                    : static_cast<Status &&>(status);
  Array<int> threadCounts;
  planThreads(threads, threadCounts);
  for (int count : threadCounts) {
    limitThreads(count);
    if (Status status = runModel(model, inputs, found); status.failed())
      return status;
    Text what;
    what.format("same outputs: %s, %d thread%s",
                count == 1 ? "a second time" : "in parallel", count,
                count == 1 ? "" : "s");
    if (Status status = checklist.record(sameTensors(expected, found), what);
        status.failed())
      return status;
  }
  return Status();
}

} // namespace

Status selfTest(const ecolm_model &model, const Arguments &arguments) {
  int threads = arguments.threads;
  if (threads == 0)
    threads = availableProcessors();
  if (threads < leastThreads && arguments.threads == 0)
    threads = leastThreads;
  threads = startThreads(threads);
  // However small a loop is, it is to be cut.
  setOperationsPerThread(0);
  Checklist checklist;
  if (Status status = checkWeights(model, checklist); status.failed())
    return status;
  if (Status status =
          model.language_model
              ? checkLanguageModel(model, arguments, threads, checklist)
              : checkGeneralModel(model, arguments, threads, checklist);
      status.failed())
    return status;
  return checklist.conclude();
}

} // namespace runtime
} // namespace ecolm

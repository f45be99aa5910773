//===- BenchProfile.cpp - Times of layers ---------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Reads the counters that the model keeps, round by round.
//
//===----------------------------------------------------------------------===//

#include "BenchProfile.h"

#include "Measure.h"

#include <string.h>

namespace ecolm {
namespace runtime {

Status requireProfile(const ecolm_model &model) {
  if (model.profile)
    return Status();
  return Status::failure(ExitCode::Usage,
                         "this program does not time its layers; compile it "
                         "with ecolm-compile --profile");
}

namespace {

constexpr double enoughSeconds = 0.5;

/// One way to call the model, and the nanoseconds of each layer in it.
struct Column {
  const char *key, *title;
  Array<double> measured, expected;

  double sum(const Array<double> &times) const {
    double total = 0.0;
    for (size_t i = 0; i < times.size(); ++i)
      total += times[i];
    return total;
  }
  double share(const Array<double> &times, size_t layer) const {
    double total = sum(times);
    return total > 0.0 ? times[layer] / total : 0.0;
  }
};

/// Starts a column with zeros.
void begin(const ecolm_profile &profile, Column &column) {
  for (int32_t i = 0; i < profile.num_layers; ++i) {
    column.measured.push(0.0);
    column.expected.push(0.0);
  }
}

void clearCounters(const ecolm_profile &profile) {
  memset(profile.nanoseconds, 0,
         static_cast<size_t>(profile.num_layers) * sizeof(uint64_t));
}

/// Adds what the counters say.
void readCounters(const ecolm_profile &profile, Column &column) {
  for (int32_t i = 0; i < profile.num_layers; ++i)
    column.measured[i] += static_cast<double>(profile.nanoseconds[i]);
}

/// Adds what one call for `tokens` tokens after `position` others should take.
void expectCall(const ecolm_profile &profile, int64_t tokens, int64_t position,
                Column &column) {
  double count = static_cast<double>(tokens);
  double pairs = count * (static_cast<double>(position) + (count + 1.0) / 2.0);
  for (int32_t i = 0; i < profile.num_layers; ++i) {
    const ecolm_layer &layer = profile.layers[i];
    double work = count * layer.token_ns + pairs * layer.pair_ns;
    column.expected[i] +=
        layer.start_ns + (work > layer.weights_ns ? work : layer.weights_ns);
  }
}

/// Measured times become those of one of `count`.
void divide(Column &column, double count) {
  for (size_t i = 0; i < column.measured.size(); ++i)
    column.measured[i] /= count;
}

void printRows(Text &text, const ecolm_profile &profile, const Column *columns,
               size_t numColumns) {
  text.format("%-40s %-32s", "layer", "kernel");
  for (size_t c = 0; c < numColumns; ++c)
    text.format("  %8s us measured expected", columns[c].title);
  text.append("\n");
  for (int32_t i = 0; i < profile.num_layers; ++i) {
    const ecolm_layer &layer = profile.layers[i];
    Text name;
    name.appendEscaped(layer.name, strlen(layer.name));
    text.append(name.data(), name.size());
    for (size_t pad = name.size(); pad < 40; ++pad)
      text.append(" ");
    text.format(" %-32s", layer.kernel);
    for (size_t c = 0; c < numColumns; ++c)
      text.format("  %11.2f %7.1f%% %7.1f%%", columns[c].measured[i] / 1000.0,
                  100.0 * columns[c].share(columns[c].measured, i),
                  100.0 * columns[c].share(columns[c].expected, i));
    text.append("\n");
  }
}

void printJson(Text &text, const ecolm_profile &profile, const Column *columns,
               size_t numColumns) {
  text.append("\"profile\": [");
  for (int32_t i = 0; i < profile.num_layers; ++i) {
    const ecolm_layer &layer = profile.layers[i];
    text.append(i ? ", {\"name\": " : "{\"name\": ");
    text.appendJson(layer.name);
    text.append(", \"kind\": ");
    text.appendJson(layer.kind);
    text.append(", \"kernel\": ");
    text.appendJson(layer.kernel);
    for (size_t c = 0; c < numColumns; ++c)
      text.format(", \"%s\": {\"seconds\": %.9f, \"share\": %.6f, "
                  "\"expected_share\": %.6f}",
                  columns[c].key, columns[c].measured[i] * 1e-9,
                  columns[c].share(columns[c].measured, i),
                  columns[c].share(columns[c].expected, i));
    text.append("}");
  }
  text.append("], ");
}

} // namespace

Status profileLanguageModel(const ecolm_model &model, Sequence &sequence,
                            const Array<int64_t> &ids, int64_t promptTokens,
                            int64_t decodeTokens, Text &text, bool json) {
  const ecolm_profile &profile = *model.profile;
  Column columns[2] = {{"prefill", "prefill", {}, {}},
                       {"decode", "decode", {}, {}}};
  for (Column &column : columns)
    begin(profile, column);
  double start = monotonicSeconds();
  int64_t rounds = 0;
  do {
    sequence.restart();
    clearCounters(profile);
    if (Status status = sequence.append(ids.data(), promptTokens, nullptr);
        status.failed())
      return status;
    readCounters(profile, columns[0]);
    clearCounters(profile);
    for (int64_t i = 0; i < decodeTokens; ++i)
      if (Status status =
              sequence.append(ids.data() + promptTokens + i, 1, nullptr);
          status.failed())
        return status;
    readCounters(profile, columns[1]);
    ++rounds;
  } while (monotonicSeconds() - start < enoughSeconds);
  for (int64_t done = 0; done < promptTokens; done += sequence.chunkSize()) {
    int64_t left = promptTokens - done;
    expectCall(profile,
               left < sequence.chunkSize() ? left : sequence.chunkSize(), done,
               columns[0]);
  }
  for (int64_t i = 0; i < decodeTokens; ++i)
    expectCall(profile, 1, promptTokens + i, columns[1]);
  divide(columns[0], static_cast<double>(rounds));
  divide(columns[1], static_cast<double>(rounds * decodeTokens));
  size_t numColumns = decodeTokens > 0 ? 2 : 1;
  if (json)
    printJson(text, profile, columns, numColumns);
  else
    printRows(text, profile, columns, numColumns);
  return Status();
}

Status profileGeneralModel(const ecolm_model &model,
                           Status (*evaluate)(void *context), void *context,
                           Text &text, bool json) {
  const ecolm_profile &profile = *model.profile;
  Column column = {"run", "run", {}, {}};
  begin(profile, column);
  double start = monotonicSeconds();
  int64_t rounds = 0;
  do {
    clearCounters(profile);
    if (Status status = evaluate(context); status.failed())
      return status;
    readCounters(profile, column);
    ++rounds;
  } while (monotonicSeconds() - start < enoughSeconds);
  expectCall(profile, 1, 0, column);
  divide(column, static_cast<double>(rounds));
  if (json)
    printJson(text, profile, &column, 1);
  else
    printRows(text, profile, &column, 1);
  return Status();
}

} // namespace runtime
} // namespace ecolm

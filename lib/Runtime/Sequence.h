//===- Sequence.h - One sequence of tokens and its memory ---- -*- C++ -*--===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Owns the key/value cache and the workspace of a language model, and feeds it
// in chunks.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_SEQUENCE_H
#define ECOLM_LIB_RUNTIME_SEQUENCE_H

#include "Errors.h"
#include "ecolm/Runtime/Model.h"

namespace ecolm {
namespace runtime {

/// A growing sequence. All memory is allocated by `open`.
class Sequence {
public:
  Sequence() = default;
  Sequence(const Sequence &) = delete;
  Sequence &operator=(const Sequence &) = delete;
  ~Sequence();

  /// Allocates for a language model. At most `chunk` tokens go into one call of
  /// the model; 0 means as many as it takes.
  Status open(const ecolm_model &model, int64_t chunk);

  /// Evaluates the next tokens, which must be in range and fit the context.
  /// Their logits go to `logits` (count x vocabulary) if it is not null. Ends
  /// early, as Interrupted, between two chunks, and where the model fails.
  Status append(const int64_t *ids, int64_t count, float *logits);

  /// The logits of the last token. Valid until the next call of `append`.
  const float *lastLogits() const { return last; }

  /// The number of tokens so far.
  int64_t length() const { return position; }

  /// Forgets all tokens. The cache keeps its old bytes.
  void restart() { position = 0; }

  /// The largest number of tokens per call.
  int64_t chunkSize() const { return chunk; }

  /// Changes the largest number of tokens per call to at most that of `open`.
  void setChunk(int64_t tokens);

  /// Fills cache and workspace with bytes that are NaN as floats, so that
  /// reading what was never written shows.
  void poison();

private:
  Status appendChunk(const int64_t *ids, int64_t count, float *target);
  Status evaluateWhole(const int64_t *ids, int64_t count, float *target);

  const ecolm_model *owner = nullptr;
  const ecolm_language_model *model = nullptr;
  int64_t openedChunk = 0;
  int64_t chunk = 0;
  int64_t position = 0;
  void *cache = nullptr;
  void *workspace = nullptr;
  float *buffer = nullptr;
  /// All tokens so far, for a model that is evaluated as a whole.
  int64_t *history = nullptr;
  const float *last = nullptr;
};

/// Fails unless every id is in the model's vocabulary and all of them fit its
/// context. `source` names where they come from.
Status checkTokens(const ecolm_language_model &model, const int64_t *ids,
                   int64_t count, const char *source);

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_SEQUENCE_H

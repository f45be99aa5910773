//===- Sequence.cpp - One sequence of tokens and its memory ---------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Keeps the promises that Model.h makes to the generated forward function.
//
//===----------------------------------------------------------------------===//

#include "Sequence.h"

#include "Descriptor.h"
#include "Interrupt.h"
#include "Tensor.h"

#include <stdlib.h>
#include <string.h>

namespace ecolm {
namespace runtime {

Sequence::~Sequence() {
  free(cache);
  free(workspace);
  free(buffer);
  free(history);
}

/// Allocates `bytes` bytes for `what`.
static Status reserveMemory(uint64_t bytes, const char *what, void **memory) {
  *memory = allocateAligned(bytes);
  if (*memory)
    return Status();
  return Status::failure(ExitCode::ModelFailure,
                         "not enough memory: the %s needs %llu bytes", what,
                         static_cast<unsigned long long>(bytes));
}

Status Sequence::open(const ecolm_model &whole, int64_t wanted) {
  const ecolm_language_model &opened = *whole.language_model;
  owner = &whole;
  model = &opened;
  openedChunk =
      wanted > 0 && wanted < opened.max_chunk ? wanted : opened.max_chunk;
  // More tokens than the context holds never come at once.
  if (openedChunk > opened.context_length)
    openedChunk = opened.context_length;
  chunk = openedChunk;
  const int64_t dims[2] = {openedChunk, opened.vocabulary_size};
  uint64_t logitBytes = 0;
  if (!tensorBytes(ECOLM_F32, dims, 2, &logitBytes))
    logitBytes = UINT64_MAX; // Fails below, with a message.
  void *logits = nullptr;
  if (Status status =
          reserveMemory(opened.cache_bytes, "key/value cache", &cache);
      status.failed())
    return status;
  if (Status status =
          reserveMemory(opened.workspace_bytes, "workspace", &workspace);
      status.failed())
    return status;
  Status status = reserveMemory(logitBytes, "buffer of logits", &logits);
  buffer = static_cast<float *>(logits);
  if (status.failed() || opened.forward)
    return status;
  void *tokens = nullptr;
  status = reserveMemory(opened.context_length * sizeof(int64_t),
                         "sequence of tokens", &tokens);
  history = static_cast<int64_t *>(tokens);
  return status;
}

/// Evaluates the sequence from its first token on.
Status Sequence::evaluateWhole(const int64_t *ids, int64_t count,
                               float *target) {
  memcpy(history + position, ids, count * sizeof(int64_t));
  ecolm_tensor input = {}, output = {};
  input.dtype = ECOLM_I64;
  input.rank = 2;
  input.dims[0] = 1;
  input.dims[1] = position + count;
  input.data = history;
  int32_t outcome = owner->run(&input, &output);
  if (outcome != ECOLM_OK)
    return explainStatus(*owner, outcome);
  bool fits = output.dims[0] == 1 && output.dims[1] == position + count &&
              output.dims[2] == model->vocabulary_size;
  if (fits)
    memcpy(target,
           static_cast<const float *>(output.data) +
               position * model->vocabulary_size,
           count * model->vocabulary_size * sizeof(float));
  free(output.data);
  return fits ? Status()
              : Status::failure(ExitCode::ModelFailure,
                                "the model gave no logits for each token; "
                                "export it again");
}

/// Evaluates `count` tokens, at most a chunk, into `target`.
Status Sequence::appendChunk(const int64_t *ids, int64_t count, float *target) {
  if (!model->forward)
    return evaluateWhole(ids, count, target);
  int32_t outcome =
      model->forward(ids, count, position, target, cache, workspace);
  return outcome == ECOLM_OK ? Status() : explainStatus(*owner, outcome);
}

Status Sequence::append(const int64_t *ids, int64_t count, float *logits) {
  for (int64_t done = 0; done < count;) {
    if (interrupted())
      return Status::quiet(ExitCode::Interrupted);
    int64_t now = count - done < chunk ? count - done : chunk;
    float *target = logits ? logits + done * model->vocabulary_size : buffer;
    if (Status status = appendChunk(ids + done, now, target); status.failed())
      return status;
    last = target + (now - 1) * model->vocabulary_size;
    position += now;
    done += now;
  }
  return Status();
}

void Sequence::setChunk(int64_t tokens) {
  chunk = tokens < openedChunk ? tokens : openedChunk;
}

void Sequence::poison() {
  memset(cache, 0xFF, model->cache_bytes);
  memset(workspace, 0xFF, model->workspace_bytes);
}

Status checkTokens(const ecolm_language_model &model, const int64_t *ids,
                   int64_t count, const char *source) {
  if (count == 0)
    return Status::failure(ExitCode::BadInput,
                           "%s is empty; give at least one token", source);
  if (count > model.context_length)
    return Status::failure(ExitCode::BadInput,
                           "%s has %lld tokens and the model's context holds "
                           "%lld; shorten it",
                           source, static_cast<long long>(count),
                           static_cast<long long>(model.context_length));
  for (int64_t i = 0; i < count; ++i)
    if (ids[i] < 0 || ids[i] >= model.vocabulary_size)
      return Status::failure(ExitCode::BadInput,
                             "%s holds the token id %lld at index %lld; ids "
                             "run from 0 to %lld",
                             source, static_cast<long long>(ids[i]),
                             static_cast<long long>(i),
                             static_cast<long long>(model.vocabulary_size - 1));
  return Status();
}

} // namespace runtime
} // namespace ecolm

//===- TableTokenizerCode.cpp - The C face of table tokenizers ------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Defines ecolm_table_tokenizer of Model.h. Programs whose descriptor does not
// name it link nothing of this folder.
//
//===----------------------------------------------------------------------===//

#include "TableTokenizer.h"
#include "ecolm/Runtime/Model.h"

#include <string.h>

namespace ecolm {
namespace runtime {
namespace {

/// What a failed function returns; null for success.
char *explain(const Status &status) {
  if (!status.failed())
    return nullptr;
  char *copy = strdup(status.message());
  if (!copy)
    exitOutOfMemory(strlen(status.message()));
  return copy;
}

/// Memory of malloc for `count` elements, at least one.
template <typename T>
T *copyOut(const T *elements, size_t count) {
  T *copy = static_cast<T *>(malloc(count * sizeof(T) + 1));
  if (!copy)
    exitOutOfMemory(count * sizeof(T));
  if (count)
    memcpy(copy, elements, count * sizeof(T));
  return copy;
}

void close(void *tokenizer) {
  static_cast<TableTokenizer *>(tokenizer)->~TableTokenizer();
  free(tokenizer);
}

char *open(const uint8_t *bytes, void **result) {
  const auto &table = *reinterpret_cast<const tokenizer::Table *>(bytes);
  if (table.magic != tokenizer::kMagic)
    return explain(Status::failure(ExitCode::ModelFailure,
                                   "the table is of another version"));
  void *memory = malloc(sizeof(TableTokenizer));
  if (!memory)
    exitOutOfMemory(sizeof(TableTokenizer));
  auto *opened = new (memory) TableTokenizer(table);
  if (Status status = opened->open(); status.failed()) {
    close(opened);
    return explain(status);
  }
  *result = opened;
  return nullptr;
}

char *encode(void *tokenizer, const char *text, uint64_t bytes,
             int32_t addSpecial, int64_t **ids, int64_t *count) {
  Array<int64_t> found;
  if (Status status = static_cast<TableTokenizer *>(tokenizer)->encode(
          text, bytes, addSpecial, found);
      status.failed())
    return explain(status);
  *ids = copyOut(found.data(), found.size());
  *count = static_cast<int64_t>(found.size());
  return nullptr;
}

char *decode(void *tokenizer, const int64_t *ids, int64_t count,
             int32_t skipSpecial, char **text, uint64_t *bytes) {
  Text found;
  if (Status status = static_cast<TableTokenizer *>(tokenizer)->decode(
          ids, static_cast<size_t>(count), skipSpecial, found);
      status.failed())
    return explain(status);
  *text = copyOut(found.data(), found.size());
  *bytes = found.size();
  return nullptr;
}

} // namespace
} // namespace runtime
} // namespace ecolm

const ecolm_tokenizer_code ecolm_table_tokenizer = {
    ecolm::runtime::open, ecolm::runtime::close, ecolm::runtime::encode,
    ecolm::runtime::decode};

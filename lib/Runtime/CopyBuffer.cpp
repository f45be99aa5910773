//===- CopyBuffer.cpp - Copies between strided buffers --------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// What MLIR calls for a copy whose sides do not both lie in one piece: parts
// of concatenated, split and transposed tensors.
//
//===----------------------------------------------------------------------===//

#include <stddef.h>
#include <stdint.h>
#include <string.h>

namespace {

/// MLIR's descriptor of a buffer, followed by the sizes and the strides, both
/// in elements. Models count in 64 bits on every machine.
struct Buffer {
  char *allocated;
  char *aligned;
  int64_t offset;
  int64_t sizesAndStrides[];
};

/// MLIR's descriptor of a buffer of any rank.
struct AnyBuffer {
  int64_t rank;
  Buffer *buffer;
};

void copyDimension(size_t elementBytes, int64_t rank, const int64_t *sizes,
                   const char *from, const int64_t *fromStrides, char *to,
                   const int64_t *toStrides) {
  if (rank == 0) {
    memcpy(to, from, elementBytes);
    return;
  }
  if (rank == 1 && *fromStrides == 1 && *toStrides == 1) {
    memcpy(to, from, elementBytes * static_cast<size_t>(*sizes));
    return;
  }
  int64_t bytes = static_cast<int64_t>(elementBytes);
  for (int64_t i = 0; i < *sizes; ++i)
    copyDimension(elementBytes, rank - 1, sizes + 1,
                  from + i * *fromStrides * bytes, fromStrides + 1,
                  to + i * *toStrides * bytes, toStrides + 1);
}

} // namespace

/// Copies `source` to `target`, which have the same rank and sizes and do not
/// overlap. The name and the signature are MLIR's.
extern "C" void memrefCopy(int64_t elementBytes, const AnyBuffer *source,
                           const AnyBuffer *target) {
  int64_t rank = source->rank;
  const Buffer &from = *source->buffer, &to = *target->buffer;
  copyDimension(
      static_cast<size_t>(elementBytes), rank, from.sizesAndStrides,
      from.aligned + from.offset * elementBytes, from.sizesAndStrides + rank,
      to.aligned + to.offset * elementBytes, to.sizesAndStrides + rank);
}

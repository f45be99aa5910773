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
/// in elements.
struct Buffer {
  char *allocated;
  char *aligned;
  intptr_t offset;
  intptr_t sizesAndStrides[];
};

/// MLIR's descriptor of a buffer of any rank.
struct AnyBuffer {
  intptr_t rank;
  Buffer *buffer;
};

void copyDimension(size_t elementBytes, intptr_t rank, const intptr_t *sizes,
                   const char *from, const intptr_t *fromStrides, char *to,
                   const intptr_t *toStrides) {
  if (rank == 0) {
    memcpy(to, from, elementBytes);
    return;
  }
  if (rank == 1 && *fromStrides == 1 && *toStrides == 1) {
    memcpy(to, from, elementBytes * static_cast<size_t>(*sizes));
    return;
  }
  intptr_t bytes = static_cast<intptr_t>(elementBytes);
  for (intptr_t i = 0; i < *sizes; ++i)
    copyDimension(elementBytes, rank - 1, sizes + 1,
                  from + i * *fromStrides * bytes, fromStrides + 1,
                  to + i * *toStrides * bytes, toStrides + 1);
}

} // namespace

/// Copies `source` to `target`, which have the same rank and sizes and do not
/// overlap. The name and the signature are MLIR's.
extern "C" void memrefCopy(intptr_t elementBytes, const AnyBuffer *source,
                           const AnyBuffer *target) {
  intptr_t rank = source->rank;
  const Buffer &from = *source->buffer, &to = *target->buffer;
  copyDimension(
      static_cast<size_t>(elementBytes), rank, from.sizesAndStrides,
      from.aligned + from.offset * elementBytes, from.sizesAndStrides + rank,
      to.aligned + to.offset * elementBytes, to.sizesAndStrides + rank);
}

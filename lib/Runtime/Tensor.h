//===- Tensor.h - Tensors that own their memory -------------- -*- C++ -*--===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Names, sizes and storage of the tensors that cross the model interface.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_TENSOR_H
#define ECOLM_LIB_RUNTIME_TENSOR_H

#include "Errors.h"
#include "Text.h"
#include "ecolm/Runtime/Model.h"

namespace ecolm {
namespace runtime {

/// One element type: its value in Model.h, numpy's name, its spelling in a
/// .npy header and its size.
struct ElementType {
  int32_t dtype;
  const char *name;
  const char *descr;
  uint32_t size;
};

/// The element type with this value, or null.
const ElementType *findElementType(int32_t dtype);

/// The element type that a .npy header calls `descr`, or null.
const ElementType *findElementTypeByDescr(const char *descr, size_t length);

/// Appends `(1, ?, 65)`; a dynamic dimension is a question mark.
void appendShape(Text &text, const int64_t *dims, int32_t rank);

/// Bytes of a tensor with static dims. False when that overflows, or when a
/// dim is negative or the element type unknown.
bool tensorBytes(int32_t dtype, const int64_t *dims, int32_t rank,
                 uint64_t *bytes);

/// Memory aligned to 64 bytes, to be freed with free. Never null for zero
/// bytes; null when there is not enough.
void *allocateAligned(uint64_t bytes);

/// A tensor and its memory.
class Tensor {
public:
  Tensor() = default;
  Tensor(const Tensor &) = delete;
  Tensor &operator=(const Tensor &) = delete;
  ~Tensor();

  /// Sets the type and allocates. `what` names the tensor in the message.
  Status allocate(int32_t dtype, const int64_t *dims, int32_t rank,
                  const char *what);

  /// Takes over a tensor whose data comes from malloc.
  void adopt(const ecolm_tensor &other);

  const ecolm_tensor &get() const { return tensor; }
  bool defined() const { return tensor.data != nullptr; }
  uint64_t bytes() const;
  void *data() { return tensor.data; }
  const void *data() const { return tensor.data; }

private:
  ecolm_tensor tensor = {0, 0, {}, nullptr};
};

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_TENSOR_H

//===- Array.h - A growing array of plain values ------------- -*- C++ -*--===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Stands in for std::vector, whose code lives in a library that programs do not
// link.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_ARRAY_H
#define ECOLM_LIB_RUNTIME_ARRAY_H

#include "Errors.h"

#include <new>
#include <stddef.h>
#include <stdlib.h>
#include <type_traits>
#include <utility>

namespace ecolm {
namespace runtime {

/// A growing array of trivially copyable values. Ends the program when memory
/// runs out, so it is for small things; tensors have their own storage.
template <typename T>
class Array {
  static_assert(std::is_trivially_copyable<T>::value, "copied by realloc");

public:
  Array() = default;
  Array(const Array &) = delete;
  Array &operator=(const Array &) = delete;
  ~Array() { free(elements); }

  void push(const T &value) {
    T copy = value; // `value` may lie inside the storage that moves.
    reserve(count + 1);
    elements[count++] = copy;
  }

  /// Makes room for `wanted` elements in all.
  void reserve(size_t wanted) {
    if (wanted <= capacity)
      return;
    size_t larger = capacity < 8 ? 16 : capacity * 2;
    if (larger < wanted)
      larger = wanted;
    size_t bytes = 0;
    if (__builtin_mul_overflow(larger, sizeof(T), &bytes))
      exitOutOfMemory(static_cast<unsigned long>(-1));
    void *moved = realloc(static_cast<void *>(elements), bytes);
    if (!moved)
      exitOutOfMemory(bytes);
    elements = static_cast<T *>(moved);
    capacity = larger;
  }

  /// Sets the size; new elements hold whatever the memory held.
  void resizeUninitialized(size_t wanted) {
    reserve(wanted);
    count = wanted;
  }

  void swap(Array &other) {
    std::swap(elements, other.elements);
    std::swap(count, other.count);
    std::swap(capacity, other.capacity);
  }

  /// Forgets what lies behind the first `wanted` elements.
  void truncate(size_t wanted) { count = wanted; }

  void clear() { count = 0; }
  size_t size() const { return count; }
  bool empty() const { return count == 0; }
  T *data() { return elements; }
  const T *data() const { return elements; }
  T &operator[](size_t i) { return elements[i]; }
  const T &operator[](size_t i) const { return elements[i]; }
  T *begin() { return elements; }
  T *end() { return elements + count; }
  const T *begin() const { return elements; }
  const T *end() const { return elements + count; }

private:
  T *elements = nullptr;
  size_t count = 0;
  size_t capacity = 0;
};

/// A fixed number of objects with constructors and destructors.
template <typename T>
class ObjectArray {
public:
  explicit ObjectArray(size_t size)
      : elements(static_cast<T *>(calloc(size ? size : 1, sizeof(T)))),
        count(size) {
    if (!elements)
      exitOutOfMemory(size * sizeof(T));
    for (size_t i = 0; i < count; ++i)
      new (elements + i) T();
  }
  ObjectArray(const ObjectArray &) = delete;
  ObjectArray &operator=(const ObjectArray &) = delete;
  ~ObjectArray() {
    for (size_t i = 0; i < count; ++i)
      elements[i].~T();
    free(elements);
  }

  size_t size() const { return count; }
  T &operator[](size_t i) { return elements[i]; }
  const T &operator[](size_t i) const { return elements[i]; }

private:
  T *elements;
  size_t count;
};

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_ARRAY_H

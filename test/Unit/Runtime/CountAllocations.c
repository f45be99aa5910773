//===- CountAllocations.c - Counts what a program allocates ---------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Stands before the C library's malloc in one stub program, to show that the
// token loop allocates nothing.
//
//===----------------------------------------------------------------------===//

#include <stddef.h>
#include <stdio.h>

// glibc's own names for its allocator, for those who replace malloc.
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

static long allocations;

static void countOne(void) {
  __atomic_add_fetch(&allocations, 1, __ATOMIC_RELAXED);
}

void *malloc(size_t size) {
  countOne();
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  countOne();
  return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
  countOne();
  return __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  countOne();
  return __libc_memalign(alignment, size);
}

__attribute__((destructor)) static void tell(void) {
  fprintf(stderr, "%ld allocations\n", allocations);
}

//===- bare_host.c - A language model without a system --------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Evaluates a sequence, in two calls and then token by token, and prints the
// bits of the logits. It has no C library and no heap: what the object of a
// model calls is defined here, but for what compilers bring along.
//
//===----------------------------------------------------------------------===//

#include "model.h"
#include <stddef.h>

enum { WRITE = 64, EXIT = 93 };

static long system_call(long number, long a, long b, long c) {
  register long a0 __asm__("a0") = a;
  register long a1 __asm__("a1") = b;
  register long a2 __asm__("a2") = c;
  register long a7 __asm__("a7") = number;
  __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a7) : "memory");
  return a0;
}

void *memset(void *to, int value, size_t size) {
  for (size_t i = 0; i < size; ++i)
    ((volatile char *)to)[i] = (char)value;
  return to;
}
void *memcpy(void *to, const void *from, size_t size) {
  for (size_t i = 0; i < size; ++i)
    ((volatile char *)to)[i] = ((const char *)from)[i];
  return to;
}

void ecolm_parallel_for(void (*body)(void *, int64_t, int64_t), void *captures,
                        int64_t count, int64_t cost) {
  (void)cost;
  if (count > 0)
    body(captures, 0, count);
}

static void print_bits(uint32_t bits) {
  char text[9];
  for (int i = 0; i < 8; ++i)
    text[i] = "0123456789abcdef"[bits >> (28 - 4 * i) & 15];
  text[8] = '\n';
  system_call(WRITE, 1, (long)text, 9);
}

enum { TOKENS = 12, VOCABULARY = 256, MEMORY = 64 << 20 };

static _Alignas(64) unsigned char cache[MEMORY], workspace[MEMORY];
static float logits[TOKENS * VOCABULARY];
static int64_t ids[TOKENS];

static int run(void) {
  const ecolm_language_model *model = ecolm_model_descriptor.language_model;
  if (model->cache_bytes > MEMORY || model->workspace_bytes > MEMORY ||
      model->vocabulary_size > VOCABULARY)
    return 2;
  for (int64_t i = 0; i < TOKENS; ++i)
    ids[i] = (7 * (uint32_t)i + 3) % (uint32_t)model->vocabulary_size;
  static const int32_t counts[] = {5, 4, 1, 1, 1};
  int64_t position = 0;
  for (int call = 0; call < 5; ++call) {
    if (ecolm_forward(ids + position, counts[call], position, logits, cache,
                      workspace) != ECOLM_OK)
      return 1;
    position += counts[call];
    for (int64_t i = 0; i < counts[call] * model->vocabulary_size; ++i) {
      union {
        float value;
        uint32_t bits;
      } number = {logits[i]};
      print_bits(number.bits);
    }
  }
  return 0;
}

void _start(void) { system_call(EXIT, run(), 0, 0); }

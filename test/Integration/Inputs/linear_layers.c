//===- linear_layers.c - Calls linear layers on their own -----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Calls every quantized linear layer of a model object and prints the bits of
// what it returns. Built for the host and, without a C library, for rv32i; the
// two must print the same. LAYERS lists `LAYER(number, inputs, outputs)`.
//
//===----------------------------------------------------------------------===//

#include <stddef.h>
#include <stdint.h>

#ifdef __riscv
static long system_call(long number, long a, long b, long c) {
  register long a0 __asm__("a0") = a;
  register long a1 __asm__("a1") = b;
  register long a2 __asm__("a2") = c;
  register long a7 __asm__("a7") = number;
  __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a7) : "memory");
  return a0;
}
static void print(const char *text, size_t size) {
  system_call(64, 1, (long)text, (long)size);
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
#else
#include <unistd.h>
static void print(const char *text, size_t size) {
  if (write(1, text, size) < 0)
    _exit(1);
}
#endif

/* A row is a memref<?xf32>: base, data, offset, size, stride; indices have 64
 * bits on every target. */
#define ROW float *, float *, int64_t, int64_t, int64_t
#define LAYER(number, inputs, outputs) void ecolm_linear_##number(ROW, ROW);
LAYERS
#undef LAYER

static uint32_t state = 1;

/* Mostly numbers of ordinary size, sometimes any bit pattern, NaN included. */
static uint32_t next_bits(void) {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  if ((state & 15) == 0)
    return state;
  return (state & 0x807FFFFF) | (118 + (state >> 27) / 2) << 23;
}

static void print_bits(uint32_t bits) {
  char text[9];
  for (int i = 0; i < 8; ++i)
    text[i] = "0123456789abcdef"[bits >> (28 - 4 * i) & 15];
  text[8] = '\n';
  print(text, 9);
}

static void run(void (*layer)(ROW, ROW), int64_t inputs, int64_t outputs) {
  static union {
    uint32_t bits[8192];
    float values[8192];
  } x, y;
  for (int64_t i = 0; i < inputs; ++i)
    x.bits[i] = next_bits();
  layer(x.values, x.values, 0, inputs, 1, y.values, y.values, 0, outputs, 1);
  for (int64_t i = 0; i < outputs; ++i)
    print_bits(y.bits[i]);
}

static void run_all(void) {
#define LAYER(number, inputs, outputs)                                         \
  for (int repeat = 0; repeat < 4; ++repeat)                                   \
    run(ecolm_linear_##number, inputs, outputs);
  LAYERS
}

#ifdef __riscv
void _start(void) {
  run_all();
  system_call(93, 0, 0, 0);
}
#else
int main(void) {
  run_all();
  return 0;
}
#endif

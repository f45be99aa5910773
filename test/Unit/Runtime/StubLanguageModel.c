//===- StubLanguageModel.c - A language model for tests of programs -------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Speaks the model interface with a few lines of C. Each STUB_... macro plants
// one fault, which a program must notice.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Runtime/Model.h"

#include <stdlib.h>
#include <time.h>

#ifdef STUB_HUGE_CACHE
#define CACHE_BYTES ((uint64_t)1 << 60)
#else
#define CACHE_BYTES (CONTEXT * sizeof(uint64_t))
#endif
#ifdef STUB_WRONG_ABI
#define ABI 99
#else
#define ABI ECOLM_ABI_VERSION
#endif
#ifdef STUB_NO_TOKENIZER
#define TOKENIZER ECOLM_TOKENIZER_NONE
#else
#define TOKENIZER ECOLM_TOKENIZER_CHARACTER
#endif
#ifdef STUB_CORRUPT_WEIGHT
#define WEIGHTS "abd"
#else
#define WEIGHTS "abc"
#endif

enum { CONTEXT = 64, CHUNK = 16, VOCABULARY = 33 };

static const char *const pieces[VOCABULARY] = {"\n",
                                               " ",
                                               "!",
                                               "a",
                                               "b",
                                               "c",
                                               "d",
                                               "e",
                                               "f",
                                               "g",
                                               "h",
                                               "i",
                                               "j",
                                               "k",
                                               "l",
                                               "m",
                                               "n",
                                               "o",
                                               "p",
                                               "q",
                                               "r",
                                               "s",
                                               "t",
                                               "u",
                                               "v",
                                               "w",
                                               "x",
                                               "y",
                                               "z",
                                               "?",
                                               "\xC3\xA9",
                                               "\xE2\x82\xAC",
                                               "\xF0\x9F\x98\x80"};

static uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 33)) * 0xFF51AFD7ED558CCDu;
  x = (x ^ (x >> 33)) * 0xC4CEB9FE1A85EC53u;
  return x ^ (x >> 33);
}

typedef struct {
  const uint64_t *states;
  float *logits;
  int64_t count;
} captures_t;

/// Items are single logits, so that a partition may cut anywhere.
static void fillLogits(void *captures, int64_t begin, int64_t end) {
  captures_t *c = captures;
  for (int64_t i = begin; i < end; ++i) {
    uint64_t bits = mix(c->states[i / VOCABULARY] + (uint64_t)(i % VOCABULARY));
    float value = (float)(bits >> 40) * 0x1p-23f - 1.0f;
#ifdef STUB_DEPENDS_ON_THREADS
    value += (float)begin;
#endif
#ifdef STUB_DEPENDS_ON_CHUNK
    value += (float)c->count;
#endif
#ifdef STUB_NOT_FINITE
    value /= 0.0f;
#endif
    c->logits[i] = 4.0f * value;
  }
}

/// The cache holds one hash of all tokens so far for each position.
static int32_t forward(const int64_t *ids, int64_t count, int64_t position,
                       float *logits, void *cache, void *workspace) {
  uint64_t *states = cache;
  (void)workspace;
#ifdef STUB_ALLOCATES
  // Volatile, or the compiler would see that nobody needs it.
  void *volatile memory = malloc((size_t)count);
  free(memory);
#endif
#ifdef STUB_ILLEGAL_INSTRUCTION
  __builtin_trap();
#endif
#ifdef STUB_SLOW
  struct timespec pause = {0, 50 * 1000 * 1000};
  nanosleep(&pause, 0);
#endif
  for (int64_t i = 0; i < count; ++i) {
    uint64_t before = position + i > 0 ? states[position + i - 1] : 0;
    states[position + i] = mix(before * 31 + (uint64_t)ids[i] + 1);
  }
  captures_t captures = {states + position, logits, count};
  ecolm_parallel_for(fillLogits, &captures, count * VOCABULARY, 8);
#ifdef STUB_READS_UNWRITTEN
  logits[0] += (float)((const uint8_t *)workspace)[0];
#endif
#ifdef STUB_CHANGES_WITH_TIME
  static int calls = 0;
  logits[0] += (float)++calls;
#endif
#ifdef STUB_REFUSES
  return position > 0 ? ECOLM_FIRST_CHECK : ECOLM_OK;
#else
  return ECOLM_OK;
#endif
}

static const char *const checks[] = {"node 'lookup\x1b': it refuses"};

static const ecolm_language_model language = {VOCABULARY,  CONTEXT, CHUNK,
                                              CACHE_BYTES, 256,     forward};

#ifdef STUB_ANY_BATCH
#define BATCH -1
#else
#define BATCH 1
#endif

static const ecolm_tensor_spec inputs[] = {
    {"input_ids", ECOLM_I64, 2, {BATCH, -1}}};
static const ecolm_tensor_spec outputs[] = {
    {"logits", ECOLM_F32, 3, {1, -1, VOCABULARY}}};

const ecolm_model ecolm_model_descriptor = {
    ABI,
    "stub",
    "name: stub \x1b[2J\nparameters: 3\n",
    "{\"name\": \"stub \xC2\x9B\x7F\xFF\",\n\t\"parameters\": 3}",
    1,
    1,
    inputs,
    outputs,
    0,
    &language,
    {TOKENIZER, VOCABULARY, pieces, 0, 0},
    (const uint8_t *)WEIGHTS,
    3,
    // FIPS 180-4's example: the hash of "abc".
    {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
     0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
     0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad},
    1,
    checks,
    0,
    0,
    0,
    0};

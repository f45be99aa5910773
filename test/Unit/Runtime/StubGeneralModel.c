//===- StubGeneralModel.c - A general model for tests of programs ---------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Copies one input of every element type to an output, and fails on request.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Runtime/Model.h"

#include <stdlib.h>
#include <string.h>

// The input `x` decides what happens: y = 2 x, or the status that x[0, 0]
// asks for, counted from 1000 on.

static const ecolm_tensor_spec inputs[] = {
    {"x", ECOLM_F32, 2, {-1, 3}},      {"double", ECOLM_F64, 1, {-1}},
    {"byte", ECOLM_I8, 1, {-1}},       {"ubyte", ECOLM_U8, 1, {-1}},
    {"short", ECOLM_I16, 1, {-1}},     {"int", ECOLM_I32, 1, {-1}},
    {"long", ECOLM_I64, 1, {-1}},      {"truth", ECOLM_BOOL, 1, {-1}},
    {"path/like:0", ECOLM_I64, 0, {0}}};

static const ecolm_tensor_spec outputs[] = {
    {"y", ECOLM_F32, 2, {-1, 3}},      {"double_out", ECOLM_F64, 1, {-1}},
    {"byte_out", ECOLM_I8, 1, {-1}},   {"ubyte_out", ECOLM_U8, 1, {-1}},
    {"short_out", ECOLM_I16, 1, {-1}}, {"int_out", ECOLM_I32, 1, {-1}},
    {"long_out", ECOLM_I64, 1, {-1}},  {"truth_out", ECOLM_BOOL, 1, {-1}},
    {"path/out:0", ECOLM_I64, 0, {0}}};

enum { COUNT = sizeof(inputs) / sizeof(inputs[0]) };

static const uint64_t sizes[COUNT] = {4, 8, 1, 1, 2, 4, 8, 1, 8};

static void doubleAll(void *captures, int64_t begin, int64_t end) {
  float *y = captures;
  for (int64_t i = begin; i < end; ++i) {
    y[i] *= 2.0f;
#ifdef STUB_DEPENDS_ON_THREADS
    y[i] += (float)begin;
#endif
  }
}

static int32_t run(const ecolm_tensor *given, ecolm_tensor *results) {
#ifdef STUB_REFUSES
  return ECOLM_SHAPE_MISMATCH;
#endif
  const float *x = given[0].data;
  if (given[0].dims[0] > 0 && x[0] >= 1000.0f)
    return (int32_t)(x[0] - 1000.0f);
  for (int i = 0; i < COUNT; ++i) {
    uint64_t bytes = sizes[i];
    for (int d = 0; d < given[i].rank; ++d) {
      results[i].dims[d] = given[i].dims[d];
      bytes *= (uint64_t)given[i].dims[d];
    }
    results[i].data = malloc(bytes ? bytes : 1);
    if (!results[i].data)
      return ECOLM_OUT_OF_MEMORY;
    memcpy(results[i].data, given[i].data, bytes);
  }
  ecolm_parallel_for(doubleAll, results[0].data, 3 * given[0].dims[0], 1);
  return ECOLM_OK;
}

static const char *const checks[] = {"node 'a': an index is wrong",
                                     "node 'b': a size is negative"};

const ecolm_model ecolm_model_descriptor = {
    ECOLM_ABI_VERSION,
    "general",
    "name: general\n",
    "{\"name\": \"general\"}",
    COUNT,
    COUNT,
    inputs,
    outputs,
    run,
    0,
    {ECOLM_TOKENIZER_NONE, 0, 0, 0, 0},
    0,
    0,
    // The hash of nothing.
    {0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4,
     0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b,
     0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55},
    2,
    checks,
    0,
    0,
    0,
    0};

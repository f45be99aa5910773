//===- faulty_host.c - A host whose faults show in generated code ---------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Evaluates a model of one row of f32 with a fault that only instrumented code
// of the model can see, or with none:
//
//   none     all is well
//   input    the row is one element shorter than it says
//   barrier  parallel loops return before their threads are done
//   weights  reads behind the last weight
//
//===----------------------------------------------------------------------===//

#include "model.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { parts = 3, most = 1000 };

struct part {
  void (*body)(void *, int64_t, int64_t);
  void *captures;
  int64_t begin, end;
};

static int awaits = 1, started = 0;
static pthread_t threads[most];
static struct part jobs[most];

static void *run(void *argument) {
  struct part *part = argument;
  part->body(part->captures, part->begin, part->end);
  return 0;
}

static void await(void) {
  while (started > 0)
    pthread_join(threads[--started], 0);
}

void ecolm_parallel_for(void (*body)(void *, int64_t, int64_t), void *captures,
                        int64_t count, int64_t cost) {
  (void)cost;
  for (int64_t i = 0; i < parts && started < most; ++i) {
    jobs[started] = (struct part){body, captures, count * i / parts,
                                  count * (i + 1) / parts};
    if (pthread_create(&threads[started], 0, run, &jobs[started]) != 0)
      abort();
    ++started;
  }
  if (awaits)
    await();
}

int main(int argc, char **argv) {
  const ecolm_model *model = &ecolm_model_descriptor;
  const char *fault = argc == 2 ? argv[1] : "";
  awaits = strcmp(fault, "barrier") != 0;
  int64_t width = model->inputs[0].dims[1];
  int64_t held = strcmp(fault, "input") == 0 ? width - 1 : width;
  float *row = malloc((size_t)held * sizeof(float));
  for (int64_t i = 0; i < held; ++i)
    row[i] = 1.0f;
  ecolm_tensor input = {ECOLM_F32, 2, {1, width}, row};
  ecolm_tensor output = {ECOLM_F32, 2, {0}, 0};
  int32_t status = ecolm_run(&input, &output);
  await();
  if (strcmp(fault, "weights") == 0)
    status += model->weights[model->weight_bytes - 1];
  printf("status %d\n", status);
  free(row);
  free(output.data);
  return status;
}

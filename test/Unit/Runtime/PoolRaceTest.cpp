//===- PoolRaceTest.cpp - The pool under the thread sanitizer -------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Loops of all kinds, and on request a race that the sanitizer must find.
//
//===----------------------------------------------------------------------===//

#include "ThreadPool.h"
#include "ecolm/Runtime/Model.h"

#include <initializer_list>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

static int64_t items[1000];
static int64_t shared;

static void addOne(void *, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i)
    ++items[i];
}

/// What no body may do; late enough for workers to take their parts.
static void addToShared(void *, int64_t begin, int64_t end) {
  usleep(2000);
  shared += end - begin;
}

int main(int argc, char **) {
  using namespace ecolm::runtime;
  setOperationsPerThread(0);
  for (int threads : {2, 3, 5}) {
    startThreads(threads);
    for (int64_t round = 0; round < 500; ++round) {
      // Different lengths call for different numbers of workers.
      ecolm_parallel_for(addOne, nullptr, 2 * round, 1);
      if (round % 100 == 0)
        usleep(2000);
    }
  }
  for (int round = 0; argc > 1 && round < 20; ++round)
    ecolm_parallel_for(addToShared, nullptr, 1000, 1);
  // What workers wrote is the caller's to read, and without a race.
  int64_t sum = 0;
  for (int64_t item : items)
    sum += item;
  printf("sum %lld\n", static_cast<long long>(sum));
  return sum == 3 * 500 * 499 ? 0 : 1;
}

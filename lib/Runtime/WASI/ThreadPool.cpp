//===- ThreadPool.cpp - One thread under WASI -----------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// WASI has no threads: the pool is the thread that calls it.
//
//===----------------------------------------------------------------------===//

#include "ThreadPool.h"

#include "ecolm/Runtime/Model.h"

namespace ecolm {
namespace runtime {

int availableProcessors() { return 1; }

int startThreads(int) { return 1; }

void stopThreads() {}

int runningThreads() { return 1; }

void limitThreads(int) {}

void setOperationsPerThread(int64_t) {}

} // namespace runtime
} // namespace ecolm

extern "C" __attribute__((visibility("default"))) int32_t
ecolm_set_threads(int32_t threads) {
  return ecolm::runtime::startThreads(threads);
}

extern "C" __attribute__((visibility("default"))) void
ecolm_parallel_for(void (*body)(void *, int64_t, int64_t), void *captures,
                   int64_t count, int64_t) {
  if (count > 0)
    body(captures, 0, count);
}

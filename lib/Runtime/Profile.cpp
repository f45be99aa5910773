//===- Profile.cpp - The clock behind ecolm_profile_mark ------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Adds up the time of each layer. Only models that were compiled with --profile
// call it, so only their programs hold it.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Runtime/Model.h"

#include <time.h>

namespace {

/// What the calling thread does, and since when.
thread_local int32_t currentLayer = -1;
thread_local uint64_t since = 0;

uint64_t monotonicNanoseconds() {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1000000000u +
         static_cast<uint64_t>(now.tv_nsec);
}

} // namespace

extern "C" __attribute__((visibility("default"))) void
ecolm_profile_mark(uint64_t *nanoseconds, int32_t layer) {
  uint64_t now = monotonicNanoseconds();
  // A library may be called from several threads.
  if (currentLayer >= 0)
    __atomic_fetch_add(&nanoseconds[currentLayer], now - since,
                       __ATOMIC_RELAXED);
  currentLayer = layer;
  since = now;
}

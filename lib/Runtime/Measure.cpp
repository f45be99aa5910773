//===- Measure.cpp - Time and memory of the running program ---------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Asks the kernel.
//
//===----------------------------------------------------------------------===//

#include "Measure.h"

#include "Files.h"

#include <algorithm>
#include <stdlib.h>
#include <string.h>
#include <time.h>

namespace ecolm {
namespace runtime {

double monotonicSeconds() {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) +
         static_cast<double>(now.tv_nsec) * 1e-9;
}

double median(Array<double> &values) {
  if (values.empty())
    return 0.0;
  // Of plain doubles some C++ libraries sort out of line.
  std::sort(values.begin(), values.end(),
            [](double a, double b) { return a < b; });
  size_t middle = values.size() / 2;
  if (values.size() % 2 != 0)
    return values[middle];
  return 0.5 * (values[middle - 1] + values[middle]);
}

/// The number behind `key`, which /proc gives in units of 1024 bytes.
static uint64_t findKibibytes(const char *text, const char *key) {
  const char *line = strstr(text, key);
  return line ? strtoull(line + strlen(key), nullptr, 10) * 1024 : 0;
}

ResidentMemory residentMemory() {
  ResidentMemory memory;
  Array<char> text;
  if (readFile("/proc/self/status", text).failed())
    return memory;
  text.push('\0');
  memory.now = findKibibytes(text.data(), "VmRSS:");
  memory.peak = findKibibytes(text.data(), "VmHWM:");
  return memory;
}

} // namespace runtime
} // namespace ecolm

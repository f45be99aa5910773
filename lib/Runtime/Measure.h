//===- Measure.h - Time and memory of the running program ---- -*- C++ -*--===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// The clock, the kernel's account of our memory, and a median.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_MEASURE_H
#define ECOLM_LIB_RUNTIME_MEASURE_H

#include "Array.h"

#include <stdint.h>

namespace ecolm {
namespace runtime {

/// Seconds on a clock that only runs forward.
double monotonicSeconds();

/// The middle of the values, which are sorted by this. Zero of none.
double median(Array<double> &values);

/// Resident memory now and at its highest, in bytes; zero where unknown.
struct ResidentMemory {
  uint64_t now = 0;
  uint64_t peak = 0;
};

/// What /proc/self/status says.
ResidentMemory residentMemory();

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_MEASURE_H

//===- Bench.cpp - The bench command --------------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Measures speed and memory.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"

namespace ecolm {
namespace runtime {

Status bench(const ecolm_model &, const Arguments &) { return Status(); }

} // namespace runtime
} // namespace ecolm

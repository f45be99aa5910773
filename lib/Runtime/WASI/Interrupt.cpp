//===- Interrupt.cpp - No signals under WASI ------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// The engine ends a program; nobody asks it.
//
//===----------------------------------------------------------------------===//

#include "Interrupt.h"

namespace ecolm {
namespace runtime {

void watchInterrupts() {}

bool interrupted() { return false; }

} // namespace runtime
} // namespace ecolm

//===- Interrupt.h - SIGINT and SIGTERM as a question -------- -*- C++ -*--===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Turns the wish to stop into something the token loop can ask about.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_INTERRUPT_H
#define ECOLM_LIB_RUNTIME_INTERRUPT_H

namespace ecolm {
namespace runtime {

/// From here on the first SIGINT or SIGTERM is only remembered and the second
/// ends the program at once; SIGPIPE becomes a write error, and SIGILL an
/// explanation.
void watchInterrupts();

/// Whether SIGINT or SIGTERM has come.
bool interrupted();

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_INTERRUPT_H

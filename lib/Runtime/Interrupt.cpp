//===- Interrupt.cpp - SIGINT and SIGTERM as a question -------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Installs the signal handlers of a program.
//
//===----------------------------------------------------------------------===//

#include "Interrupt.h"

#include "Errors.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

namespace ecolm {
namespace runtime {

static volatile sig_atomic_t stopWanted = 0;

static void rememberSignal(int) { stopWanted = 1; }

/// A program compiled for a newer processor. Only what is safe in a signal
/// handler may be called here.
static void explainIllegalInstruction(int) {
  static const char message[] =
      ": error: this processor lacks an instruction that the program was "
      "compiled to use; compile the model for this processor\n";
  const char *name = programName();
  if (write(STDERR_FILENO, name, strlen(name)) >= 0 &&
      write(STDERR_FILENO, message, sizeof message - 1) >= 0)
    _exit(static_cast<int>(ExitCode::ModelFailure));
  _exit(static_cast<int>(ExitCode::ModelFailure));
}

void watchInterrupts() {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = rememberSignal;
  sigemptyset(&action.sa_mask);
  // The default comes back with the first signal: a second one always works.
  // No SA_RESTART, so that a read from a terminal ends too.
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  action.sa_handler = explainIllegalInstruction;
  sigaction(SIGILL, &action, nullptr);
  action.sa_handler = SIG_IGN;
  action.sa_flags = 0;
  sigaction(SIGPIPE, &action, nullptr);
}

bool interrupted() { return stopWanted != 0; }

} // namespace runtime
} // namespace ecolm

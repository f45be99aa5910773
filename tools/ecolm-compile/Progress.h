//===- Progress.h - Progress and diagnostics --------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Runs a compilation, showing its phases and its errors on standard error.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_TOOLS_ECOLM_COMPILE_PROGRESS_H
#define ECOLM_TOOLS_ECOLM_COMPILE_PROGRESS_H

#include "ecolm/Driver/Compiler.h"

/// Compiles with every dialect registered; returns the process's exit code.
int runWithProgress(ecolm::CompileOptions &options);

#endif // ECOLM_TOOLS_ECOLM_COMPILE_PROGRESS_H

//===- Options.h - The command line of ecolm-compile ------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares how the command line becomes the options of a compilation.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_TOOLS_ECOLM_COMPILE_OPTIONS_H
#define ECOLM_TOOLS_ECOLM_COMPILE_OPTIONS_H

#include "ecolm/Driver/Compiler.h"
#include <optional>

/// Reads the command line, or says what is wrong with it. `--help` and
/// `--version` print and end the process.
std::optional<ecolm::CompileOptions> parseOptions(int argc, char **argv);

#endif // ECOLM_TOOLS_ECOLM_COMPILE_OPTIONS_H

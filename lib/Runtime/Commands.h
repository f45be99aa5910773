//===- Commands.h - What a program can do -------------------- -*- C++ -*--===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// One function per command; each lives in its own file.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_COMMANDS_H
#define ECOLM_LIB_RUNTIME_COMMANDS_H

#include "Arguments.h"
#include "Errors.h"
#include "ecolm/Runtime/Model.h"

namespace ecolm {
namespace runtime {

/// Continues a prompt and streams the text to standard output.
Status generate(const ecolm_model &model, const Arguments &arguments);

/// Evaluates the model on tensors from files, into files.
Status evaluate(const ecolm_model &model, const Arguments &arguments);

/// Prints what the compiler noted about the model.
Status printInfo(const ecolm_model &model, const Arguments &arguments);

/// Measures speed and memory.
Status bench(const ecolm_model &model, const Arguments &arguments);

/// Checks the weights and that results depend on nothing but the inputs.
Status selfTest(const ecolm_model &model, const Arguments &arguments);

/// Prints the ids of a text.
Status tokenize(const ecolm_model &model, const Arguments &arguments);

/// Prints the text of ids.
Status detokenize(const ecolm_model &model, const Arguments &arguments);

/// Parses the command line and carries it out. Returns the exit code.
int runProgram(const ecolm_model &model, int argc, char **argv);

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_COMMANDS_H

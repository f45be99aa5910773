//===- Info.cpp - The info command ----------------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Prints the description that the compiler left in the program.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "Files.h"
#include "Text.h"

#include <string.h>

namespace ecolm {
namespace runtime {

Status printInfo(const ecolm_model &model, const Arguments &arguments) {
  Text text;
  const char *line = arguments.json ? model.info_json : model.info_text;
  // Names in it come from the model file; line by line they cannot play with
  // the terminal. JSON has escaped its control characters itself.
  while (*line) {
    size_t length = strcspn(line, "\n");
    text.appendEscaped(line, length);
    text.append("\n");
    line += length + (line[length] == '\n' ? 1 : 0);
  }
  return writeStandardOutput(text.data(), text.size());
}

} // namespace runtime
} // namespace ecolm

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
#include "Utf8.h"

#include <string.h>

namespace ecolm {
namespace runtime {

/// The compiler escaped what JSON wants escaped. What else a terminal would
/// obey can stand in strings only, where \u says the same.
static void appendDocument(Text &text, const char *json) {
  size_t size = strlen(json);
  for (size_t i = 0; i < size;) {
    uint32_t codePoint = 0xFFFD;
    size_t length = decodeUtf8(json + i, size - i, &codePoint);
    bool space = codePoint == '\n' || codePoint == '\t';
    bool control = codePoint < 0x20 || (codePoint >= 0x7F && codePoint < 0xA0);
    if (length == 0 || (control && !space))
      text.format("\\u%04x", codePoint);
    else
      text.append(json + i, length);
    i += length ? length : 1;
  }
  if (size != 0 && json[size - 1] != '\n')
    text.append("\n");
}

/// Names come from the model file; line by line they cannot play with the
/// terminal.
static void appendLines(Text &text, const char *lines) {
  while (*lines) {
    size_t length = strcspn(lines, "\n");
    text.appendEscaped(lines, length);
    text.append("\n");
    lines += length + (lines[length] == '\n' ? 1 : 0);
  }
}

Status printInfo(const ecolm_model &model, const Arguments &arguments) {
  Text text;
  if (arguments.json)
    appendDocument(text, model.info_json);
  else
    appendLines(text, model.info_text);
  return writeStandardOutput(text.data(), text.size());
}

} // namespace runtime
} // namespace ecolm

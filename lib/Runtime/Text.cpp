//===- Text.cpp - Text that is put together piece by piece ----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Formats and escapes; holds no opinion on where the text goes.
//
//===----------------------------------------------------------------------===//

#include "Text.h"

#include "Utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

namespace ecolm {
namespace runtime {

void Text::append(const char *string) { append(string, strlen(string)); }

void Text::append(const char *source, size_t size) {
  if (size == 0)
    return;
  size_t old = bytes.size();
  bytes.resizeUninitialized(old + size);
  memcpy(bytes.data() + old, source, size);
}

void Text::format(const char *format, ...) {
  char *formatted = nullptr;
  va_list arguments;
  va_start(arguments, format);
  int length = vasprintf(&formatted, format, arguments);
  va_end(arguments);
  if (length < 0)
    exitOutOfMemory(strlen(format));
  append(formatted, static_cast<size_t>(length));
  free(formatted);
}

void Text::appendEscaped(const char *source, size_t size) {
  for (size_t i = 0; i < size;) {
    uint32_t codePoint = 0;
    size_t length = decodeUtf8(source + i, size - i, &codePoint);
    bool control = codePoint < 0x20 || (codePoint >= 0x7F && codePoint < 0xA0);
    if (length == 0)
      format("\\x%02x", static_cast<uint8_t>(source[i]));
    else if (!control)
      append(source + i, length);
    else if (codePoint == '\n')
      append("\\n");
    else if (codePoint == '\t')
      append("\\t");
    else
      format(codePoint < 0x80 ? "\\x%02x" : "\\u%04x", codePoint);
    i += length ? length : 1;
  }
}

void Text::appendJson(const char *string) {
  append("\"");
  for (const char *c = string; *c; ++c) {
    if (*c == '"' || *c == '\\')
      format("\\%c", *c);
    else if (static_cast<uint8_t>(*c) < 0x20)
      format("\\u%04x", static_cast<uint8_t>(*c));
    else
      append(c, 1);
  }
  append("\"");
}

const char *Text::c_str() {
  bytes.push('\0');
  bytes.resizeUninitialized(bytes.size() - 1);
  return bytes.data();
}

} // namespace runtime
} // namespace ecolm

//===- Text.h - Text that is put together piece by piece ----- -*- C++ -*--===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Builds reports, messages and JSON before they are written in one go.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_TEXT_H
#define ECOLM_LIB_RUNTIME_TEXT_H

#include "Array.h"

namespace ecolm {
namespace runtime {

/// A growing string.
class Text {
public:
  void append(const char *string);
  void append(const char *bytes, size_t size);

  /// Appends as printf does.
  void format(const char *format, ...) __attribute__((format(printf, 2, 3)));

  /// Appends UTF-8 text with control characters and invalid bytes written as
  /// \n, \t, \x1b or \u0085, so that a terminal shows them and obeys none.
  void appendEscaped(const char *bytes, size_t size);

  /// Appends a JSON string, quotes included.
  void appendJson(const char *string);

  void clear() { bytes.clear(); }
  void swap(Text &other) { bytes.swap(other.bytes); }
  const char *data() const { return bytes.data(); }
  size_t size() const { return bytes.size(); }

  /// The text with a zero byte behind it; valid until the next change.
  const char *c_str();

private:
  Array<char> bytes;
};

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_TEXT_H

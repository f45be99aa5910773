//===- Utf8.h - Reads one code point ------------------------- -*- C++ -*--===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Strict UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_UTF8_H
#define ECOLM_LIB_RUNTIME_UTF8_H

#include <stddef.h>
#include <stdint.h>

namespace ecolm {
namespace runtime {

/// Decodes the code point at `text`, of which `available` bytes may be read.
/// Returns its length in bytes (1 to 4), or 0 when the bytes are not UTF-8.
inline size_t decodeUtf8(const char *text, size_t available,
                         uint32_t *codePoint) {
  if (available == 0)
    return 0;
  auto byte = [text](size_t i) { return static_cast<uint8_t>(text[i]); };
  uint8_t lead = byte(0);
  if (lead < 0x80) {
    *codePoint = lead;
    return 1;
  }
  // 110xxxxx, 1110xxxx and 11110xxx lead 2, 3 and 4 bytes.
  size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || available < length)
    return 0;
  uint32_t value = lead & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80)
      return 0;
    value = value << 6 | (byte(i) & 0x3Fu);
  }
  // The shortest form is the only one, and surrogates are not characters.
  static constexpr uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < smallest[length] || value > 0x10FFFF ||
      (value >= 0xD800 && value <= 0xDFFF))
    return 0;
  *codePoint = value;
  return length;
}

/// How many bytes at `text`, which do not begin with a code point, one U+FFFD
/// stands for: the longest beginning of a code point, or one byte. That is what
/// Unicode recommends, and what Python and Rust do.
inline size_t invalidUtf8Length(const char *text, size_t available) {
  auto byte = [text](size_t i) { return static_cast<uint8_t>(text[i]); };
  uint8_t lead = byte(0);
  if (lead < 0xE0 || lead > 0xF4 || available < 2)
    return 1;
  // What may follow these leads in a code point that is neither overlong, nor a
  // surrogate, nor above U+10FFFF.
  uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (byte(1) < low || byte(1) > high)
    return 1;
  return lead >= 0xF0 && available > 2 && (byte(2) & 0xC0) == 0x80 ? 3 : 2;
}

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_UTF8_H

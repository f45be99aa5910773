//===- ByteAlphabet.h - Bytes as visible characters -------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// GPT-2's alphabet: 256 characters of which each stands for a byte.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_TOKENIZER_BYTEALPHABET_H
#define ECOLM_LIB_RUNTIME_TOKENIZER_BYTEALPHABET_H

#include <stdint.h>

namespace ecolm {
namespace runtime {

/// The character of a byte: the printable ones of Latin-1 stand for themselves,
/// and U+0100 and those behind it for the others, in order.
inline uint32_t characterOfByte(uint8_t byte) {
  if ((byte >= 0x21 && byte <= 0x7E) || byte >= 0xAE ||
      (byte >= 0xA1 && byte <= 0xAC))
    return byte;
  return byte <= 0x20   ? 0x100u + byte
         : byte <= 0xA0 ? 0x100u + byte - 0x7F + 0x21
                        : 0x143u; // 0xAD, the soft hyphen
}

/// The byte of a character, or -1.
inline int32_t byteOfCharacter(uint32_t character) {
  if (character < 0x100)
    return characterOfByte(static_cast<uint8_t>(character)) == character
               ? static_cast<int32_t>(character)
               : -1;
  if (character <= 0x120)
    return static_cast<int32_t>(character - 0x100);
  if (character <= 0x142)
    return static_cast<int32_t>(character - 0x121 + 0x7F);
  return character == 0x143 ? 0xAD : -1;
}

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_TOKENIZER_BYTEALPHABET_H

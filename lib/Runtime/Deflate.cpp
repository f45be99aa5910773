//===- Deflate.cpp - Compressed bytes and checksums -----------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// zlib, or what there is without it.
//
//===----------------------------------------------------------------------===//

#include "Deflate.h"

#ifdef ECOLM_ZLIB

#include <string.h>
#include <zlib.h>

namespace ecolm {
namespace runtime {

bool canInflate() { return true; }

bool inflateExactly(const char *packed, uint32_t packedSize, char *bytes,
                    uint32_t size) {
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  // Negative: no zlib header around the data.
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
    return false;
  stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(packed));
  stream.avail_in = packedSize;
  stream.next_out = reinterpret_cast<Bytef *>(bytes);
  stream.avail_out = size;
  int result = inflate(&stream, Z_FINISH);
  bool exact =
      result == Z_STREAM_END && stream.avail_in == 0 && stream.avail_out == 0;
  inflateEnd(&stream);
  return exact;
}

uint32_t crcOf(uint32_t crc, const void *bytes, uint64_t size) {
  // zlib counts in 32 bits.
  const Bytef *next = static_cast<const Bytef *>(bytes);
  while (size != 0) {
    uInt part = size > 1u << 30 ? 1u << 30 : static_cast<uInt>(size);
    crc = static_cast<uint32_t>(crc32(crc, next, part));
    next += part;
    size -= part;
  }
  return crc;
}

} // namespace runtime
} // namespace ecolm

#else

namespace ecolm {
namespace runtime {

bool canInflate() { return false; }

bool inflateExactly(const char *, uint32_t, char *, uint32_t) { return false; }

uint32_t crcOf(uint32_t crc, const void *bytes, uint64_t size) {
  // The polynomial of zip and gzip, its bits reversed.
  constexpr uint32_t polynomial = 0xEDB88320;
  const uint8_t *next = static_cast<const uint8_t *>(bytes);
  crc = ~crc;
  for (uint64_t i = 0; i < size; ++i) {
    crc ^= next[i];
    for (int bit = 0; bit < 8; ++bit)
      crc = crc >> 1 ^ (crc & 1 ? polynomial : 0);
  }
  return ~crc;
}

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_ZLIB

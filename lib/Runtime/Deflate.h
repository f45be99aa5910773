//===- Deflate.h - Compressed bytes and checksums ---------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// What archives take of zlib. A runtime for another machine may be without it,
// and then computes checksums but unpacks nothing.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_DEFLATE_H
#define ECOLM_LIB_RUNTIME_DEFLATE_H

#include <stdint.h>

namespace ecolm {
namespace runtime {

/// Whether inflateExactly can succeed.
bool canInflate();

/// Unpacks exactly `size` bytes from exactly `packedSize`.
bool inflateExactly(const char *packed, uint32_t packedSize, char *bytes,
                    uint32_t size);

/// The CRC-32 of what `crc` is of, 0 for nothing, and of `bytes` behind it.
uint32_t crcOf(uint32_t crc, const void *bytes, uint64_t size);

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_DEFLATE_H

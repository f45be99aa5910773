//===- NpzArchive.h - Named tensors as numpy writes them ----- -*- C++ -*--===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Reads and writes .npz files: zip archives of .npy files, stored or deflated.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_NPZARCHIVE_H
#define ECOLM_LIB_RUNTIME_NPZARCHIVE_H

#include "Files.h"
#include "Tensor.h"

namespace ecolm {
namespace runtime {

/// An archive that has been read into memory.
class NpzReader {
public:
  /// Reads the archive and checks its directory.
  Status open(const char *path);

  size_t size() const { return entries.size(); }

  /// The name of a tensor, without `.npy`. Not zero-terminated.
  const char *name(size_t i, size_t *length) const;

  /// Whether tensor `i` has this name.
  bool isNamed(size_t i, const char *name) const;

  /// Unpacks tensor `i` and checks its CRC.
  Status read(size_t i, Tensor &tensor) const;

private:
  struct Entry {
    const char *name;
    size_t nameLength;
    const char *data;
    uint32_t packedBytes;
    uint32_t bytes;
    uint32_t crc;
    uint16_t method;
  };

  Status malformed(const char *what) const;
  Status parseEntry(size_t &at, size_t directoryEnd, size_t dataEnd);

  const char *path = "";
  Array<char> content;
  Array<Entry> entries;
};

/// Writes an archive tensor by tensor, without compression.
class NpzWriter {
public:
  Status add(OutputFile &file, const char *name, const ecolm_tensor &tensor);

  /// Writes the directory. Call once, last.
  Status finish(OutputFile &file);

private:
  Text directory;
  uint64_t offset = 0;
  uint16_t count = 0;
};

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_NPZARCHIVE_H

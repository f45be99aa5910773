//===- Files.h - Whole files in, whole files out ------------- -*- C++ -*--===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Reads files completely and writes them so that no half-written one is ever
// seen.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_FILES_H
#define ECOLM_LIB_RUNTIME_FILES_H

#include "Array.h"
#include "Errors.h"

#include <stdint.h>

namespace ecolm {
namespace runtime {

/// Opens /dev/null in place of closed standard streams, so that no file of
/// ours becomes standard output by accident.
void occupyStandardStreams();

/// Reads all of `path` ("-" is standard input).
Status readFile(const char *path, Array<char> &content);

/// Writes all bytes to a descriptor; `name` appears in the message.
Status writeAll(int descriptor, const void *bytes, size_t size,
                const char *name);

/// Writes to standard output. A reader that has gone away is a quiet failure.
Status writeStandardOutput(const void *bytes, size_t size);

/// A file that appears under its name only when `commit` succeeds; before
/// that it is a temporary file beside it, which the destructor removes.
/// Devices and pipes (/dev/null) are written directly, and "-" is standard
/// output.
class OutputFile {
public:
  OutputFile() = default;
  OutputFile(const OutputFile &) = delete;
  OutputFile &operator=(const OutputFile &) = delete;
  ~OutputFile();

  Status create(const char *path);
  Status write(const void *bytes, size_t size);
  /// Closes the temporary file, which may be what finds the disk full.
  Status close();
  /// Gives the file its name. Call after `close`.
  Status commit();

private:
  /// As the user wrote it.
  const char *name = nullptr;
  /// With symbolic links followed; null when written directly.
  char *target = nullptr;
  char *temporary = nullptr;
  int descriptor = -1;
};

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_FILES_H

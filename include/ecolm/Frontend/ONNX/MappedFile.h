//===- MappedFile.h - A file in memory, read-only -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Maps a regular file and keeps the rules of which files a model may open.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_FRONTEND_ONNX_MAPPEDFILE_H
#define ECOLM_FRONTEND_ONNX_MAPPEDFILE_H

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <array>
#include <memory>
#include <string>

namespace ecolm {

/// A read-only mapping of a whole regular file.
class MappedFile {
public:
  MappedFile(const MappedFile &) = delete;
  MappedFile &operator=(const MappedFile &) = delete;
  ~MappedFile();

  /// Maps the file that the user named. On failure returns null and says why
  /// in `error` (lower-case, no full stop, without the path).
  static std::shared_ptr<MappedFile> open(llvm::StringRef path,
                                          std::string &error);

  /// Maps a file that the model named. `name` must stay beneath `directory`
  /// whatever happens to the file system meanwhile: no absolute path, no `..`,
  /// no symbolic link, a regular file with a single hard link.
  static std::shared_ptr<MappedFile> openBeneath(llvm::StringRef directory,
                                                 llvm::StringRef name,
                                                 std::string &error);

  /// The bytes.
  llvm::ArrayRef<char> getBytes() const { return {data, size}; }

  /// Lets the kernel drop the pages of `piece`, a part of `getBytes()`; they
  /// are read again when somebody looks.
  void release(llvm::ArrayRef<char> piece) const;

  /// SHA-256 of the file, as 64 hexadecimal digits. Does not keep the pages.
  std::string computeSHA256() const;

  /// SHA-1 of the file, as 40 hexadecimal digits. Does not keep the pages.
  std::string computeSHA1() const;

private:
  MappedFile(const char *data, size_t size) : data(data), size(size) {}
  static std::shared_ptr<MappedFile> map(int descriptor, bool modelNamed,
                                         std::string &error);

  const char *data;
  size_t size;
};

} // namespace ecolm

#endif // ECOLM_FRONTEND_ONNX_MAPPEDFILE_H

//===- ModelFile.h - A model's file and the files beside it -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Owns the mappings that the imported module's weights live in.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_FRONTEND_ONNX_MODELFILE_H
#define ECOLM_FRONTEND_ONNX_MODELFILE_H

#include "ecolm/Frontend/ONNX/Limits.h"
#include "ecolm/Frontend/ONNX/MappedFile.h"
#include "llvm/ADT/StringMap.h"

namespace ecolm {

/// The model file and its external data. Resources of the imported module keep
/// the mapping they point into alive, so this object may go before the module;
/// who wants to release pages keeps it.
class ModelFile {
public:
  /// Opens the model. External data is looked for beneath `dataDirectory`, or
  /// beside the model when that is empty. On failure returns null and says why.
  static std::shared_ptr<ModelFile>
  open(llvm::StringRef path, llvm::StringRef dataDirectory, std::string &error);

  /// The path that the user gave.
  llvm::StringRef getPath() const { return path; }

  /// Where external data must lie.
  llvm::StringRef getDataDirectory() const { return dataDirectory; }

  /// The bytes of the model file.
  llvm::ArrayRef<char> getBytes() const { return model->getBytes(); }

  /// The mapping of the model file.
  const std::shared_ptr<MappedFile> &getMapping() const { return model; }

  /// The mapping of external data called `name` in the model, opened once.
  std::shared_ptr<MappedFile>
  getExternal(llvm::StringRef name, const Limits &limits, std::string &error);

  /// SHA-1 of external data that `getExternal` has opened, computed once.
  llvm::StringRef getExternalSHA1(llvm::StringRef name);

  /// Lets the kernel drop the pages of a tensor's bytes, in whichever file they
  /// lie; bytes that are no part of a mapping are left alone.
  void release(llvm::ArrayRef<char> piece) const;

  /// Bytes of all files together.
  uint64_t getTotalBytes() const;

private:
  std::string path;
  std::string dataDirectory;
  std::shared_ptr<MappedFile> model;
  llvm::StringMap<std::shared_ptr<MappedFile>> externals;
  llvm::StringMap<std::string> checksums;
};

} // namespace ecolm

#endif // ECOLM_FRONTEND_ONNX_MODELFILE_H

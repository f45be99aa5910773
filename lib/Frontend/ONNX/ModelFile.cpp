//===- ModelFile.cpp - A model's file and the files beside it -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Keeps one mapping per file and finds the mapping that a tensor lies in.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Frontend/ONNX/ModelFile.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace ecolm {

std::shared_ptr<ModelFile>
ModelFile::open(StringRef path, StringRef dataDirectory, std::string &error) {
  std::shared_ptr<MappedFile> mapping = MappedFile::open(path, error);
  if (!mapping)
    return nullptr;
  auto file = std::make_shared<ModelFile>();
  file->path = path.str();
  file->dataDirectory = dataDirectory.empty()
                            ? sys::path::parent_path(path).str()
                            : dataDirectory.str();
  file->model = std::move(mapping);
  return file;
}

std::shared_ptr<MappedFile> ModelFile::getExternal(StringRef name,
                                                   const Limits &limits,
                                                   std::string &error) {
  auto found = externals.find(name);
  if (found != externals.end())
    return found->second;
  if (externals.size() == limits.maxExternalFiles) {
    error = "is one file more than the limit of " +
            std::to_string(limits.maxExternalFiles);
    return nullptr;
  }
  std::shared_ptr<MappedFile> mapping =
      MappedFile::openBeneath(dataDirectory, name, error);
  if (mapping)
    externals[name] = mapping;
  return mapping;
}

StringRef ModelFile::getExternalSHA1(StringRef name) {
  std::string &checksum = checksums[name];
  auto found = externals.find(name);
  if (checksum.empty() && found != externals.end())
    checksum = found->second->computeSHA1();
  return checksum;
}

void ModelFile::release(ArrayRef<char> piece) const {
  auto releaseFrom = [&](const MappedFile &file) {
    ArrayRef<char> bytes = file.getBytes();
    if (!piece.empty() && piece.begin() >= bytes.begin() &&
        piece.end() <= bytes.end())
      file.release(piece);
  };
  releaseFrom(*model);
  for (const auto &entry : externals)
    releaseFrom(*entry.second);
}

uint64_t ModelFile::getTotalBytes() const {
  uint64_t total = model->getBytes().size();
  for (const auto &entry : externals)
    total += entry.second->getBytes().size();
  return total;
}

} // namespace ecolm

//===- ExternalData.cpp - Tensors in other files -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Reads the keys of external data, checks them against the open file, and
// verifies the checksum.
//
//===----------------------------------------------------------------------===//

#include "ExternalData.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using ecolm::onnx::quoteName;

namespace ecolm {
namespace {

/// The whitelisted keys of `external_data`.
struct ExternalKeys {
  StringRef location;
  std::optional<uint64_t> offset;
  std::optional<uint64_t> length;
  std::optional<StringRef> checksum;
};

FailureOr<ExternalKeys> readKeys(const ::onnx::TensorProto &tensor,
                                 Location loc) {
  ExternalKeys keys;
  StringRef name(tensor.name());
  for (const auto &entry : tensor.external_data()) {
    StringRef key(entry.key()), value(entry.value());
    std::optional<uint64_t> *number = key == "offset"   ? &keys.offset
                                      : key == "length" ? &keys.length
                                                        : nullptr;
    if (key == "location" && keys.location.empty()) {
      keys.location = value;
    } else if (key == "checksum" && !keys.checksum) {
      keys.checksum = value;
    } else if (number && !*number) {
      uint64_t parsed;
      if (value.getAsInteger(10, parsed))
        return emitError(loc) << "external data of tensor " << quoteName(name)
                              << " has " << key << " " << quoteName(value)
                              << "; expected a number that is not negative";
      *number = parsed;
    } else {
      return emitError(loc)
             << "external data of tensor " << quoteName(name)
             << " has a repeated or unknown key " << quoteName(key)
             << "; known are location, offset, length and checksum";
    }
  }
  if (keys.location.empty())
    return emitError(loc) << "external data of tensor " << quoteName(name)
                          << " names no file; export the model again";
  return keys;
}

LogicalResult verifyChecksum(ImportContext &import, const ExternalKeys &keys,
                             StringRef name, Location loc) {
  if (!keys.checksum)
    return success();
  StringRef actual = import.file.getExternalSHA1(keys.location);
  if (keys.checksum->equals_insensitive(actual))
    return success();
  return emitError(loc) << "external data file " << quoteName(keys.location)
                        << " of tensor " << quoteName(name) << " has SHA-1 "
                        << actual << ", but the model says "
                        << quoteName(*keys.checksum)
                        << "; get the file that was exported with this model";
}

} // namespace

FailureOr<MappedBytes> findExternalData(ImportContext &import,
                                        const ::onnx::TensorProto &tensor,
                                        uint64_t expected, Location loc) {
  FailureOr<ExternalKeys> keys = readKeys(tensor, loc);
  if (failed(keys))
    return failure();
  StringRef name(tensor.name());
  std::string error;
  std::shared_ptr<MappedFile> file =
      import.file.getExternal(keys->location, import.limits, error);
  if (!file)
    return emitError(loc) << "external data file " << quoteName(keys->location)
                          << " of tensor " << quoteName(name) << " " << error
                          << "; it must be a plain file beneath the model's "
                             "directory or the one given with --data-dir";
  uint64_t size = file->getBytes().size();
  uint64_t offset = keys->offset.value_or(0);
  if (offset > size)
    return emitError(loc) << "external data of tensor " << quoteName(name)
                          << " starts at byte " << offset << " of "
                          << quoteName(keys->location) << ", which has " << size
                          << " bytes; get the complete file";
  uint64_t length = keys->length.value_or(size - offset);
  if (length > size - offset)
    return emitError(loc) << "external data of tensor " << quoteName(name)
                          << " has " << length << " bytes from byte " << offset
                          << " of " << quoteName(keys->location)
                          << ", which has " << size
                          << " bytes; get the complete file";
  if (length != expected)
    return emitError(loc) << "external data of tensor " << quoteName(name)
                          << " has " << length
                          << " bytes, but its shape asks for " << expected;
  if (failed(verifyChecksum(import, *keys, name, loc)))
    return failure();
  return MappedBytes{file->getBytes().slice(offset, length), file};
}

} // namespace ecolm

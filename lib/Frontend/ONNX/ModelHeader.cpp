//===- ModelHeader.cpp - What a model says about itself -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Checks versions and metadata, and recognizes files that are no models.
//
//===----------------------------------------------------------------------===//

#include "ModelHeader.h"
#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"
#include <map>

using namespace mlir;
using ecolm::onnx::quoteName;

namespace ecolm {

/// The oldest IR version with operator sets, and the newest that the schema
/// this was built from describes.
static constexpr int64_t kOldestIRVersion = 3;
static constexpr int64_t kNewestIRVersion = ::onnx::IR_VERSION;

StringRef guessFormat(ArrayRef<char> bytes) {
  StringRef text(bytes.data(), std::min<size_t>(bytes.size(), 256));
  if (text.starts_with("version https://git-lfs"))
    return "a Git LFS pointer: run `git lfs pull` to get the model itself";
  if (text.starts_with("PK\x03\x04"))
    return "a zip archive, perhaps a PyTorch checkpoint: export it to ONNX";
  if (text.starts_with("GGUF"))
    return "a GGUF file: export the model to ONNX";
  if (text.size() > 8 && text[8] == '{' && text.contains("\"dtype\""))
    return "a safetensors file: export the model to ONNX";
  if (text.starts_with("\x89HDF"))
    return "an HDF5 file: export the model to ONNX";
  if (text.ltrim().starts_with_insensitive("<!doctype") ||
      text.ltrim().starts_with_insensitive("<html"))
    return "a web page: the download went wrong";
  return "";
}

LogicalResult checkHeader(ImportContext &import,
                          const ::onnx::ModelProto &model,
                          OpsetVersions &opsets) {
  Location loc = import.fileLoc();
  if (!model.has_graph())
    return emitError(loc) << "not an ONNX model: it has no graph; export the "
                             "model again";
  int64_t version = model.ir_version();
  if (version < kOldestIRVersion || version > kNewestIRVersion)
    return emitError(loc) << "the model has IR version " << version
                          << "; expected " << kOldestIRVersion << " to "
                          << kNewestIRVersion
                          << ", export it with another version of onnx";
  if (model.opset_import().empty())
    return emitError(loc) << "the model imports no operator set; export the "
                             "model again";
  return readOpsets(model.opset_import(), opsets, loc);
}

LogicalResult annotateModule(ImportContext &import,
                             const ::onnx::ModelProto &model,
                             const OpsetVersions &opsets, ModuleOp module) {
  MLIRContext *context = import.context;
  Builder builder(context);
  NamedAttrList versions, metadata;
  for (const auto &entry : opsets)
    versions.append(entry.getKey().empty() ? "ai.onnx" : entry.getKey(),
                    builder.getI64IntegerAttr(entry.getValue()));
  std::map<StringRef, StringRef> properties;
  for (const auto &entry : model.metadata_props()) {
    StringRef key(entry.key()), value(entry.value());
    if (key.empty() || key.size() > import.limits.maxNameBytes ||
        value.size() > import.limits.maxMetadataBytes ||
        !properties.try_emplace(key, value).second)
      return emitError(import.fileLoc())
             << "metadata property " << quoteName(key)
             << " is repeated or too long, or its name is empty; remove it";
  }
  for (auto [key, value] : properties)
    metadata.append(key, builder.getStringAttr(value));

  module->setAttr("onnx.ir_version",
                  builder.getI64IntegerAttr(model.ir_version()));
  module->setAttr("onnx.opsets", versions.getDictionary(context));
  std::string producer = model.producer_name();
  if (!model.producer_version().empty())
    producer += " " + model.producer_version();
  module->setAttr("onnx.producer", builder.getStringAttr(producer));
  module->setAttr("onnx.metadata", metadata.getDictionary(context));
  module->setAttr(
      "onnx.model_sha256",
      builder.getStringAttr(import.file.getMapping()->computeSHA256()));
  return success();
}

} // namespace ecolm

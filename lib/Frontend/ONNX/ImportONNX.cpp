//===- ImportONNX.cpp - Reads an ONNX model -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Drives the import: open, strip the payloads, parse, check, build.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Frontend/ONNX/ImportONNX.h"
#include "GraphImporter.h"
#include "ModelHeader.h"
#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"
#include "mlir/IR/Verifier.h"
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

using namespace mlir;

namespace ecolm {
namespace {

LogicalResult reportWireError(const WireError &error, ArrayRef<char> bytes,
                              Location loc) {
  StringRef guess = guessFormat(bytes);
  if (!guess.empty())
    return emitError(loc) << "not an ONNX model but " << guess;
  std::string where = error.where.empty() ? "" : " (in " + error.where + ")";
  if (!error.looksLikeModel)
    return emitError(loc) << "not an ONNX model: at byte " << error.offset
                          << where << " " << error.what
                          << "; export the model to ONNX";
  if (error.truncated)
    return emitError(loc) << "the model is truncated or damaged: at byte "
                          << error.offset << where << " " << error.what
                          << "; get the complete file";
  if (error.beyondLimit)
    return emitLimitError(loc)
           << "the model is beyond a limit: at byte " << error.offset << where
           << " " << error.what << "; docs/Errors.md tells the limits";
  return emitError(loc) << "the model is damaged: at byte " << error.offset
                        << where << " " << error.what
                        << "; export the model again";
}

LogicalResult parseStructure(std::string &structure, ::onnx::ModelProto &model,
                             Location loc) {
  google::protobuf::io::ArrayInputStream bytes(structure.data(),
                                               structure.size());
  google::protobuf::io::CodedInputStream stream(&bytes);
  stream.SetRecursionLimit(100);
  if (model.ParseFromCodedStream(&stream) && stream.ConsumedEntireMessage()) {
    structure = std::string();
    return success();
  }
  return emitError(loc) << "not an ONNX model: its messages do not follow "
                           "onnx.proto; export the model again";
}

/// Everything after the file is open.
LogicalResult importFile(ModelFile &file, MLIRContext *context,
                         const Limits &limits, OwningOpRef<ModuleOp> &module) {
  StrippedModel stripped;
  ImportContext import(context, file, limits);
  Location loc = import.fileLoc();
  ArrayRef<char> bytes = file.getBytes();
  if (bytes.empty())
    return emitError(loc) << "not an ONNX model: the file is empty; export the "
                             "model again";
  WireError error;
  if (failed(stripPayloads(bytes, limits, stripped, error)))
    return reportWireError(error, bytes, loc);
  import.payloads = stripped.payloads;

  ::onnx::ModelProto model;
  OpsetVersions opsets;
  FunctionTable functions;
  if (failed(parseStructure(stripped.structure, model, loc)) ||
      failed(checkHeader(import, model, opsets)) ||
      failed(functions.build(import, model)))
    return failure();
  module = ModuleOp::create(loc);
  GraphImporter importer(import, model, opsets, functions);
  return success(succeeded(annotateModule(import, model, opsets, *module)) &&
                 succeeded(importer.importMain(*module)) &&
                 succeeded(verify(*module)));
}

} // namespace

FailureOr<ImportedModel> importONNX(StringRef path, MLIRContext *context,
                                    const ImportOptions &options) {
  context->loadDialect<onnx::ONNXDialect, func::FuncDialect>();
  std::string error;
  std::shared_ptr<ModelFile> file =
      ModelFile::open(path, options.dataDirectory, error);
  if (!file) {
    auto loc = FileLineColLoc::get(context, path, 0, 0);
    return classify(emitError(loc), ErrorClass::System)
           << "the model " << error;
  }
  ImportedModel model{OwningOpRef<ModuleOp>(), file};
  if (failed(importFile(*file, context, options.limits, model.module)))
    return failure();
  return FailureOr<ImportedModel>(std::move(model));
}

} // namespace ecolm

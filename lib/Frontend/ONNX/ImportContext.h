//===- ImportContext.h - What every part of the importer shares -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Holds the model being read and makes locations and diagnostics for it.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_FRONTEND_ONNX_IMPORTCONTEXT_H
#define ECOLM_LIB_FRONTEND_ONNX_IMPORTCONTEXT_H

#include "ecolm/Dialect/ONNX/IR/QuotedName.h"
#include "ecolm/Frontend/ONNX/Limits.h"
#include "ecolm/Frontend/ONNX/ModelFile.h"
#include "ecolm/Frontend/ONNX/WireScanner.h"
#include "ecolm/Support/ErrorClass.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/StringSet.h"

namespace ecolm {

/// One import in progress.
struct ImportContext {
  ImportContext(mlir::MLIRContext *context, ModelFile &file,
                const Limits &limits)
      : context(context), file(file), limits(limits) {}

  mlir::MLIRContext *context;
  ModelFile &file;
  const Limits &limits;
  /// Where the payloads lie that the wire scanner took out.
  llvm::ArrayRef<ByteRange> payloads = {};
  /// Resource names given out so far.
  llvm::StringSet<> resourceNames;
  /// Per sanitized name, the number its next namesake tries first.
  llvm::StringMap<unsigned> nextNumber;
  /// Attributes converted so far, by their place in the file: the body of a
  /// function is converted once, however often it is called.
  llvm::DenseMap<const void *, mlir::Attribute> convertedAttributes;

  /// The model as a whole.
  mlir::Location fileLoc() const {
    return mlir::FileLineColLoc::get(context, file.getPath(), 0, 0);
  }
  /// Node `index` of the graph, called `name` in the file. Column zero keeps
  /// diagnostic printers from quoting a line of a binary file.
  mlir::Location nodeLoc(llvm::StringRef name, unsigned index) const {
    auto place = mlir::FileLineColLoc::get(context, file.getPath(), index, 0);
    return mlir::NameLoc::get(mlir::StringAttr::get(context, name), place);
  }
};

/// The error of a model that asks for more than `Limits` allows.
inline mlir::InFlightDiagnostic emitLimitError(mlir::Location loc) {
  return classify(mlir::emitError(loc), ErrorClass::Limit);
}

} // namespace ecolm

#endif // ECOLM_LIB_FRONTEND_ONNX_IMPORTCONTEXT_H

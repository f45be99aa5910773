//===- ModelDiagnostics.cpp - Diagnostics about a model -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Prints diagnostics with the path, the node's number and its name.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Frontend/ONNX/ModelDiagnostics.h"
#include "ecolm/Dialect/ONNX/IR/QuotedName.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Location.h"
#include "mlir/IR/MLIRContext.h"

using namespace mlir;

namespace ecolm {

std::string describeModelLocation(Location loc) {
  auto place = loc->findInstanceOf<FileLineColLoc>();
  if (!place) {
    std::string text;
    llvm::raw_string_ostream(text) << loc;
    return text;
  }
  std::string text = place.getFilename().str();
  // Column zero marks a place in a model; a text file has real columns.
  if (place.getColumn() != 0)
    return text + ":" + std::to_string(place.getLine()) + ":" +
           std::to_string(place.getColumn());
  if (auto name = loc->findInstanceOf<NameLoc>())
    text += ": node " + std::to_string(place.getLine()) + " " +
            onnx::quoteName(name.getName());
  return text;
}

static StringRef describeSeverity(DiagnosticSeverity severity) {
  switch (severity) {
  case DiagnosticSeverity::Note:
    return "note";
  case DiagnosticSeverity::Warning:
    return "warning";
  case DiagnosticSeverity::Error:
    return "error";
  case DiagnosticSeverity::Remark:
    return "remark";
  }
  return "error";
}

ModelDiagnosticHandler::ModelDiagnosticHandler(MLIRContext *context,
                                               raw_ostream &os)
    : ScopedDiagnosticHandler(context) {
  // What a user did is told in words; the operation would only show internals.
  context->printOpOnDiagnostic(false);
  auto print = [&os](Diagnostic &diagnostic) {
    os << describeModelLocation(diagnostic.getLocation()) << ": "
       << describeSeverity(diagnostic.getSeverity()) << ": " << diagnostic
       << "\n";
  };
  setHandler([print](Diagnostic &diagnostic) {
    print(diagnostic);
    for (Diagnostic &note : diagnostic.getNotes())
      print(note);
  });
}

} // namespace ecolm

//===- Diagnostics.cpp - Diagnostics for users of models ------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Says where in the model a diagnostic belongs.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Driver/Diagnostics.h"
#include "ecolm/Dialect/ONNX/IR/QuotedName.h"

using namespace mlir;
using namespace ecolm;

/// `node 'layers.0.x' (model.onnx, node 18)` for a place in a model,
/// `model.onnx` for the model itself, and other places as MLIR writes them.
static std::string describePlace(Location loc) {
  if (isa<UnknownLoc>(loc))
    return "";
  auto file = loc->findInstanceOf<FileLineColLoc>();
  // The importer's places have no column.
  if (!file || file.getColumn() != 0) {
    std::string text;
    llvm::raw_string_ostream stream(text);
    stream << LocationAttr(loc);
    return text;
  }
  std::string path = file.getFilename().str();
  auto name = loc->findInstanceOf<NameLoc>();
  if (!name)
    return path;
  return "node " + onnx::quoteName(name.getName()) + " (" + path + ", node " +
         std::to_string(file.getLine()) + ")";
}

/// `'dialect.op' op ...`, what conversions say when they give up, and what
/// symbol tables say.
static bool isFromMLIR(StringRef text) {
  return (text.starts_with("'") && text.contains("' op ")) ||
         text.starts_with("failed to legalize") ||
         text.starts_with("redefinition of symbol");
}

ErrorClassifier::ErrorClassifier(MLIRContext *context, ErrorClass otherwise)
    : ScopedDiagnosticHandler(context) {
  setHandler([otherwise](Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() == DiagnosticSeverity::Error &&
        !getErrorClass(diagnostic))
      setErrorClass(diagnostic, isFromMLIR(diagnostic.str())
                                    ? ErrorClass::Internal
                                    : otherwise);
    return failure(); // Whoever prints comes after.
  });
}

static StringRef nameSeverity(DiagnosticSeverity severity) {
  switch (severity) {
  case DiagnosticSeverity::Error:
    return "error";
  case DiagnosticSeverity::Warning:
    return "warning";
  case DiagnosticSeverity::Remark:
    return "remark";
  case DiagnosticSeverity::Note:
    break;
  }
  return "note";
}

void ecolm::printDiagnostic(Diagnostic &diagnostic, StringRef prefix,
                            llvm::raw_ostream &out) {
  out << prefix << nameSeverity(diagnostic.getSeverity()) << ": ";
  std::string place = describePlace(diagnostic.getLocation());
  if (!place.empty())
    out << place << ": ";
  std::string text = diagnostic.str();
  out << text;
  if (std::optional<ErrorClass> errorClass = getErrorClass(diagnostic)) {
    // Our own messages end in a remedy where there is a particular one.
    if (*errorClass == ErrorClass::Internal || !StringRef(text).contains("; "))
      out << "; " << getErrorRemedy(*errorClass);
    out << " [" << getErrorCode(*errorClass) << "]";
  }
  out << "\n";
  for (Diagnostic &note : diagnostic.getNotes())
    printDiagnostic(note, prefix, out);
}

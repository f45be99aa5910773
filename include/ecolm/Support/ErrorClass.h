//===- ErrorClass.h - Kinds of errors ---------------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Says of an error whose fault it is. docs/Errors.md describes the classes.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_SUPPORT_ERRORCLASS_H
#define ECOLM_SUPPORT_ERRORCLASS_H

#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"
#include <optional>

namespace ecolm {

/// Kinds of errors; the number is the exit status of the compiler.
enum class ErrorClass {
  Usage = 2,
  Unsupported = 3,
  Model = 4,
  Limit = 5,
  System = 6,
  Internal = 7
};

/// What stands in brackets behind an error, such as `unsupported`.
llvm::StringRef getErrorCode(ErrorClass errorClass);

/// What to do about an error that does not say it itself.
llvm::StringRef getErrorRemedy(ErrorClass errorClass);

/// Gives `diagnostic` a class; whoever gives none leaves it to the phase.
mlir::InFlightDiagnostic classify(mlir::InFlightDiagnostic diagnostic,
                                  ErrorClass errorClass);

/// Gives a diagnostic that was reported its class.
void setErrorClass(mlir::Diagnostic &diagnostic, ErrorClass errorClass);

/// The class that `diagnostic` was given.
std::optional<ErrorClass> getErrorClass(mlir::Diagnostic &diagnostic);

/// Prints the classes as a table of Markdown.
void printErrorClasses(llvm::raw_ostream &os);

} // namespace ecolm

#endif // ECOLM_SUPPORT_ERRORCLASS_H

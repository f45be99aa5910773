//===- ErrorClass.cpp - Kinds of errors -----------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// The table of error classes, and how a diagnostic carries one.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Support/ErrorClass.h"

using namespace mlir;

namespace ecolm {
namespace {

struct ErrorClassInfo {
  ErrorClass errorClass;
  llvm::StringLiteral code;
  llvm::StringLiteral meaning;
  llvm::StringLiteral remedy;
};

constexpr ErrorClassInfo kClasses[] = {
    {ErrorClass::Usage, "usage", "the command line asks for what there is not",
     "see --help"},
    {ErrorClass::Unsupported, "unsupported",
     "the model is sound, but this compiler cannot compile it",
     "export it in another way; --check lists all that is in the way"},
    {ErrorClass::Model, "model",
     "the file is no model, is damaged, or contradicts itself",
     "export it again; onnx.checker looks at the same things"},
    {ErrorClass::Limit, "limit",
     "the model asks for more than a limit below allows",
     "export a smaller one, or raise the limit"},
    {ErrorClass::System, "system",
     "a file cannot be read or written, or the linker fails",
     "what the message says of the file"},
    {ErrorClass::Internal, "internal",
     "a fault of the compiler, whatever the model is",
     "report it with the model"},
};

} // namespace

llvm::StringRef getErrorCode(ErrorClass errorClass) {
  for (const ErrorClassInfo &info : kClasses)
    if (info.errorClass == errorClass)
      return info.code;
  return "";
}

InFlightDiagnostic classify(InFlightDiagnostic diagnostic,
                            ErrorClass errorClass) {
  if (Diagnostic *underlying = diagnostic.getUnderlyingDiagnostic())
    setErrorClass(*underlying, errorClass);
  return diagnostic;
}

void setErrorClass(Diagnostic &diagnostic, ErrorClass errorClass) {
  diagnostic.getMetadata().emplace_back(static_cast<int64_t>(errorClass));
}

std::optional<ErrorClass> getErrorClass(Diagnostic &diagnostic) {
  for (const DiagnosticArgument &argument : diagnostic.getMetadata())
    if (argument.getKind() ==
        DiagnosticArgument::DiagnosticArgumentKind::Integer)
      return static_cast<ErrorClass>(argument.getAsInteger());
  return std::nullopt;
}

void printErrorClasses(llvm::raw_ostream &os) {
  os << "| exit status | code | what is wrong | remedy |\n|---|---|---|---|\n";
  for (const ErrorClassInfo &info : kClasses)
    os << "| " << static_cast<int>(info.errorClass) << " | " << info.code
       << " | " << info.meaning << " | " << info.remedy << " |\n";
}

} // namespace ecolm

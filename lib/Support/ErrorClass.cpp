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
#include "llvm/ADT/STLExtras.h"

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
     "export the model in another way"},
    {ErrorClass::Model, "model",
     "the file is no model, is damaged, or contradicts itself",
     "export the model again"},
    {ErrorClass::Limit, "limit",
     "the model asks for more than a limit below allows",
     "export a smaller model"},
    {ErrorClass::System, "system",
     "a file cannot be read or written, or the linker fails",
     "check the file and the tool"},
    {ErrorClass::Internal, "internal",
     "a fault of the compiler, whatever the model is",
     "report it with the model"},
};

const ErrorClassInfo &getInfo(ErrorClass errorClass) {
  return *llvm::find_if(kClasses, [&](const ErrorClassInfo &info) {
    return info.errorClass == errorClass;
  });
}

} // namespace

llvm::StringRef getErrorCode(ErrorClass errorClass) {
  return getInfo(errorClass).code;
}

llvm::StringRef getErrorRemedy(ErrorClass errorClass) {
  return getInfo(errorClass).remedy;
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

//===- OperatorTable.h - What the compiler knows of each operator -*- C++
//-*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Lists the operators that compile, with the limits of each.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ONNX_ANALYSIS_OPERATORTABLE_H
#define ECOLM_DIALECT_ONNX_ANALYSIS_OPERATORTABLE_H

#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"
#include "llvm/Support/raw_ostream.h"
#include <optional>
#include <string>

namespace ecolm::onnx {

/// Why one node of a known operator does not compile, and what to do.
struct Refusal {
  std::string reason;
  std::string remedy;
};

/// Looks at attributes, inputs and uses of a typed node.
using LimitCheck = std::optional<Refusal> (*)(NodeOp);

/// An operator that compiles.
struct SupportedOperator {
  /// Empty for `ai.onnx`.
  llvm::StringLiteral domain;
  llvm::StringLiteral opType;
  /// The opset versions of the domain whose definition is implemented.
  int64_t firstOpset;
  int64_t lastOpset;
  /// Names of the attributes that are understood, separated by spaces. Any
  /// other attribute is refused: ignoring one would compute something else.
  llvm::StringLiteral attributes;
  /// What `check` refuses, in words, for the documentation; may be empty.
  llvm::StringLiteral limits;
  /// Null if every node that types is fine.
  LimitCheck check;
};

/// The whole table, sorted by domain and name.
llvm::ArrayRef<SupportedOperator> getSupportedOperators();

/// The entry of an operator, or null.
const SupportedOperator *findSupportedOperator(llvm::StringRef domain,
                                               llvm::StringRef opType);

/// Writes the table in Markdown, as docs/Operators.md has it.
void printOperatorTable(llvm::raw_ostream &os);

} // namespace ecolm::onnx

#endif // ECOLM_DIALECT_ONNX_ANALYSIS_OPERATORTABLE_H

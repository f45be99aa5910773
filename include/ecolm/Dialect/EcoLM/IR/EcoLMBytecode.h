//===- EcoLMBytecode.h - Versions of the bytecode ---------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the version that bytecode files carry for the dialect.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ECOLM_IR_ECOLMBYTECODE_H
#define ECOLM_DIALECT_ECOLM_IR_ECOLMBYTECODE_H

#include "mlir/Bytecode/BytecodeImplementation.h"

namespace ecolm {

/// A version of the dialect's encoding. It grows by one whenever a type, an
/// attribute or an operation is encoded or understood differently.
struct EcoLMDialectVersion : public mlir::DialectVersion {
  /// The version that this compiler writes, and the newest that it reads.
  static constexpr uint64_t kCurrent = 3;

  explicit EcoLMDialectVersion(uint64_t number) : number(number) {}

  uint64_t number;
};

} // namespace ecolm

#endif // ECOLM_DIALECT_ECOLM_IR_ECOLMBYTECODE_H

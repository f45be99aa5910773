//===- EcoLMDialect.h - The ecolm dialect -----------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the dialect class.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ECOLM_IR_ECOLMDIALECT_H
#define ECOLM_DIALECT_ECOLM_IR_ECOLMDIALECT_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Dialect.h"

#include "ecolm/Dialect/EcoLM/IR/EcoLMDialect.h.inc"

#endif // ECOLM_DIALECT_ECOLM_IR_ECOLMDIALECT_H

//===- EcoLMOps.h - Operations ----------------------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the operations of the dialect.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ECOLM_IR_ECOLMOPS_H
#define ECOLM_DIALECT_ECOLM_IR_ECOLMOPS_H

#include "ecolm/Dialect/EcoLM/IR/EcoLMAttributes.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMDialect.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMTypes.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributeInterfaces.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#define GET_OP_CLASSES
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h.inc"

namespace ecolm {

/// Element type of the sums of products of an input's and a weight's elements,
/// or null where the dialect defines no such product (see `ecolm.matmul`).
mlir::Type getProductElementType(mlir::Type input, mlir::Type weights);

} // namespace ecolm

#endif // ECOLM_DIALECT_ECOLM_IR_ECOLMOPS_H

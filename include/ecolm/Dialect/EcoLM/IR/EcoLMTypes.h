//===- EcoLMTypes.h - Element types -----------------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the number formats of the dialect.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ECOLM_IR_ECOLMTYPES_H
#define ECOLM_DIALECT_ECOLM_IR_ECOLMTYPES_H

#include "mlir/IR/Types.h"

#define GET_TYPEDEF_CLASSES
#include "ecolm/Dialect/EcoLM/IR/EcoLMTypes.h.inc"

#endif // ECOLM_DIALECT_ECOLM_IR_ECOLMTYPES_H

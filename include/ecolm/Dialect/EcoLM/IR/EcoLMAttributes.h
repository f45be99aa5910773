//===- EcoLMAttributes.h - Attributes and enumerations ----------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the choices that quantizers leave open, and packed layouts.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ECOLM_IR_ECOLMATTRIBUTES_H
#define ECOLM_DIALECT_ECOLM_IR_ECOLMATTRIBUTES_H

#include "mlir/IR/Attributes.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/TensorEncoding.h"

#include "ecolm/Support/WeightOrder.h"

#include "ecolm/Dialect/EcoLM/IR/EcoLMEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "ecolm/Dialect/EcoLM/IR/EcoLMAttributes.h.inc"

namespace ecolm {

/// Fails, through `emitError`, unless elements of `elementType` have codes in
/// the format `packing`.
mlir::LogicalResult
verifyPacking(llvm::function_ref<mlir::InFlightDiagnostic()> emitError,
              Packing packing, mlir::Type elementType);

} // namespace ecolm

#endif // ECOLM_DIALECT_ECOLM_IR_ECOLMATTRIBUTES_H

//===- Passes.h - Conversions between dialects ---------------- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares and registers the conversion passes.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_CONVERSION_PASSES_H
#define ECOLM_CONVERSION_PASSES_H

#include "ecolm/Dialect/EcoLM/IR/EcoLMDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace ecolm {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "ecolm/Conversion/Passes.h.inc"

} // namespace ecolm

#endif // ECOLM_CONVERSION_PASSES_H

//===- ONNXDialect.h - The onnx dialect -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the dialect and its operations.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ONNX_IR_ONNXDIALECT_H
#define ECOLM_DIALECT_ONNX_IR_ONNXDIALECT_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h.inc"

#define GET_TYPEDEF_CLASSES
#include "ecolm/Dialect/ONNX/IR/ONNXTypes.h.inc"

#define GET_OP_CLASSES
#include "ecolm/Dialect/ONNX/IR/ONNXOps.h.inc"

namespace ecolm::onnx {

/// Attribute of an initializer that the compiler made: the operators of the
/// constant part of the graph that it stands for.
inline constexpr llvm::StringLiteral kFoldedAttrName = "onnx.folded";

/// Attribute on arguments and results of `@main`: the name in the file.
inline constexpr llvm::StringLiteral kNameAttrName = "onnx.name";
/// Attribute on arguments and results of `@main`, and on nodes: dimensions.
inline constexpr llvm::StringLiteral kDimsAttrName = "onnx.dims";
/// Attribute on a node that a rewrite had to refuse: the reason.
inline constexpr llvm::StringLiteral kRefusalAttrName = "ecolm.refusal";
/// The domain of the compiler's own operators.
inline constexpr llvm::StringLiteral kEcoLMDomain = "ai.ecolm";
/// The domain of onnxruntime's fused operators.
inline constexpr llvm::StringLiteral kMicrosoftDomain = "com.microsoft";
/// The one function that an imported module holds.
inline constexpr llvm::StringLiteral kMainName = "main";

} // namespace ecolm::onnx

#endif // ECOLM_DIALECT_ONNX_IR_ONNXDIALECT_H

//===- EcoLMNodes.h - Makes nodes of the domain ai.ecolm ------ -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Builds the nodes and initializers that recognition passes write.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_RECOGNITION_ECOLMNODES_H
#define ECOLM_RECOGNITION_ECOLMNODES_H

#include "ecolm/Dialect/ONNX/Evaluate/HostTensor.h"
#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"
#include "mlir/IR/Builders.h"

namespace ecolm {

/// A node of the compiler's domain. `like`, if given, is a value of the same
/// shape whose dimension symbols the result takes over.
mlir::Value createEcoLMNode(mlir::OpBuilder &builder, mlir::Location loc,
                            llvm::StringRef opType, mlir::ValueRange inputs,
                            mlir::RankedTensorType type,
                            llvm::ArrayRef<mlir::NamedAttribute> attrs = {},
                            mlir::Value like = nullptr);

/// The same for a node of the standard domain.
mlir::Value createStandardNode(mlir::OpBuilder &builder, mlir::Location loc,
                               llvm::StringRef opType, mlir::ValueRange inputs,
                               mlir::RankedTensorType type,
                               llvm::ArrayRef<mlir::NamedAttribute> attrs = {},
                               mlir::Value like = nullptr);

/// An initializer that holds `tensor`.
mlir::Value createInitializer(mlir::OpBuilder &builder, mlir::Location loc,
                              llvm::StringRef name,
                              const onnx::HostTensor &tensor);

/// An initializer of 64-bit integers.
mlir::Value createIntegers(mlir::OpBuilder &builder, mlir::Location loc,
                           llvm::StringRef name,
                           llvm::ArrayRef<int64_t> values);

/// An initializer of floats of shape `shape`.
mlir::Value createFloats(mlir::OpBuilder &builder, mlir::Location loc,
                         llvm::StringRef name, llvm::ArrayRef<float> values,
                         llvm::ArrayRef<int64_t> shape);

} // namespace ecolm

#endif // ECOLM_RECOGNITION_ECOLMNODES_H

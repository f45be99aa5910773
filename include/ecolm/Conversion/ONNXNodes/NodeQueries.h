//===- NodeQueries.h - Questions about a node ----------------- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Reads attributes, constants and names of onnx nodes.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_CONVERSION_ONNXNODES_NODEQUERIES_H
#define ECOLM_CONVERSION_ONNXNODES_NODEQUERIES_H

#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>

namespace ecolm {

/// Attribute `name` of `node` as an integer, or `fallback`.
int64_t getInt(onnx::NodeOp node, llvm::StringRef name, int64_t fallback);

/// Attribute `name` of `node` as a float, or `fallback`.
double getFloat(onnx::NodeOp node, llvm::StringRef name, double fallback);

/// Attribute `name` of `node` as a string, or `fallback`.
llvm::StringRef getString(onnx::NodeOp node, llvm::StringRef name,
                          llvm::StringRef fallback);

/// Attribute `name` of `node` as a list of integers.
std::optional<llvm::SmallVector<int64_t>> getInts(onnx::NodeOp node,
                                                  llvm::StringRef name);

/// Integers that are an attribute `name` in old opsets and the constant input
/// `index` in new ones.
std::optional<llvm::SmallVector<int64_t>>
getIntsOrInput(onnx::NodeOp node, llvm::StringRef name, unsigned index);

/// True if `node` states integers by attribute or input, constant or not.
bool hasIntsOrInput(onnx::NodeOp node, llvm::StringRef name, unsigned index);

/// `axis` counted from the front, or nothing if it does not fit `rank`.
std::optional<int64_t> normalizeAxis(int64_t axis, int64_t rank);

/// The elements of `value` if it is an initializer or a Constant node in any of
/// its spellings, else null.
mlir::ElementsAttr getConstant(mlir::Value value);

/// The constant `value` holds if it has exactly one element, else null.
mlir::TypedAttr getScalarConstant(mlir::Value value);

/// The exponents of a constant whose elements are all positive powers of two in
/// f32, one exponent if they are equal.
std::optional<llvm::SmallVector<int32_t>> getPowersOfTwo(mlir::Value value);

/// The ranked tensor type of result `index` of `node`.
mlir::RankedTensorType getResultType(onnx::NodeOp node, unsigned index = 0);

/// The node's name in the file, or its operator when it has none.
llvm::StringRef getNodeName(onnx::NodeOp node);

/// The name in the file of the tensor that defines `value`.
llvm::StringRef getConstantName(mlir::Value value);

/// The name that `loc` carries, or an empty one.
llvm::StringRef getLocationName(mlir::Location loc);

} // namespace ecolm

#endif // ECOLM_CONVERSION_ONNXNODES_NODEQUERIES_H

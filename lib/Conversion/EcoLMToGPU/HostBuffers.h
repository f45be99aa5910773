//===- HostBuffers.h - Buffers around a launch ------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Turns the tensors of an operation into the buffers that its kernel takes.
//
//===----------------------------------------------------------------------===//

#ifndef LIB_CONVERSION_ECOLMTOGPU_HOSTBUFFERS_H
#define LIB_CONVERSION_ECOLMTOGPU_HOSTBUFFERS_H

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace ecolm {

/// Type of the elements of `type` in memory: i8 for powers of two.
mlir::Type getStorageElementType(mlir::ShapedType type);

/// Type `memref<?xN>` of a tensor [.., N] whose rows lie one after another.
mlir::MemRefType getRowsType(mlir::RankedTensorType type);

/// Gives `tensor` as a buffer of `getRowsType`.
mlir::Value getRows(mlir::ImplicitLocOpBuilder &b, mlir::Value tensor);

/// Gives the bytes of a packed weight as a buffer of type `words`. The cast
/// that does it vanishes when the weight gets its place in memory.
mlir::Value getWords(mlir::ImplicitLocOpBuilder &b, mlir::Value weight,
                     mlir::MemRefType words);

/// Allocates a buffer of `type` whose unknown sizes are those of `like`, runs
/// `launch` on its rows, and gives the tensor.
mlir::Value withResultBuffer(mlir::ImplicitLocOpBuilder &b,
                             mlir::RankedTensorType type, mlir::Value like,
                             llvm::function_ref<void(mlir::Value rows)> launch);

/// Launches `kernel` with one workgroup for each of the rows of `rows` times
/// `columns`.
void launchOverRows(mlir::ImplicitLocOpBuilder &b, mlir::gpu::GPUFuncOp kernel,
                    mlir::Value rows, int64_t columns, int64_t threads,
                    mlir::ValueRange operands);

} // namespace ecolm

#endif // LIB_CONVERSION_ECOLMTOGPU_HOSTBUFFERS_H

//===- HostBuffers.cpp - Buffers around a launch --------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Flattens leading dimensions into rows, on the host side of a launch.
//
//===----------------------------------------------------------------------===//

#include "HostBuffers.h"

#include "ecolm/Dialect/EcoLM/IR/EcoLMTypes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace ecolm;

Type ecolm::getStorageElementType(ShapedType type) {
  if (isa<PotType>(type.getElementType()))
    return IntegerType::get(type.getContext(), 8);
  return type.getElementType();
}

/// `type` as a tensor of what stands in memory.
static RankedTensorType getStorageType(RankedTensorType type) {
  return RankedTensorType::get(type.getShape(), getStorageElementType(type));
}

static MemRefType getBufferType(RankedTensorType type) {
  return MemRefType::get(type.getShape(), getStorageElementType(type));
}

MemRefType ecolm::getRowsType(RankedTensorType type) {
  return MemRefType::get({ShapedType::kDynamic, type.getShape().back()},
                         getStorageElementType(type));
}

/// Views the buffer of a tensor [.., N] as `memref<?xN>`.
static Value flattenToRows(ImplicitLocOpBuilder &b, Value buffer,
                           MemRefType rows) {
  int64_t rank = cast<MemRefType>(buffer.getType()).getRank();
  if (rank == 1) {
    SmallVector<ReassociationIndices> groups = {{0, 1}};
    SmallVector<int64_t> sizes = {1, rows.getDimSize(1)};
    buffer = memref::ExpandShapeOp::create(b, sizes, buffer, groups);
  } else if (rank > 2) {
    SmallVector<ReassociationIndices> groups(2);
    for (int64_t dim = 0; dim + 1 < rank; ++dim)
      groups[0].push_back(dim);
    groups[1].push_back(rank - 1);
    buffer = memref::CollapseShapeOp::create(b, buffer, groups);
  }
  return b.createOrFold<memref::CastOp>(rows, buffer);
}

Value ecolm::getRows(ImplicitLocOpBuilder &b, Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  RankedTensorType storage = getStorageType(type);
  if (storage != type)
    tensor =
        UnrealizedConversionCastOp::create(b, storage, tensor).getResult(0);
  Value buffer =
      bufferization::ToBufferOp::create(b, getBufferType(type), tensor);
  return flattenToRows(b, buffer, getRowsType(type));
}

Value ecolm::getWords(ImplicitLocOpBuilder &b, Value weight, MemRefType words) {
  return UnrealizedConversionCastOp::create(b, words, weight).getResult(0);
}

Value ecolm::withResultBuffer(ImplicitLocOpBuilder &b, RankedTensorType type,
                              Value like,
                              llvm::function_ref<void(Value)> launch) {
  SmallVector<Value> sizes;
  for (auto [dim, size] : llvm::enumerate(type.getShape()))
    if (ShapedType::isDynamic(size))
      sizes.push_back(tensor::DimOp::create(b, like, dim));
  Value buffer = memref::AllocOp::create(b, getBufferType(type), sizes);
  launch(flattenToRows(b, buffer, getRowsType(type)));
  Value result = bufferization::ToTensorOp::create(
      b, getStorageType(type), buffer, /*restrict=*/true, /*writable=*/true);
  if (result.getType() == type)
    return result;
  return UnrealizedConversionCastOp::create(b, type, result).getResult(0);
}

void ecolm::launchOverRows(ImplicitLocOpBuilder &b, gpu::GPUFuncOp kernel,
                           Value rows, int64_t columns, int64_t threads,
                           ValueRange operands) {
  auto constant = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(b, value);
  };
  Value one = constant(1);
  Value numRows = memref::DimOp::create(b, rows, 0);
  gpu::KernelDim3 grid{numRows, constant(columns), one};
  gpu::KernelDim3 block{constant(threads), one, one};
  gpu::LaunchFuncOp::create(b, kernel, grid, block,
                            /*dynamicSharedMemorySize=*/Value(), operands);
}

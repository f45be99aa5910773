//===- UseBarePointers.cpp - Kernels that take pointers -------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Gives kernels plain pointers for their buffers, as a driver's launch passes
// them.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Conversion/GPUKernelInterface/Passes.h"
#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace ecolm {
#define GEN_PASS_DEF_GPUUSEBAREPOINTERS
#include "ecolm/Conversion/GPUKernelInterface/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

/// Whether kernels can find every element of `type` without being told a size.
static bool hasKnownStrides(MemRefType type) {
  SmallVector<int64_t> strides;
  int64_t offset;
  return succeeded(type.getStridesAndOffset(strides, offset)) && offset == 0 &&
         llvm::none_of(strides, ShapedType::isDynamic);
}

/// Describes the buffer of `type` that begins at `pointer`. Unknown sizes stay
/// unset: no address depends on them.
static Value describeBuffer(ImplicitLocOpBuilder &b,
                            const LLVMTypeConverter &converter, Value pointer,
                            MemRefType type) {
  pointer = LLVM::AddrSpaceCastOp::create(
      b, LLVM::LLVMPointerType::get(b.getContext()), pointer);
  SmallVector<int64_t> strides;
  int64_t offset;
  (void)type.getStridesAndOffset(strides, offset);
  auto descriptor =
      MemRefDescriptor::poison(b, b.getLoc(), converter.convertType(type));
  descriptor.setAllocatedPtr(b, b.getLoc(), pointer);
  descriptor.setAlignedPtr(b, b.getLoc(), pointer);
  descriptor.setConstantOffset(b, b.getLoc(), offset);
  for (auto [dim, size, stride] : llvm::enumerate(type.getShape(), strides)) {
    if (!ShapedType::isDynamic(size))
      descriptor.setConstantSize(b, b.getLoc(), dim, size);
    descriptor.setConstantStride(b, b.getLoc(), dim, stride);
  }
  return UnrealizedConversionCastOp::create(b, type, Value(descriptor))
      .getResult(0);
}

static LogicalResult useBarePointers(gpu::GPUFuncOp kernel,
                                     const LLVMTypeConverter &converter) {
  ImplicitLocOpBuilder b(kernel.getLoc(), kernel.getContext());
  b.setInsertionPointToStart(&kernel.getBody().front());
  auto pointerType = LLVM::LLVMPointerType::get(
      b.getContext(), static_cast<unsigned>(NVVM::NVVMMemorySpace::Global));
  SmallVector<Type> inputs(kernel.getFunctionType().getInputs());
  for (auto [index, input] : llvm::enumerate(inputs)) {
    auto type = dyn_cast<MemRefType>(input);
    if (!type)
      continue;
    if (!hasKnownStrides(type))
      return kernel.emitOpError() << "expected known strides, but argument "
                                  << index << " is " << type;
    BlockArgument argument = kernel.getArgument(index);
    // Uses are taken off the argument before the description uses it itself.
    Value placeholder =
        UnrealizedConversionCastOp::create(b, type, ValueRange()).getResult(0);
    argument.replaceAllUsesWith(placeholder);
    argument.setType(pointerType);
    input = pointerType;
    placeholder.replaceAllUsesWith(
        describeBuffer(b, converter, argument, type));
    placeholder.getDefiningOp()->erase();
  }
  kernel.setType(b.getFunctionType(inputs, {}));
  return success();
}

namespace {

struct GPUUseBarePointers final
    : ecolm::impl::GPUUseBarePointersBase<GPUUseBarePointers> {
  using Base::Base;

  void runOnOperation() override {
    LLVMTypeConverter converter(&getContext());
    for (auto kernel : getOperation().getOps<gpu::GPUFuncOp>())
      if (kernel.isKernel() && failed(useBarePointers(kernel, converter)))
        return signalPassFailure();
  }
};

} // namespace

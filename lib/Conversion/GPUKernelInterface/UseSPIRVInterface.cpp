//===- UseSPIRVInterface.cpp - Kernels as Vulkan sees them ----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Gives kernels the storage classes and the entry point of a Vulkan shader.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Conversion/GPUKernelInterface/Passes.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SPIRV/IR/SPIRVAttributes.h"
#include "mlir/Dialect/SPIRV/IR/SPIRVDialect.h"
#include "mlir/Dialect/SPIRV/IR/TargetAndABI.h"
#include "mlir/IR/BuiltinOps.h"

namespace ecolm {
#define GEN_PASS_DEF_GPUUSESPIRVINTERFACE
#include "ecolm/Conversion/GPUKernelInterface/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

/// Vulkan 1.1 with 8-bit and 16-bit buffers.
static spirv::TargetEnvAttr getVulkanEnvironment(MLIRContext *context) {
  using namespace spirv;
  auto triple = VerCapExtAttr::get(
      Version::V_1_3,
      {Capability::Shader, Capability::Int8, Capability::Int16,
       Capability::StorageBuffer8BitAccess,
       Capability::StorageBuffer16BitAccess},
      {Extension::SPV_KHR_8bit_storage,
       Extension::SPV_KHR_storage_buffer_storage_class},
      context);
  return TargetEnvAttr::get(triple, getDefaultResourceLimits(context),
                            ClientAPI::Vulkan);
}

static MemRefType withStorageClass(MemRefType type, spirv::StorageClass space) {
  return MemRefType::get(
      type.getShape(), type.getElementType(), type.getLayout(),
      spirv::StorageClassAttr::get(type.getContext(), space));
}

/// Buffers become descriptors: storage buffers, bound in their order.
static void moveArguments(gpu::GPUFuncOp kernel) {
  SmallVector<Type> inputs(kernel.getFunctionType().getInputs());
  for (auto [index, input] : llvm::enumerate(inputs)) {
    auto type = dyn_cast<MemRefType>(input);
    if (!type)
      continue;
    input = withStorageClass(type, spirv::StorageClass::StorageBuffer);
    kernel.getArgument(index).setType(input);
  }
  kernel.setType(FunctionType::get(kernel.getContext(), inputs, {}));
}

/// The conversion to SPIR-V knows workgroup memory only as an allocation.
static void moveWorkgroupBuffers(gpu::GPUFuncOp kernel) {
  OpBuilder b = OpBuilder::atBlockBegin(&kernel.getBody().front());
  for (BlockArgument buffer : kernel.getWorkgroupAttributions()) {
    auto type = withStorageClass(cast<MemRefType>(buffer.getType()),
                                 spirv::StorageClass::Workgroup);
    Value allocated = memref::AllocOp::create(b, kernel.getLoc(), type);
    buffer.replaceAllUsesWith(allocated);
  }
  unsigned first = kernel.getNumArguments();
  kernel.getBody().front().eraseArguments(first,
                                          kernel.getNumWorkgroupAttributions());
  kernel->setAttr(kernel.getNumWorkgroupAttributionsAttrName(),
                  b.getI64IntegerAttr(0));
}

static LogicalResult useInterface(gpu::GPUFuncOp kernel) {
  std::optional<ArrayRef<int32_t>> size = kernel.getKnownBlockSize();
  if (!size)
    return kernel.emitOpError() << "expected a known block size";
  kernel->setAttr(spirv::getEntryPointABIAttrName(),
                  spirv::getEntryPointABIAttr(kernel.getContext(), *size));
  moveArguments(kernel);
  moveWorkgroupBuffers(kernel);
  return success();
}

/// Hands the launch its buffers in the memory that the kernel names.
static void followInterface(gpu::LaunchFuncOp launch, gpu::GPUFuncOp kernel) {
  OpBuilder b(launch);
  for (auto [index, type] : llvm::enumerate(kernel.getArgumentTypes())) {
    OpOperand &operand = launch.getKernelOperandsMutable()[index];
    if (operand.get().getType() != type)
      operand.set(memref::MemorySpaceCastOp::create(b, launch.getLoc(), type,
                                                    operand.get()));
  }
}

namespace {

struct GPUUseSPIRVInterface final
    : ecolm::impl::GPUUseSPIRVInterfaceBase<GPUUseSPIRVInterface> {
  using Base::Base;

  void runOnOperation() override {
    for (auto kernels : getOperation().getOps<gpu::GPUModuleOp>()) {
      kernels->setAttr(spirv::getTargetEnvAttrName(),
                       getVulkanEnvironment(&getContext()));
      for (auto kernel : kernels.getOps<gpu::GPUFuncOp>())
        if (kernel.isKernel() && failed(useInterface(kernel)))
          return signalPassFailure();
    }
    SymbolTableCollection symbols;
    getOperation().walk([&](gpu::LaunchFuncOp launch) {
      if (auto kernel = symbols.lookupNearestSymbolFrom<gpu::GPUFuncOp>(
              launch, launch.getKernel()))
        followInterface(launch, kernel);
    });
  }
};

} // namespace

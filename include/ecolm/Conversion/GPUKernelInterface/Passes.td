//===- Passes.td - Interfaces of kernels -------------------*- tablegen -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Defines the passes that fit kernels to what a driver launches.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_CONVERSION_GPUKERNELINTERFACE_PASSES
#define ECOLM_CONVERSION_GPUKERNELINTERFACE_PASSES

include "mlir/Pass/PassBase.td"

def GPUUseBarePointers
    : Pass<"ecolm-gpu-use-bare-pointers", "::mlir::gpu::GPUModuleOp"> {
  let summary = "passes buffers to kernels as plain pointers";
  let description = [{
    Turns every memref argument of a kernel into one pointer to global memory.
    Without it each argument is expanded to a descriptor of seven values. The
    upstream option for bare pointers takes static shapes only; here outer
    sizes may be unknown, because no address depends on them.

    Precondition: strides are known. Postcondition: no kernel has a memref
    argument. `convert-gpu-to-nvvm` or `convert-gpu-to-rocdl` must follow before
    the host side is verified, since a launch still passes memrefs.

    ```mlir
    gpu.func @k(%x: memref<?x64xi8>) kernel
    ```
    ==>
    ```mlir
    gpu.func @k(%p: !llvm.ptr<1>) kernel {
      %d = ... // a descriptor of %p
      %x = builtin.unrealized_conversion_cast %d : !llvm.struct<...>
          to memref<?x64xi8>
    ```
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

def GPUUseSPIRVInterface
    : Pass<"ecolm-gpu-use-spirv-interface", "::mlir::ModuleOp"> {
  let summary = "gives kernels the interface of a Vulkan shader";
  let description = [{
    Arguments of kernels become storage buffers (descriptor set 0, bound in
    their order), workgroup attributions become allocations of the Workgroup
    storage class, the known block size becomes the entry point's local size,
    and the `gpu.module` gets a target environment: Vulkan 1.1 with 8-bit and
    16-bit storage. Launches pass their buffers through a cast.

    Precondition: kernels have a known block size. Postcondition:
    `convert-gpu-to-spirv` takes the kernels.

    ```mlir
    gpu.func @k(%x: memref<?x64xi8>)
        workgroup(%b: memref<64xi32, #gpu.address_space<workgroup>>) kernel
        attributes {known_block_size = array<i32: 64, 1, 1>}
    ```
    ==>
    ```mlir
    gpu.func @k(%x: memref<?x64xi8, #spirv.storage_class<StorageBuffer>>) kernel
        attributes {spirv.entry_point_abi =
            #spirv.entry_point_abi<workgroup_size = [64, 1, 1]>} {
      %b = memref.alloc() : memref<64xi32, #spirv.storage_class<Workgroup>>
    ```
  }];
  let dependentDialects = [
    "::mlir::memref::MemRefDialect", "::mlir::spirv::SPIRVDialect"
  ];
}

#endif // ECOLM_CONVERSION_GPUKERNELINTERFACE_PASSES

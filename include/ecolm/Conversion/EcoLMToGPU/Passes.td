//===- Passes.td - Moves linear layers to the GPU ------*- tablegen -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Defines the conversion from ecolm to the gpu dialect.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_CONVERSION_ECOLMTOGPU_PASSES
#define ECOLM_CONVERSION_ECOLMTOGPU_PASSES

include "mlir/Pass/PassBase.td"

def ConvertEcoLMToGPU : Pass<"convert-ecolm-to-gpu", "::mlir::ModuleOp"> {
  let summary = "moves low-bit linear operations to the GPU";
  let description = [{
    In functions that bear the unit attribute `ecolm.gpu`, or all functions of a
    module that bears it, turns `ecolm.matmul` with ternary or power-of-two
    weights and `ecolm.butterfly` with ternary factors into launches of kernels.

    Precondition: weights have a packed layout (`#ecolm.packed`) that a kernel
    reads; `docs/GPU.md` lists them. Postcondition: these operations are gone
    and their kernels stand in `gpu.module @ecolm_kernels`; a remark tells of
    every linear operation that stays, and why. Weights and powers of two reach
    the kernels through `builtin.unrealized_conversion_cast`, which vanishes
    when the other side decides how they lie in memory.

    ```mlir
    %y = ecolm.matmul %x, %w : tensor<?x64xi8>,
        tensor<48x64x!ecolm.ternary, #ecolm.packed<codes2>> -> tensor<?x48xi32>
    ```
    ==>
    ```mlir
    %xb = bufferization.to_buffer %x : tensor<?x64xi8> to memref<?x64xi8>
    %wb = builtin.unrealized_conversion_cast %w : ... to memref<192xi32>
    %yb = memref.alloc(%rows) : memref<?x48xi32>
    gpu.launch_func @ecolm_kernels::@matmul_i8_ternary_codes2_n48_k64
        blocks in (%rows, %c1, %c1) threads in (%c128, %c1, %c1)
        args(%xb : memref<?x64xi8>, %wb : memref<192xi32>,
             %yb : memref<?x48xi32>)
    %y = bufferization.to_tensor %yb restrict writable
        : memref<?x48xi32> to tensor<?x48xi32>
    ```
  }];
  let options = [
    Option<"allFunctions", "all-functions", "bool", "false",
           "Convert every function, marked or not.">,
    Option<"workgroupMemory", "workgroup-memory", "int64_t", "32768",
           "Bytes of memory that a workgroup may share.">
  ];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::bufferization::BufferizationDialect",
    "::mlir::gpu::GPUDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect"
  ];
}

#endif // ECOLM_CONVERSION_ECOLMTOGPU_PASSES

//===- LayerPasses.td - Reports and profiles --------------*- tablegen -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the passes behind reports and profiles (docs/Rationale/Reports.md).
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_TARGET_CPU_LAYERPASSES
#define ECOLM_TARGET_CPU_LAYERPASSES

include "mlir/Pass/PassBase.td"

def DescribeLayers : Pass<"ecolm-describe-layers", "::mlir::ModuleOp"> {
  let summary = "remember the layers of a model, their kernels and costs";
  let description = [{
    Finds the layers of `@main`, which `convert-ecolm-to-vector` is about to
    make kernels of, and remembers them in the attribute `ecolm.layers` of the
    module: what `ecolm::LayerRecord` lists, for each layer in the order of its
    first operation, and one record `the rest` for what is no layer. Operations
    of layer i get the location `fused<i>[...]`. A layer that a faster kernel
    just misses is a missed remark.

    Precondition: weights are packed and placed, linear layers are outlined.
    Postcondition: only locations and `ecolm.layers` have changed.

    ```mlir
    %y = ecolm.matmul %x, %w : ... loc("up")
    ```
    ==>
    ```mlir
    module attributes {ecolm.layers = [
        {kernel = "byte products (vnni)", kind = "matmul", name = "up", ...},
        {kind = "rest", name = "the rest", ...} ]}
    %y = ecolm.matmul %x, %w : ... loc(fused<0>["up"])
    ```
  }];
  let options = [
    Option<"instructions", "instructions", "::ecolm::ByteProducts",
           "::ecolm::ByteProducts::Widened", "What sums products of bytes",
           [{::llvm::cl::values(
             clEnumValN(::ecolm::ByteProducts::None, "none", "words"),
             clEnumValN(::ecolm::ByteProducts::Widened, "widened",
                        "vectors of wider integers"),
             clEnumValN(::ecolm::ByteProducts::NEON, "neon", "SMULL"),
             clEnumValN(::ecolm::ByteProducts::SDOT, "sdot", "SDOT"),
             clEnumValN(::ecolm::ByteProducts::USDOT, "usdot", "USDOT"),
             clEnumValN(::ecolm::ByteProducts::AVX2, "avx2", "VPMADDUBSW"),
             clEnumValN(::ecolm::ByteProducts::VNNI, "vnni", "VPDPBUSD"))}]>,
    Option<"vectorBits", "vector-bits", "int64_t", "512",
           "Bits of the target's vectors">,
    Option<"countZeros", "count-zeros", "bool", "false",
           "Read the weights and count how many are zero">
  ];
  let statistics = [Statistic<"numLayers", "layers", "layers found">];
}

def TimeLayers : Pass<"ecolm-time-layers", "::mlir::ModuleOp"> {
  let summary = "let the entry function read the clock where the layer changes";
  let description = [{
    Calls `ecolm_profile_mark` (include/ecolm/Runtime/Model.h) in `@main`
    wherever work of another layer begins, and before it returns. The layers are
    those of `ecolm-describe-layers`; what is no layer is the last of them. The
    global `@ecolm_layer_times` has a counter of nanoseconds for each.

    Precondition: `ecolm.layers`; `@main` is one block of loops and calls on
    buffers. Postcondition: the same numbers, and times.

    ```mlir
    func.func @main(%m: memref<4xf32>) {
      call @layer(%m) : (memref<4xf32>) -> () loc(fused<0>["up"])
    ```
    ==>
    ```mlir
    llvm.mlir.global internal @ecolm_layer_times() : !llvm.array<2 x i64>
    func.func @main(%m: memref<4xf32>) {
      %times = llvm.mlir.addressof @ecolm_layer_times : !llvm.ptr
      call @ecolm_profile_mark(%times, %c0) : (!llvm.ptr, i32) -> ()
      call @layer(%m) : (memref<4xf32>) -> ()
      call @ecolm_profile_mark(%times, %c-1) : (!llvm.ptr, i32) -> ()
    ```
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect",
    "::mlir::arith::ArithDialect", "::mlir::func::FuncDialect"];
  let statistics = [Statistic<"numMarks", "marks", "readings of the clock">];
}

#endif // ECOLM_TARGET_CPU_LAYERPASSES

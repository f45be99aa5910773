//===- Passes.td - Lower kernels ---------------------------*- tablegen -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the pass that lowers the ecolm dialect to loops over vectors.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_CONVERSION_ECOLMTOVECTOR_PASSES
#define ECOLM_CONVERSION_ECOLMTOVECTOR_PASSES

include "mlir/Pass/PassBase.td"

def ConvertEcoLMToVector : Pass<"convert-ecolm-to-vector", "::mlir::ModuleOp"> {
  let summary = "lower ecolm operations to loops over vectors on tensors";
  let description = [{
    Rewrites every operation of the dialect except the declarations of weights.
    Linear maps, norms and attention become `scf` loops over `vector` values,
    with the additions of every output in the order that its definition states;
    element-by-element operations become `linalg.generic`. Loops over rows are
    `scf.forall`, since no row depends on another.

    Tensors of powers of two become i32 tensors in units of `2^min`. A packed
    weight becomes a byte view of the weight section `@ecolm_weights`.

    Precondition: weights used by matmul and butterfly are packed with 16 lanes,
    or in tiles of depth 4 (`ecolm-pack-weights`), and placed
    (`ecolm-place-weights`).
    Postcondition: no ecolm operation but `ecolm.weight`, `ecolm.dot` and
    `ecolm.lookup`.

    ```mlir
    %q = ecolm.log_quantize %x : tensor<256xf32>
        -> tensor<256x!ecolm.pot<min = -6, max = 1>>
    ```
    ==>
    ```mlir
    %q = linalg.generic ... ins(%x : tensor<256xf32>)
        outs(%init : tensor<256xi32>) { /* integer operations on the bits */ }
    ```
  }];
  let options = [
    Option<"fpu", "fpu", "bool", "true",
           "The target computes with floats in hardware; without it the "
           "quantized path is written with integer instructions only">,
    Option<"fma", "fma", "bool", "false",
           "The target multiplies and adds in one instruction; used where the "
           "product needs no rounding, so that the bits are the same">,
    Option<"sums", "sums", "int64_t", "4",
           "Vectors of 16 sums that the target's registers hold">,
    Option<"inPlace", "in-place", "int64_t", "0",
           "The largest code that the target's products of bytes, summed in 32 "
           "bits, take: up to it codes of single rows stay where they are in a "
           "byte, and sums are shifted instead">,
    Option<"rows", "rows", "int64_t", "8",
           "Rows of bytes whose sums the target's registers hold">
  ];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::bufferization::BufferizationDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect", "::mlir::vector::VectorDialect"
  ];
}

#endif // ECOLM_CONVERSION_ECOLMTOVECTOR_PASSES

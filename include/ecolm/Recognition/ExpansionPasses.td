//===- ExpansionPasses.td - Passes that take operators apart -*- tablegen -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the passes that write an operator in terms of those that others look
// for.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_RECOGNITION_EXPANSIONPASSES
#define ECOLM_RECOGNITION_EXPANSIONPASSES

include "mlir/Pass/PassBase.td"

def ExpandEinsum : Pass<"expand-einsum", "::mlir::ModuleOp"> {
  let summary = "write products that are spelled as Einsum as MatMul";
  let description = [{
    An Einsum of two tensors of floats is a product of matrices if it sums what
    both have, and keeps what one of them has alone. It becomes a MatMul, with a
    Transpose and a Reshape where its axes stand in another order or several
    stand for one, so that whoever looks for weights or attention sees it. A
    stored tensor is the second factor.

    Left alone is an Einsum that computes something else (a diagonal, a sum of
    one factor, a product with a vector), one whose axes would have to be joined
    and have two sizes that the run decides, one that could meet two sizes for
    one letter in a run, and a batch of stored matrices: those are the factors
    that `recognize-butterflies` reads off the equation.

    Precondition: `onnx-infer-shapes` has run. Postcondition: the graph computes
    what it did, in another order of float additions. The results of new nodes
    have no types: `onnx-infer-shapes` runs again.

    ```mlir
    %w = onnx.initializer "w" dense<0.5> : tensor<4x8xf32>
    %y = onnx.node "Einsum"(%x, %w) {attrs = {equation = "bti,oi->bto"}, opset = 12 : i64}
           : (tensor<1x2x8xf32>, tensor<4x8xf32>) -> tensor<1x2x4xf32>
    ==>
    %w = onnx.initializer "w" dense<0.5> : tensor<4x8xf32>
    %0 = onnx.node "Transpose"(%w) {attrs = {perm = array<i64: 1, 0>}, opset = 24 : i64}
           : (tensor<4x8xf32>) -> tensor<*x!onnx.unknown>
    %y = onnx.node "MatMul"(%x, %0) {opset = 24 : i64}
           : (tensor<1x2x8xf32>, tensor<*x!onnx.unknown>) -> tensor<1x2x4xf32>
    ```
  }];
  let dependentDialects = ["::ecolm::onnx::ONNXDialect"];
  let statistics = [
    Statistic<"numProducts", "products", "Einsums written as MatMul">
  ];
}

def ExpandFusedOperators
    : Pass<"expand-fused-operators", "::mlir::ModuleOp"> {
  let summary = "write onnxruntime's fused operators as standard ones";
  let description = [{
    onnxruntime's optimizer and the exporters that follow it write parts of a
    transformer as operators of the domain `com.microsoft`. Each is a name for
    a few standard operators, and becomes them here, so that nothing behind
    this pass knows the domain: norms with a residual or an embedding, Gelus
    with a bias, rotary embeddings, attention with its own layout of heads,
    masks and caches, and products by quantized matrices.

    A stored matrix of MatMulNBits keeps its bits: it becomes an unsigned
    tensor of 2, 4 or 8 bits with blocks of scales. Without zero points the
    middle 2^(bits-1) is one. Float zero points z are taken out of the product:
    `A . (q - z) s = A . q s - sum(A) . z s`, the sum over each block.

    Precondition: `onnx-infer-shapes` has run. Postcondition: a node of a fused
    operator that is left carries the reason in `ecolm.refusal`. The results of
    new nodes have no types: `onnx-infer-shapes` runs again.

    ```mlir
    %0 = onnx.node "BiasGelu"(%x, %b) {domain = "com.microsoft", opset = 1 : i64}
           : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
    ==>
    %0 = onnx.node "Add"(%x, %b) {opset = 24 : i64}
           : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<*x!onnx.unknown>
    %1 = onnx.node "Gelu"(%0) {opset = 24 : i64}
           : (tensor<*x!onnx.unknown>) -> tensor<*x!onnx.unknown>
    ```
  }];
  let dependentDialects = ["::ecolm::onnx::ONNXDialect"];
}

#endif // ECOLM_RECOGNITION_EXPANSIONPASSES

//===- Passes.td - Passes that recognize ideas -------------*- tablegen -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the passes that find an idea in a graph, however it is spelled, and
// write it as the one operator that means it.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_RECOGNITION_PASSES
#define ECOLM_RECOGNITION_PASSES

include "mlir/Pass/PassBase.td"

def RecognizeQuantizers : Pass<"recognize-quantizers", "::mlir::ModuleOp"> {
  let summary = "find quantizers of activations by what they compute";
  let description = [{
    Takes every group of elementwise nodes, and reductions over the last axis,
    that computes one f32 value from another and makes steps; evaluates it at
    chosen numbers; and compares it with the quantizers of the dialect. How the
    nodes spell it (Log and Pow, comparisons, a division or a product) does not
    matter. What agrees everywhere becomes LogQuantize or QuantizeInt8 of domain
    `ai.ecolm`.

    The numbers are 13 around each place where a log quantizer may change its
    value and 16 between any two, of both signs, for every exponent of its range;
    or 64 rows of magnitudes from 2^-24 to 2^15, of zeros and of ties. A threshold
    2^e written with a logarithm is off by some units in the last place: up to
    8 + |e| are taken for the exact one, as are codes next to a tie; the note
    counts the numbers that fell on the other side.

    Precondition: `onnx-infer-shapes` has run. Postcondition: the same, and
    `ecolm.recognition_notes` names the quantizers.

    ```mlir
    %s = onnx.node "Sign"(%x) {opset = 17 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
    %a = onnx.node "Abs"(%x) {opset = 17 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
    %l = onnx.node "Log"(%a) {opset = 17 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
    %d = onnx.node "Div"(%l, %ln2) {opset = 17 : i64}
           : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
    %f = onnx.node "Floor"(%d) {opset = 17 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
    %c = onnx.node "Clip"(%f, %m6, %p3) {opset = 17 : i64}
           : (tensor<?x8xf32>, tensor<f32>, tensor<f32>) -> tensor<?x8xf32>
    %p = onnx.node "Pow"(%two, %c) {opset = 17 : i64}
           : (tensor<f32>, tensor<?x8xf32>) -> tensor<?x8xf32>
    %y = onnx.node "Mul"(%s, %p) {opset = 17 : i64}
           : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
    ==>
    %y = onnx.node "LogQuantize"(%x) {attrs = {emax = 3 : i64, emin = -6 : i64,
           rounding = "floor", underflow = "clamp"}, domain = "ai.ecolm", opset = 1 : i64}
           : (tensor<?x8xf32>) -> tensor<?x8xf32>
    ```
  }];
}

def RecognizeStraightThrough
    : Pass<"recognize-straight-through", "::mlir::ModuleOp"> {
  let summary = "read through straight-through estimators";
  let description = [{
    Training code writes a quantizer q with the gradient of the identity as
    `x + (q(x) - x)`, and exporters keep that. Its value is q(x) but for the
    rounding of the two additions, which would hide that q(x) has few values. An
    Add of x and a Sub of x is replaced by q(x) where q(x) depends on x through an
    operator that makes steps (Round, Floor, Ceil, Sign, a comparison, a Cast to
    integers); any other such sum is left alone.

    Precondition: the module is an imported graph; types are not needed.
    Postcondition: the same, and `ecolm.recognition_notes` names the sums.

    ```mlir
    %q = onnx.node "Round"(%x) {opset = 13 : i64} : (tensor<4xf32>) -> tensor<4xf32>
    %d = onnx.node "Sub"(%q, %x) {opset = 13 : i64}
           : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %y = onnx.node "Add"(%x, %d) {opset = 13 : i64}
           : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    ==>
    %y = onnx.node "Round"(%x) {opset = 13 : i64} : (tensor<4xf32>) -> tensor<4xf32>
    ```
  }];
}

def RecognizeWeights : Pass<"recognize-weights", "::mlir::ModuleOp"> {
  let summary = "find weights that are ternary or powers of two by value";
  let description = [{
    Looks at the constant matrix of every MatMul and Gemm, through Transpose,
    Reshape and Cast. Where all elements are 0 or `+-s` (ternary), or `+-s * 2^e`
    (powers of two), with one scale s for the matrix, for every row or for every
    group of 256, 128, 64 or 32 columns, the node becomes TernaryMatMul,
    PotMatMul, TernaryGroupMatMul or PotGroupMatMul of domain `ai.ecolm`.

    Elements equal `s * code` bit for bit. The one exception is the rounding
    noise of `x + (q(x) - x)`, at most 2^-21 of an element, which exporters that
    fold constants leave in the weights of straight-through estimators; the note
    says so. A matrix that looks ternary and is not is noted and left alone.

    Precondition: `onnx-infer-shapes` has run. Postcondition: the same, and
    `ecolm.recognition_notes` names the products.

    ```mlir
    %w = onnx.initializer "w" dense<0.5> : tensor<8x4xf32>
    %y = onnx.node "MatMul"(%x, %w) {opset = 13 : i64}
           : (tensor<2x8xf32>, tensor<8x4xf32>) -> tensor<2x4xf32>
    ==>
    %codes = onnx.initializer "w.codes" dense<170> : tensor<8xui8>
    %shape = onnx.initializer "w.shape" dense<[4, 8]> : tensor<2xi64>
    %scale = onnx.initializer "w.scale" dense<0.5> : tensor<f32>
    %w = onnx.node "UnpackTernary"(%codes, %shape) {domain = "ai.ecolm", opset = 1 : i64}
           : (tensor<8xui8>, tensor<2xi64>) -> tensor<4x8xi8>
    %y = onnx.node "TernaryMatMul"(%x, %w, %scale) {domain = "ai.ecolm", opset = 1 : i64}
           : (tensor<2x8xf32>, tensor<4x8xi8>, tensor<f32>) -> tensor<2x4xf32>
    ```
  }];
}

#endif // ECOLM_RECOGNITION_PASSES

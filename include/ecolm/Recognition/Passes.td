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

def FactorMatrices : Pass<"factor-matrices", "::mlir::ModuleOp"> {
  let summary = "factors constant matrices that are butterflies or permutations";
  let description = [{
    Looks at the constant f32 matrices of `MatMul` and `Gemm`. A permutation,
    scaled or not, becomes `Gather` and `Mul`. A square matrix is factored
    hierarchically by parts of rank 1 (arXiv 2110.01230), with inputs and outputs
    in natural or digit-reversed order; it becomes a chain of `ButterflyFactor`
    where the product of the factors differs from no element of the matrix by
    more than `tolerance` times the largest one, and where the chain takes fewer
    products and fewer bytes. With the default, 0, that is a matrix whose
    factors multiply to its very bits, such as a Walsh-Hadamard matrix. What is
    within 0.001 and not taken is noted with its error. Any other matrix fails
    at the first few elements that are read.

    The sums of an output are taken factor by factor, another order of float
    additions than that of the dense product.

    Precondition: every value has a ranked type. Postcondition: the same
    function within `tolerance`; `ecolm.recognition_notes` tells what was found.

    ```mlir
    %h = onnx.initializer "h" dense<...> : tensor<64x64xf32>
    %y = onnx.node "MatMul"(%x, %h) {opset = 13 : i64}
           : (tensor<?x64xf32>, tensor<64x64xf32>) -> tensor<?x64xf32>
    ==>
    %0 = onnx.node "ButterflyFactor"(%x, %v0) {domain = "ai.ecolm", ...}
           : (tensor<?x64xf32>, tensor<32x2x2x1xi8>) -> tensor<?x64xf32>
    ... // six factors
    ```
  }];
  let options = [
    Option<"tolerance", "tolerance", "double", "0.0",
           "Largest relative error of an element of a matrix that is replaced">
  ];
  let dependentDialects = ["::ecolm::onnx::ONNXDialect"];
  let statistics = [
    Statistic<"numFactored", "matrices", "Matrices replaced by factors">
  ];
}

def RecognizeButterflies : Pass<"recognize-butterflies", "::mlir::ModuleOp"> {
  let summary = "writes butterflies and rotations as factors, however spelled";
  let description = [{
    Interprets the graph instead of matching spellings: a tensor that is linear
    in the last axis of another one, through nodes that move, scale and add
    elements by constants, is carried as one weighted variable per element,
    and every sum as a variable one level up. Levels that fall into blocks of
    equal size, each output of a block a sum of all its inputs, are factors of
    support `I_a (x) 1_{b x c} (x) I_d`; a chain of two that mix (b, c > 1), or
    one that rotates, becomes `ButterflyFactor` nodes, with `Gather` where the
    author's order of elements is another one and `Mul` for scales. Factors
    with values -1, 0 and 1 are int8. docs/Rationale/Butterflies.md says what is
    found and what is not.

    No product or sum is rounded otherwise than in the graph, so factors of two
    terms have the same bits; longer sums are in the order of
    docs/Rationale/FloatOrder.md.

    Precondition: every value has a ranked type. Postcondition: the same
    function; `ecolm.recognition_notes` tells what was found.

    ```mlir
    %0 = onnx.node "Split"(%x) {attrs = {axis = -1 : i64}, opset = 13 : i64}
           : (tensor<?x4xf32>) -> (tensor<?x2xf32>, tensor<?x2xf32>)
    %1 = onnx.node "Add"(%0#0, %0#1) {opset = 13 : i64} : ...
    %2 = onnx.node "Sub"(%0#0, %0#1) {opset = 13 : i64} : ...
    %3 = onnx.node "Concat"(%1, %2) {attrs = {axis = -1 : i64}, ...} : ...
    ... // and again at stride 1
    ==>
    %0 = onnx.node "ButterflyFactor"(%x, %v0) {domain = "ai.ecolm", ...}
           : (tensor<?x4xf32>, tensor<1x2x2x2xi8>) -> tensor<?x4xf32>
    %1 = onnx.node "ButterflyFactor"(%0, %v1) {domain = "ai.ecolm", ...}
           : (tensor<?x4xf32>, tensor<2x2x2x1xi8>) -> tensor<?x4xf32>
    ```
  }];
  let options = [
    Option<"budget", "budget", "int64_t", "1 << 27",
           "Terms to look at, after which the rest of the graph is left alone">
  ];
  let dependentDialects = ["::ecolm::onnx::ONNXDialect"];
  let statistics = [
    Statistic<"numFactors", "factors", "Factors written">
  ];
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

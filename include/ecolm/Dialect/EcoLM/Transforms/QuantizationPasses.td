//===- QuantizationPasses.td - Passes that quantize -*- tablegen -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Defines the passes that quantize weights, and compute on what is quantized.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ECOLM_TRANSFORMS_QUANTIZATIONPASSES
#define ECOLM_DIALECT_ECOLM_TRANSFORMS_QUANTIZATIONPASSES

include "mlir/Pass/PassBase.td"

def ComputeOnCodes : Pass<"ecolm-compute-on-codes"> {
  let summary = "Multiplies the integers that rows were quantized to";
  let description = [{
    A model that quantizes activations for its accuracy's sake alone computes
    with the numbers that the codes stand for. Here products take the codes
    themselves, and the scale of a row comes after the sum: an integer product
    of `matmul` with ternary, integer or power-of-two weights, and the sums of
    groups in `group_matmul`. The sums of the integers are exact, so the result
    differs from the sum of rounded floats by their roundings only. Belongs to
    the recognize phase: it says what a quantized product is.

    Precondition: none. Postcondition: no product of rows of dequantized bytes,
    except where sums may leave 32 bits.

    ```mlir
    %x = ecolm.dequantize %q scale %s
        : tensor<?x64xi8>, tensor<?xf32> -> tensor<?x64xf32>
    %y = ecolm.matmul %x, %w
        : tensor<?x64xf32>, tensor<48x64x!ecolm.ternary> -> tensor<?x48xf32>
    ```
    ==>
    ```mlir
    %i = ecolm.matmul %q, %w
        : tensor<?x64xi8>, tensor<48x64x!ecolm.ternary> -> tensor<?x48xi32>
    %y = ecolm.dequantize %i scale %s
        : tensor<?x48xi32>, tensor<?xf32> -> tensor<?x48xf32>
    ```
  }];
  let statistics = [
    Statistic<"numProducts", "products", "Number of products on integers">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def QuantizeModel : Pass<"ecolm-quantize-model", "::mlir::ModuleOp"> {
  let summary = "Replaces constant float matrices of products by low-bit ones";
  let description = [{
    Every `ecolm.matmul` with a declared f32 matrix becomes a product with codes
    that `recipe` describes (docs/Quantization.md). One scale for the tensor or
    for each row multiplies the sum; scales of groups, and offsets, are operands
    of `ecolm.group_matmul`. Several terms of powers of two are several
    products, added. With `rotate=hadamard` the rows of the matrix are multiplied
    with a Hadamard matrix before they are quantized, and the input is rotated
    by the same matrix, a butterfly of ternary factors: outliers among the
    weights spread over the row. With `rotate=learned` it is a butterfly of
    Givens rotations, whose angles are those with which the sums over the inputs
    of `calibration`, or over any, change least (ButterflyQuant, arXiv
    2509.09679): each matrix has its own.

    A matrix is chosen if its name, or that of a product's node, matches the
    regular expression `include` and not `exclude`. Embeddings of a chosen matrix
    read its codes too (`ecolm.embedding`), unless the recipe rotates; what other
    operations read stays for them. The distance of each matrix from its floats
    is remembered on the module, for the report.

    With `calibration`, the search for the scale of a group weighs the error of
    a weight by the mean square of its input, and scales without offsets are then
    fitted to the sums over the inputs (both steps of PoTPTQ, arXiv 2507.11959).

    Precondition: none. Postcondition: no chosen product has a declared f32
    matrix. It is an error if none is chosen, or if one is not finite.

    ```mlir
    ecolm.weight @w : tensor<48x64xf32> = ...
    %w = ecolm.get_weight @w : tensor<48x64xf32>
    %y = ecolm.matmul %x, %w : tensor<?x64xf32>, tensor<48x64xf32> -> tensor<?x48xf32>
    ```
    ==>
    ```mlir
    // recipe=int4:group=32,zero_point=no
    %q = ecolm.get_weight @w.codes : tensor<48x64xi4>
    %s = ecolm.get_weight @w.scales : tensor<48x2xf32>
    %y = ecolm.group_matmul %x, %q scales %s group 32
        : tensor<?x64xf32>, tensor<48x64xi4>, tensor<48x2xf32> -> tensor<?x48xf32>
    ```
  }];
  let options = [
    Option<"recipeText", "recipe", "std::string", /*default=*/"\"\"",
           "How to quantize, as --quantize has it">,
    Option<"include", "include", "std::string", /*default=*/"\".*\"",
           "Regular expression of the names of matrices to quantize">,
    Option<"exclude", "exclude", "std::string", /*default=*/"\"\"",
           "Regular expression of the names of matrices to leave">,
    Option<"calibration", "calibration", "std::string", /*default=*/"\"\"",
           "File (.npz) with inputs f32 [rows, K] of matrices, by name">
  ];
  let statistics = [
    Statistic<"numQuantized", "quantized", "Number of matrices quantized">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def QuantizeWeights : Pass<"ecolm-quantize-weights", "::mlir::ModuleOp"> {
  let summary = "Computes the quantizers of constant weights";
  let description = [{
    Published checkpoints hold floats from which low-bit weights are computed
    in every forward pass. Where the floats are constant the pass computes
    `ecolm.ternary_quantize` and `ecolm.pot_quantize` once and declares the
    codes as a new weight, one byte each; scales become constants. Layout and
    final packing are the business of `ecolm-pack-weights`, which also erases
    the floats that nothing uses any more.

    Precondition: what is quantized is a declared weight or a constant, of f32.
    Anything else is an error.

    Postcondition: no `ecolm.ternary_quantize` and no `ecolm.pot_quantize`
    remains.

    ```mlir
    ecolm.weight @w : tensor<2x2xf32> = dense<[[1.0, -4.0], [0.5, 2.0]]> : tensor<2x2xf32>
    %w = ecolm.get_weight @w : tensor<2x2xf32>
    %c, %s = ecolm.ternary_quantize %w rule <twn> scale <absmean_above>
        : tensor<2x2xf32> -> tensor<2x2x!ecolm.ternary>, tensor<f32>
    ```
    ==>
    ```mlir
    ecolm.weight @w_codes : tensor<2x2x!ecolm.ternary> = dense<[[0, -1], [0, 1]]> : tensor<2x2xi8> packing <bytes>
    %c = ecolm.get_weight @w_codes : tensor<2x2x!ecolm.ternary>
    %s = arith.constant dense<3.0> : tensor<f32>
    ```
  }];
  let dependentDialects = ["::ecolm::EcoLMDialect", "::mlir::arith::ArithDialect"];
  let statistics = [
    Statistic<"numQuantized", "quantized", "Number of weights quantized">
  ];
}

#endif // ECOLM_DIALECT_ECOLM_TRANSFORMS_QUANTIZATIONPASSES

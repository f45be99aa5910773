//===- Passes.td - Conversions between dialects ------------*- tablegen -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the conversion passes.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_CONVERSION_PASSES
#define ECOLM_CONVERSION_PASSES

include "mlir/Pass/PassBase.td"

def ConvertONNXToEcoLM : Pass<"convert-onnx-to-ecolm", "::mlir::ModuleOp"> {
  let summary = "recognizes what a graph means in the words of the field";
  let description = [{
    Rewrites the nodes that have a word in the `ecolm` dialect: the operators
    of domain `ai.ecolm`, attention, norms over the last axis, products with
    constant matrices, scales by powers of two and token positions. Their
    constants become `ecolm.weight` symbols that keep the bytes of the file.
    Everything else stays for `convert-onnx-to-linalg`; a node of ours that
    cannot be rewritten keeps the reason in `ecolm.refusal`.

    Precondition: every value has a ranked type. Postcondition: module
    attributes `ecolm.name`, `ecolm.tokenizer` and `ecolm.context_length` say
    what the metadata says.

    ```mlir
    %c = onnx.initializer "w.codes" dense<37> : tensor<4xui8>
    %s = onnx.initializer "w.shape" dense<[4, 2, 2, 1]> : tensor<4xi64>
    %w = onnx.node "UnpackTernary"(%c, %s) {domain = "ai.ecolm", opset = 1 : i64}
           : (tensor<4xui8>, tensor<4xi64>) -> tensor<4x2x2x1xi8>
    %y = onnx.node "ButterflyFactor"(%x, %w) {domain = "ai.ecolm", opset = 1 : i64}
           : (tensor<?x8xf32>, tensor<4x2x2x1xi8>) -> tensor<?x8xf32>
    ==>
    ecolm.weight @w : tensor<4x2x2x1x!ecolm.ternary>
      = dense<37> : tensor<4xui8> packing <codes2>
    %w = ecolm.get_weight @w : tensor<4x2x2x1x!ecolm.ternary>
    %y = ecolm.butterfly_factor %x, %w
           : tensor<?x8xf32>, tensor<4x2x2x1x!ecolm.ternary> -> tensor<?x8xf32>
    ```
  }];
  let dependentDialects = ["::ecolm::EcoLMDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::cf::ControlFlowDialect",
                           "::mlir::tensor::TensorDialect"];
}

def ConvertONNXToLinalg : Pass<"convert-onnx-to-linalg", "::mlir::ModuleOp"> {
  let summary = "rewrites the rest of a graph in linalg, tensor, arith and math";
  let description = [{
    Rewrites every remaining node by its definition in the ONNX standard, with
    numpy broadcasting and sizes known only at run time. Elementwise operators
    and reductions become `linalg.generic`; integers that describe shapes are
    computed as scalars. A constant of at most 16 elements becomes an
    `arith.constant`, a larger one an `ecolm.weight`. An index that a model
    computes is checked by `cf.assert` where it is used.
    Unsigned types become signless; nodes keep the sign while they are
    converted, arguments and results of functions in `ecolm.unsigned`.

    Precondition: every value has a ranked type. Postcondition: no operation of
    the `onnx` dialect. All nodes that cannot be rewritten are reported at once.

    ```mlir
    %y = onnx.node "Relu"(%x) {opset = 23 : i64}
           : (tensor<4xf32>) -> tensor<4xf32>
    ==>
    %zero = arith.constant 0.0 : f32
    %init = tensor.empty() : tensor<4xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>,
                                          affine_map<(d0) -> (d0)>],
                         iterator_types = ["parallel"]}
        ins(%x : tensor<4xf32>) outs(%init : tensor<4xf32>) {
      ^bb0(%in: f32, %out: f32):
        %0 = arith.maximumf %in, %zero : f32
        linalg.yield %0 : f32
      } -> tensor<4xf32>
    ```
  }];
  let dependentDialects = [
    "::ecolm::EcoLMDialect", "::mlir::arith::ArithDialect",
    "::mlir::cf::ControlFlowDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::math::MathDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect"];
}

#endif // ECOLM_CONVERSION_PASSES

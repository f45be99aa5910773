//===- Passes.td - Passes over the onnx dialect -*- tablegen -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the passes that prepare an imported model for the recognizer.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ONNX_TRANSFORMS_PASSES
#define ECOLM_DIALECT_ONNX_TRANSFORMS_PASSES

include "mlir/Pass/PassBase.td"

def CheckSupported : Pass<"onnx-check-supported", "::mlir::ModuleOp"> {
  let summary = "report everything in a graph that cannot be compiled";
  let description = [{
    Holds every node against the table of supported operators before anything is
    lowered, so that a user sees all obstacles at once, each with its node's
    name, the reason and a remedy, and never "failed to legalize". One error per
    operator and remedy, one note per further node.

    Precondition: `onnx-infer-shapes` has run. Postcondition: the IR is as it
    was; if the pass succeeds, every node is of a supported operator, version,
    use and type, and is typed.

    ```mlir
    %0 = onnx.node "Hardmax"(%x) {opset = 13 : i64}
           : (tensor<4xf32>) -> tensor<*xf32>
    ==>
    error: cannot compile 'Hardmax': the operator is not supported; export the
    model so that the operator is decomposed into supported ones
    ```
  }];
  let statistics = [
    Statistic<"numNodes", "nodes", "Nodes checked">,
    Statistic<"numObstacles", "obstacles", "Kinds of obstacles found">
  ];
}

def ExpandSequences : Pass<"onnx-expand-sequences", "::mlir::ModuleOp"> {
  let summary = "write sequences that are taken apart again as slices";
  let description = [{
    Exporters write `torch.chunk` and `torch.split` as a sequence of tensors and
    the reading of its elements. `SequenceAt(SplitToSequence(x), i)` with a
    constant position and constant sizes becomes a Slice of x, and
    `ConcatFromSequence(SequenceConstruct(...))` a Concat. Any other sequence
    stays, and is refused by `onnx-check-supported`.

    Precondition: the module is an imported graph; types are not needed.
    Postcondition: the same.

    ```mlir
    %s = onnx.node "SplitToSequence"(%x, %two) {attrs = {axis = 1 : i64}, opset = 18 : i64}
           : (tensor<3x4xf32>, tensor<i64>) -> tensor<*x!onnx.unknown>
    %y = onnx.node "SequenceAt"(%s, %one) {opset = 18 : i64}
           : (tensor<*x!onnx.unknown>, tensor<i64>) -> tensor<*x!onnx.unknown>
    ==>
    %y = onnx.node "Slice"(%x, %two_, %four, %axis) {opset = 13 : i64}
           : (tensor<3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>)
           -> tensor<*x!onnx.unknown>
    ```
  }];
}

def FoldConstants : Pass<"onnx-fold-constants", "::mlir::ModuleOp"> {
  let summary = "compute what depends on constants only";
  let description = [{
    Evaluates nodes whose inputs are initializers or constants, in the order of
    the graph, and replaces what other nodes read of them by initializers: a
    fake-quantization chain on a weight becomes the quantized weight, a table of
    cosines becomes numbers. Every node rounds to its element type, as a run
    would; sums of floats are added in double and rounded once.

    A constant lives only while nodes that read it are to come, so memory is that
    of a few tensors, and the work is bounded by the size of the model. A large
    weight that is only reordered or cast stays in the file as it is; so does
    the input of DequantizeLinear. A result with more than 65,536 elements stays
    a node if it would be larger than every initializer below it; one of integers
    counts as many elements as it has bits, for they may be packed codes.

    Attribute `onnx.folded` of a made initializer lists the operators that made
    it. Its name is that of the largest initializer below.

    Precondition: the module is an imported graph; types are not needed.
    Postcondition: the same, and no evaluable node has constant inputs only, but
    for those named above.

    ```mlir
    %w = onnx.initializer "w" dense<[0.7, -1.2]> : tensor<2xf32>
    %0 = onnx.node "Round"(%w) {opset = 13 : i64} : (tensor<2xf32>) -> tensor<2xf32>
    ==>
    %0 = onnx.initializer "w" dense<[1.0, -1.0]> : tensor<2xf32>
           {onnx.folded = ["Round"]}
    ```
  }];
  let statistics = [Statistic<"numFolded", "folded", "Nodes computed">];
}

def InferShapes : Pass<"onnx-infer-shapes", "::mlir::ModuleOp"> {
  let summary = "give every value of an imported model its type";
  let description = [{
    Files state the types of inputs and outputs and often of nothing else; every
    later phase needs them all. The pass walks `@main` once, front to back, and
    derives the type of each result from the types of the inputs and, where an
    operator takes a shape as a tensor, from the integers in it, which it
    follows through Shape, Gather, Slice, Concat, arithmetic and the like.

    Sizes that the run decides are symbols: the named dimensions of the model's
    inputs, or made up (`?0`, `?1`, ...). Attribute `onnx.dims` of a node lists
    the dims of its results. Two dims with one symbol are equal in every run.

    A type that the file states is checked against the derived one and never
    taken in its place: a model cannot talk the compiler into a wrong size. What
    must hold in a run and cannot be shown (an inner size of a product that is
    two different symbols) is listed in `onnx.assumes` of the node: whoever lowers
    it must check it in the run.

    Precondition: a module as the importer makes it. Postcondition: every result
    of a node that has a rule, and whose inputs have types, is ranked and typed;
    `@main`'s own type follows. Nodes in subgraphs and nodes without a rule keep
    the types that the file states. Fails, after the whole graph, if a node
    contradicts its inputs or the file's types.

    ```mlir
    func.func @main(%x: tensor<1x?xi64> {onnx.name = "ids", onnx.dims = ["1", "n"]},
                    %w: tensor<65x8xf32> {onnx.name = "w"}) -> tensor<*xf32> {
      %0 = onnx.node "Gather"(%w, %x) {opset = 13 : i64}
             : (tensor<65x8xf32>, tensor<1x?xi64>) -> tensor<*xf32>
      return %0 : tensor<*xf32>
    }
    ==>
    func.func @main(%x: tensor<1x?xi64> {onnx.name = "ids", onnx.dims = ["1", "n"]},
                    %w: tensor<65x8xf32> {onnx.name = "w"}) -> tensor<1x?x8xf32> {
      %0 = onnx.node "Gather"(%w, %x) {onnx.dims = [["1", "n", "8"]], opset = 13 : i64}
             : (tensor<65x8xf32>, tensor<1x?xi64>) -> tensor<1x?x8xf32>
      return %0 : tensor<1x?x8xf32>
    }
    ```
  }];
  let dependentDialects = ["::ecolm::onnx::ONNXDialect"];
  let options = [
    Option<"foldSizes", "fold-sizes", "bool", /*default=*/"false",
           "Replace integers that are computed from sizes and known by "
           "initializers">
  ];
  let statistics = [
    Statistic<"numTyped", "results-typed", "Results given a type">,
    Statistic<"numUntyped", "results-untyped", "Results left without one">
  ];
}

def GiveEveryToken : Pass<"onnx-give-every-token", "::mlir::ModuleOp"> {
  let summary = "compute for every token what is computed for the last one";
  let description = [{
    Some language models are exported to give the logits of the last token only.
    A program that takes a few tokens at a time needs those of every token, of
    which the last are the same. If what is taken of the tokens `[1, T, N]` is
    the last one, by Gather or Slice, and what follows up to the result treats
    rows one by one, products with matrices and elementwise operators with
    constants, it is computed for all of them.

    Precondition: `onnx-infer-shapes` has run, and `onnx-take-one-sequence` has
    found a language model. Postcondition: the same model with the result
    `[1, T, V]`, of which `onnx-infer-shapes` has to infer the types.

    ```mlir
    %h = onnx.node "Gather"(%x, %last) {attrs = {axis = 1 : i64}, opset = 13 : i64} : (tensor<1x?x4xf32>, tensor<i64>) -> tensor<1x4xf32>
    %y = onnx.node "MatMul"(%h, %w) {opset = 13 : i64} : (tensor<1x4xf32>, tensor<4x9xf32>) -> tensor<1x9xf32>
    ==>
    %h = onnx.node "Squeeze"(%x, %zero) {opset = 13 : i64} : (tensor<1x?x4xf32>, tensor<1xi64>) -> tensor<*xf32>
    %y = onnx.node "MatMul"(%h, %w) {opset = 13 : i64} : (tensor<*xf32>, tensor<4x9xf32>) -> tensor<*xf32>
    %z = onnx.node "Unsqueeze"(%y, %zero) {opset = 13 : i64} : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
    ```
  }];
}

def TakeOneSequence : Pass<"onnx-take-one-sequence", "::mlir::ModuleOp"> {
  let summary = "say that a language model takes one sequence, and how long";
  let description = [{
    A program continues one text, and its cache is that of one sequence. If the
    exporter's metadata `ecolm.context_length` says that the model is a language
    model, and its only input is ids `[batch, tokens]`, the batch is one, and the
    attribute `onnx.longest` of the function says how many tokens there are at
    most: `onnx-infer-shapes` then knows that a table of so many rows has one
    for each of them.

    Precondition: the module is an imported graph. Postcondition: the same, of
    which `onnx-infer-shapes` has to infer the types.

    ```mlir
    func.func @main(%ids: tensor<?x?xi64>) -> tensor<?x?x17xf32>
    ==>
    func.func @main(%ids: tensor<1x?xi64>) -> tensor<?x?x17xf32>
        attributes {onnx.longest = 64 : i64}
    ```
  }];
}

#endif // ECOLM_DIALECT_ONNX_TRANSFORMS_PASSES

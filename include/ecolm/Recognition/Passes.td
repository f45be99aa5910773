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

include "ecolm/Recognition/ExpansionPasses.td"
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

    Some layers multiply the codes, and scale the product:
    `(round(x / s) @ w) * s * g`. Where the codes times their scale are
    QuantizeInt8, the scale moves there, `(QuantizeInt8(x) @ w) * g`; which of
    both is computed is decided by `ecolm-compute-on-codes`.

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

def RecognizeActivations
    : Pass<"recognize-activations", "::mlir::ModuleOp"> {
  let summary = "write Gelu and Swish for their steps";
  let description = [{
    Exporters spell `x/2 (1 + erf(x / sqrt 2))`, its approximation by a
    hyperbolic tangent and `x sigmoid(x)` in steps, whose order and constants
    differ. The pass takes a product apart into its factors, so that no order
    is special, and compares numbers up to their rounding.

    Precondition: `onnx-infer-shapes` has run. Postcondition: the graph computes
    what it did.

    ```mlir
    %0 = onnx.node "Sigmoid"(%x) {opset = 13 : i64} : (tensor<4xf32>) -> tensor<4xf32>
    %1 = onnx.node "Mul"(%x, %0) {opset = 14 : i64}
           : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    ==>
    %1 = onnx.node "Swish"(%x) {opset = 24 : i64} : (tensor<4xf32>) -> tensor<4xf32>
    ```
  }];
  let dependentDialects = ["::ecolm::onnx::ONNXDialect"];
  let statistics = [
    Statistic<"numActivations", "activations", "Activations recognized">
  ];
}

def RecognizeAttention
    : Pass<"recognize-attention", "::mlir::ModuleOp"> {
  let summary = "write Attention for products around a softmax";
  let description = [{
    Looks for `softmax(mask(q k^T scale)) v`, from the last product backwards:
    casts between floats, a guard against rows without keys, masks that are
    added or chosen with Where, numbers that scale the scores, the queries or the
    keys, constant or computed from the size of a head, transposed keys in any
    spelling, and heads of keys and values that are repeated for groups of
    queries. Masks become what is added to the scores; `recognize-causal-masks`
    looks at them.

    It runs before constants are folded: of an attention of constants the
    steps would be rounded one by one. Numbers between the products may be wider afterwards, never narrower: f16
    scores that the graph rounds at every step are kept in f32. A query that
    sees no key gives 0 where unguarded steps divide 0 by 0.

    Precondition: `onnx-infer-shapes` has run. Postcondition: the graph computes
    what it did, up to rounding; sums of masks have no shapes yet.

    ```mlir
    %0 = onnx.node "Transpose"(%k) {attrs = {perm = array<i64: 0, 1, 3, 2>}, opset = 13 : i64} : (tensor<1x2x3x4xf32>) -> tensor<1x2x4x3xf32>
    %1 = onnx.node "MatMul"(%q, %0) {opset = 13 : i64} : (tensor<1x2x3x4xf32>, tensor<1x2x4x3xf32>) -> tensor<1x2x3x3xf32>
    %2 = onnx.node "Softmax"(%1) {opset = 13 : i64} : (tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32>
    %3 = onnx.node "MatMul"(%2, %v) {opset = 13 : i64} : (tensor<1x2x3x3xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32>
    ==>
    %3 = onnx.node "Attention"(%q, %k, %v) {attrs = {scale = 1.0 : f32}, opset = 24 : i64} : (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32>
    ```
  }];
  let dependentDialects = ["::ecolm::onnx::ONNXDialect"];
  let statistics = [
    Statistic<"numAttentions", "attentions", "Attentions recognized">
  ];
}

def RecognizeCausalMasks
    : Pass<"recognize-causal-masks", "::mlir::ModuleOp"> {
  let summary = "write causality for masks of Attention that say no more";
  let description = [{
    A mask counts as causal only if that is proved: a constant is looked at,
    element by element, and comparisons of ranges and Trilu are followed with
    sizes as sums of symbols, so that `j <= i + past` is known to be just that.
    Where the keys and values are those of a past and new ones behind them, and
    the mask lets a query see all of the past, both become inputs of their own.
    A mask that hides nothing is dropped; every other one stays.

    Precondition: `onnx-infer-shapes` has run. Postcondition: the graph computes
    what it did.

    ```mlir
    %m = onnx.initializer "mask" dense<[[true, false], [true, true]]> : tensor<2x2xi1>
    %y = onnx.node "Attention"(%q, %k, %v, %m) {opset = 23 : i64}
           : (tensor<1x2x2x4xf32>, tensor<1x2x2x4xf32>, tensor<1x2x2x4xf32>, tensor<2x2xi1>) -> tensor<1x2x2x4xf32>
    ==>
    %y = onnx.node "Attention"(%q, %k, %v) {attrs = {is_causal = 1 : i64}, opset = 23 : i64}
           : (tensor<1x2x2x4xf32>, tensor<1x2x2x4xf32>, tensor<1x2x2x4xf32>) -> tensor<1x2x2x4xf32>
    ```
  }];
  let dependentDialects = ["::ecolm::onnx::ONNXDialect"];
  let statistics = [Statistic<"numMasks", "masks", "Masks recognized">];
}

def RecognizeNorms : Pass<"recognize-norms", "::mlir::ModuleOp"> {
  let summary = "write norms for their steps";
  let description = [{
    Finds `x / sqrt(mean(x^2) + epsilon)` over the last dimension, with the
    inverse root in any spelling, and the factors and summands of single columns
    that follow. Of `x - mean(x)` it is a LayerNormalization, else an
    RMSNormalization. Elements are f32 or f64: what computes in f32 between
    casts is found between them.

    Precondition: `onnx-infer-shapes` has run. Postcondition: the graph computes
    what it did, up to rounding.

    ```mlir
    %0 = onnx.node "Mul"(%x, %x) {opset = 14 : i64} : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
    %1 = onnx.node "ReduceMean"(%0) {attrs = {axes = array<i64: -1>}, opset = 13 : i64} : (tensor<2x4xf32>) -> tensor<2x1xf32>
    %2 = onnx.node "Add"(%1, %epsilon) {opset = 14 : i64} : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
    %3 = onnx.node "Sqrt"(%2) {opset = 13 : i64} : (tensor<2x1xf32>) -> tensor<2x1xf32>
    %4 = onnx.node "Div"(%x, %3) {opset = 14 : i64} : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
    %5 = onnx.node "Mul"(%4, %gain) {opset = 14 : i64} : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
    ==>
    %5 = onnx.node "RMSNormalization"(%x, %gain) {attrs = {epsilon = 1.0e-5 : f32}, opset = 24 : i64} : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
    ```
  }];
  let dependentDialects = ["::ecolm::onnx::ONNXDialect"];
  let statistics = [Statistic<"numNorms", "norms", "Norms recognized">];
}

def FactorMatrices : Pass<"factor-matrices", "::mlir::ModuleOp"> {
  let summary = "factors constant matrices that are butterflies or permutations";
  let description = [{
    Looks at the constant f32 matrices of `MatMul` and `Gemm`. A permutation,
    scaled or not, becomes `Gather` and `Mul`. A square matrix is factored
    hierarchically by parts of rank 1 (arXiv 2110.01230), with inputs and outputs
    in natural or digit-reversed order, which finds Kronecker products too; it
    becomes a chain of `ButterflyFactor`
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

def RecognizeBlockDiagonals
    : Pass<"recognize-block-diagonals", "::mlir::ModuleOp"> {
  let summary = "leaves out the zeros beside the blocks of a constant matrix";
  let description = [{
    Looks at the constant f32 matrices of `MatMul` and `Gemm`. Where everything
    beside blocks of one size along the diagonal is 0, the blocks become a
    `ButterflyFactor` of stride 1: n / c times fewer products for blocks of c
    inputs. That is what exporters make of rotations within groups of inputs.

    The sums are those of the matrix without their zeros, so they keep their
    bits, but for inputs that are infinite or no numbers, which a zero does not
    multiply any more.

    Precondition: every value has a ranked type. Postcondition: the same
    function; `ecolm.recognition_notes` tells what was found.

    ```mlir
    %w = onnx.initializer "w" dense<...> : tensor<512x512xf32>
    %y = onnx.node "MatMul"(%x, %w) {opset = 13 : i64}
           : (tensor<?x512xf32>, tensor<512x512xf32>) -> tensor<?x512xf32>
    ==>
    %y = onnx.node "ButterflyFactor"(%x, %v) {domain = "ai.ecolm", ...}
           : (tensor<?x512xf32>, tensor<4x128x128x1xf32>) -> tensor<?x512xf32>
    ```
  }];
  let dependentDialects = ["::ecolm::onnx::ONNXDialect"];
  let statistics = [
    Statistic<"numFound", "matrices", "Matrices replaced by their blocks">
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

    A factor may also be a matrix of which at most half is not 0, as masks leave
    it.

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

def RecognizeRotary : Pass<"recognize-rotary", "::mlir::ModuleOp"> {
  let summary = "write RotaryEmbedding for its steps";
  let description = [{
    Finds what turns pairs (a, b) of elements of queries or keys, [B, H, T, D],
    [B, T, H, D] or [B, T, D]: the two halves of a row, or neighbours, taken out
    by Slice, Split or an index of a dimension of two and joined again, as
    `join(a cos - b sin, b cos + a sin)` or `x cos + join(-b, a) sin`.
    RotaryEmbedding takes each cosine once, [B, T, D/2]; of the second form the
    graph has each of them twice, and that both are the same is proved: they are
    one value joined with itself, or a constant table that repeats, behind Cos,
    Sin, Gather, products and the like, which are made again for one half. With
    the tokens before the heads, the heads are merged, which moves nothing.

    Precondition: `onnx-infer-shapes` has run. Postcondition: the graph computes
    what it did; the tables that it made are typed without names of dimensions.

    ```mlir
    %0 = onnx.node "Slice"(%x, %two, %end, %axis) {opset = 13 : i64} : (tensor<1x2x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x3x2xf32>
    %1 = onnx.node "Neg"(%0) {opset = 13 : i64} : (tensor<1x2x3x2xf32>) -> tensor<1x2x3x2xf32>
    %2 = onnx.node "Slice"(%x, %zero, %two, %axis) {opset = 13 : i64} : (tensor<1x2x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x3x2xf32>
    %3 = onnx.node "Concat"(%1, %2) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<1x2x3x2xf32>, tensor<1x2x3x2xf32>) -> tensor<1x2x3x4xf32>
    %4 = onnx.node "Mul"(%x, %cosine) {opset = 14 : i64} : (tensor<1x2x3x4xf32>, tensor<1x1x3x4xf32>) -> tensor<1x2x3x4xf32>
    %5 = onnx.node "Mul"(%3, %sine) {opset = 14 : i64} : (tensor<1x2x3x4xf32>, tensor<1x1x3x4xf32>) -> tensor<1x2x3x4xf32>
    %6 = onnx.node "Add"(%4, %5) {opset = 14 : i64} : (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32>
    ==>
    %6 = onnx.node "RotaryEmbedding"(%x, %cosines, %sines) {attrs = {interleaved = 0 : i64}, opset = 24 : i64} : (tensor<1x2x3x4xf32>, tensor<1x3x2xf32>, tensor<1x3x2xf32>) -> tensor<1x2x3x4xf32>
    ```
  }];
  let dependentDialects = ["::ecolm::onnx::ONNXDialect"];
  let statistics = [
    Statistic<"numRotaries", "rotaries", "Rotary embeddings recognized">
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
    PotMatMul, TernaryGroupMatMul or PotGroupMatMul of domain `ai.ecolm`. A matrix
    of at most 64 magnitudes, each `s` times a sum or difference of two of the
    powers 2^-7 to 2^0 (n-hot, APoT), becomes two PotMatMul and an Add. Integers
    of 2 or 4 bits times one scale for a matrix, a row or a group, with a zero
    point that is one of them, become codes behind DequantizeLinear.

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

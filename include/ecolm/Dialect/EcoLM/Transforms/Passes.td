//===- Passes.td - Passes over the ecolm dialect -*- tablegen -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Defines the passes that optimize and check tensors of low-bit numbers.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ECOLM_TRANSFORMS_PASSES
#define ECOLM_DIALECT_ECOLM_TRANSFORMS_PASSES

include "ecolm/Dialect/EcoLM/Transforms/LayoutPasses.td"
include "ecolm/Dialect/EcoLM/Transforms/QuantizationPasses.td"
include "mlir/Pass/PassBase.td"

def CheckPhase : Pass<"ecolm-check-phase", "::mlir::ModuleOp"> {
  let summary = "Fails where the IR breaks the contract of a phase";
  let description = [{
    Reports every operation that may not occur after `phase`:

    - `import`: only `onnx` and `func`.
    - `recognize`: no `onnx`; `ecolm` and the dialects of tensors: `func`,
      `linalg`, `tensor`, `arith`, `math`, `cf`, `scf`, `affine`, `ub`.
    - `optimize`: those of `recognize`, but no `ecolm.butterfly_factor`; every
      weight that a butterfly or product gets from a declaration is packed; and
      the module's attribute `ecolm.arithmetic` says that products have chosen
      their arithmetic.
    - `lower`: only `llvm`, and the `ecolm.weight` declarations whose bytes are
      written into the program.

    Precondition: none. Postcondition: the contract of `phase` holds.

    ```mlir
    %y = ecolm.butterfly_factor %x, %v : ...   // --ecolm-check-phase=phase=optimize
    ```
    ==>
    ```mlir
    error: 'ecolm.butterfly_factor' op may not occur after the optimize phase: ...
    ```
  }];
  let options = [
    Option<"phase", "phase", "::ecolm::CheckedPhase", "::ecolm::CheckedPhase::Import",
           "The phase that has just run",
           [{::llvm::cl::values(
             clEnumValN(::ecolm::CheckedPhase::Import, "import", "onnx"),
             clEnumValN(::ecolm::CheckedPhase::Recognize, "recognize",
                        "ecolm and linalg on tensors"),
             clEnumValN(::ecolm::CheckedPhase::Optimize, "optimize",
                        "fused, folded and packed"),
             clEnumValN(::ecolm::CheckedPhase::Lower, "lower", "LLVM dialect"))}]>
  ];
}

def LimitOperations : Pass<"ecolm-limit-operations", "::mlir::ModuleOp"> {
  let summary = "Refuses modules that cost too much to compile";
  let description = [{
    Fails, with an error of the class `limit`, at the first operation beyond
    `limit`, those in regions counted: a small file shall not ask for much work,
    and what a node of it becomes may be one operation or a thousand. What takes
    longer counts for more: an operation of `ecolm` that becomes a kernel for
    128, and attention for a 32nd of the square of its head size, too; one that has
    to find out whether it may write in place for 48, or the cube of its
    dimensions; a loop for 10, a function for 640 or, if it calls another, for 64,
    and 30 for each argument and result of a public one; an instruction of LLVM for 3
    (docs/Rationale/CompileTime.md).

    Precondition: none. Postcondition: the module costs at most `limit`.

    ```mlir
    func.func @f(%x: f32) -> f32 {   // --ecolm-limit-operations=limit=700
      return %x : f32
    }
    ```
    ==>
    ```mlir
    error: compiling the model costs as much as 702 operations, more than the limit of 700 for files of less than 1 MiB; ...
    ```
  }];
  let options = [Option<"limit", "limit", "uint64_t", "0",
                        "Largest cost in operations; 0 for any">];
}

def MergeEqualOperations : Pass<"ecolm-merge-equal-operations"> {
  let summary = "Computes once what several equal operations compute";
  let description = [{
    Like `cse`, for operations without side effects. There, all operations with the same operands are compared with each other; a
    thousand loops over one shape differ only in what their bodies capture. Here
    what makes two of them equal decides where they are looked for, so the time
    is in proportion to the number of operations times the depth of regions.
    What nobody uses when it is reached goes, too.

    Precondition: what is used is defined before, which in graph regions it need
    not be. Postcondition: no block holds two equal operations without side
    effects.

    ```mlir
    %a = tensor.generate %n { ^bb0(%i: index): tensor.yield %c : f32 } : tensor<?xf32>
    %b = tensor.generate %n { ^bb0(%i: index): tensor.yield %c : f32 } : tensor<?xf32>
    ```
    ==>
    ```mlir
    %a = tensor.generate %n { ^bb0(%i: index): tensor.yield %c : f32 } : tensor<?xf32>
    ```
  }];
  let statistics = [Statistic<"numMerged", "merged", "operations merged">];
}

def DeriveIncremental : Pass<"ecolm-derive-incremental", "::mlir::ModuleOp"> {
  let summary = "Makes a language model take its sequence piece by piece";
  let description = [{
    Rewrites the function `function` of a causal language model, which maps the
    ids of a whole sequence to its logits, into one that maps the ids of the next
    tokens to theirs. It gets the argument `%position`, the place of the first
    of them, and two caches for every `ecolm.attention`, in the order of the
    function:

        (%ids: tensor<1x?xi64>, %position: index,
         %keys_0: memref<kv_heads x D x context x f32>,
         %values_0: memref<kv_heads x context x D x f32>, ...)

    where `context` is rounded up to a multiple of 16, the positions that a
    kernel takes at a time. Other types of `cache` than f32 take half or a
    quarter of the memory and round, as `ecolm.cached_attention` says. First it proves that nothing else lets one token see
    another; if something may, the pass fails and names it. What says where a
    token stands counts from `%position` instead of 0: `ecolm.positions`,
    `linalg.index` of the loop over tokens, and slices that take the first rows
    of a table (docs/Rationale/Incremental.md). The function gets the unit
    attribute `ecolm.language_model`.

    With `or-whole-sequences` a function that cannot be rewritten stays, with a
    warning; one from ids to logits makes the module `ecolm.whole_sequences`: the
    runtime evaluates it as a whole for every new token.

    Precondition: the function's type is `(tensor<1x?xi64>) ->
    tensor<1x?xVxf32>`, and its attentions are causal.

    Postcondition: it holds no `ecolm.attention`, and every place of a token
    counts from `%position`.

    ```mlir
    %p = ecolm.positions %n : tensor<?xi64>
    %y = ecolm.attention %q, %k, %v heads 2 kv_heads 1 scale 0.5 causal : ...
    ```
    ==>
    ```mlir
    %p = ecolm.positions %n from %position : tensor<?xi64>
    %y = ecolm.cached_attention %q, %k, %v at %position cache %keys_0, %values_0
        heads 2 kv_heads 1 scale 0.5 : ...
    ```
  }];
  let dependentDialects = ["::ecolm::EcoLMDialect", "::mlir::memref::MemRefDialect"];
  let options = [
    Option<"function", "function", "std::string", "\"main\"",
           "Name of the function to rewrite">,
    Option<"contextLength", "context-length", "int64_t", "0",
           "Positions that a cache holds; 0 for the module's "
           "ecolm.context_length">,
    Option<"cacheType", "cache", "::ecolm::CacheType",
           "::ecolm::CacheType::F32", "What caches hold",
           [{::llvm::cl::values(
             clEnumValN(::ecolm::CacheType::F32, "f32", "keys and values"),
             clEnumValN(::ecolm::CacheType::F16, "f16", "them rounded to f16"),
             clEnumValN(::ecolm::CacheType::I8, "int8",
                        "bytes with a scale for each position and head"))}]>,
    Option<"orWholeSequences", "or-whole-sequences", "bool", "false",
           "Warn about a function that cannot be rewritten">
  ];
  let statistics = [
    Statistic<"numCaches", "caches", "Number of attentions that got a cache">
  ];
}

def FuseButterflyStages : Pass<"ecolm-fuse-butterfly-stages"> {
  let summary = "Fuses the stages of a butterfly into one operation";
  let description = [{
    Turns chains of `ecolm.butterfly_factor` into one `ecolm.butterfly`, so that
    the vector stays in registers between stages, and absorbs the zero padding
    of its input and the truncation of its output. Butterflies fuse when the
    value between them has no other use, no stage has stacks, and nothing is
    padded or cut between them. Every product and sum stays what it was, in the
    same order, so results agree bit for bit.

    Precondition: none.

    Postcondition: no `ecolm.butterfly_factor` remains.

    ```mlir
    %p = tensor.pad %x low[0, 0] high[0, 6] { ... %zero }
    %a = ecolm.butterfly_factor %p, %v0 : tensor<8x16xf32>, tensor<4x4x4x1xf32> -> tensor<8x16xf32>
    %b = ecolm.butterfly_factor %a, %v1 : tensor<8x16xf32>, tensor<1x4x4x4xf32> -> tensor<8x16xf32>
    %y = tensor.extract_slice %b[0, 0] [8, 12] [1, 1] : tensor<8x16xf32> to tensor<8x12xf32>
    ```
    ==>
    ```mlir
    %y = ecolm.butterfly %x, %v0, %v1
        : (tensor<8x10xf32>, tensor<4x4x4x1xf32>, tensor<1x4x4x4xf32>) -> tensor<8x12xf32>
    ```
  }];
  let dependentDialects = ["::ecolm::EcoLMDialect"];
  let statistics = [
    Statistic<"numFused", "fused", "Number of stages fused with another">,
    Statistic<"numPadsAbsorbed", "pads-absorbed", "Number of paddings absorbed">,
    Statistic<"numCutsAbsorbed", "cuts-absorbed", "Number of truncations absorbed">
  ];
}

def FoldPowersOfTwo : Pass<"ecolm-fold-powers-of-two"> {
  let summary = "Turns products with powers of two into shifts and integer sums";
  let description = [{
    Three exact rewrites, until none applies:

    - `arith.mulf` and `arith.divf` by constants that are all powers of two of
      one sign become `ecolm.shift`, with `arith.negf` for a negative sign; also
      within an elementwise `linalg.generic`.
    - A butterfly or matmul in f32 over dequantized powers of two, with ternary,
      integer or power-of-two weights, becomes the integer operation on the
      codes, followed by `arith.sitofp` and a shift by the unit 2^min. This
      needs a proof that no sum in f32 was ever rounded: every partial sum is
      below 2^24 units, from the weights' bytes (`Analysis/AccumulatorBound`).
      Without it the operation stays and a missed remark says how large its
      sums may get. The sign of a zero may become positive.
    - Shifts move down through relu, reshapes, transposes and slices, and merge
      where the first one provably does not round.

    Precondition: none. Postcondition: none.

    ```mlir
    %q = ecolm.log_quantize %x : tensor<1x?x256xf32> -> tensor<1x?x256x!ecolm.pot<min = -6, max = 1>>
    %d = ecolm.dequantize %q : tensor<1x?x256x!ecolm.pot<min = -6, max = 1>> -> tensor<1x?x256xf32>
    %y = ecolm.butterfly %d, %f0, %f1 : (tensor<1x?x256xf32>, ...) -> tensor<1x?x256xf32>
    %z = ecolm.shift %y by [-1] : tensor<1x?x256xf32>
    ```
    ==>
    ```mlir
    %q = ecolm.log_quantize %x : tensor<1x?x256xf32> -> tensor<1x?x256x!ecolm.pot<min = -6, max = 1>>
    %i = ecolm.butterfly %q, %f0, %f1 : (tensor<1x?x256x!ecolm.pot<min = -6, max = 1>>, ...) -> tensor<1x?x256xi32>
    %y = arith.sitofp %i : tensor<1x?x256xi32> to tensor<1x?x256xf32>
    %z = ecolm.shift %y by [-7] : tensor<1x?x256xf32>
    ```
  }];
  let dependentDialects = ["::ecolm::EcoLMDialect", "::mlir::arith::ArithDialect"];
  let statistics = [
    Statistic<"numScales", "scales", "Number of products turned into shifts">,
    Statistic<"numProducts", "products", "Number of operations made integer">,
    Statistic<"numMerged", "merged", "Number of shifts merged with another">
  ];
}

def LowerMulToShift : Pass<"ecolm-lower-mul-to-shift"> {
  let summary = "Chooses what stands for a multiplication by low-bit numbers";
  let description = [{
    Sets the attribute `arithmetic` of every `ecolm.butterfly`, `ecolm.matmul`
    and `ecolm.shift`:

    - `auto`: what costs the target least, by the table in LowerMulToShift.cpp;
      on low-bit integers that is `shift_add`, on floats the FPU if there is one.
    - `shift`: no multiplier at all: `shift_add` on integers, `exponent_add` on
      floats.
    - `exponent`: `exponent_add` on floats; integers as in `auto`.
    - `native`: multipliers everywhere, to compare with.

    Weights of any value (f32, i8) stay `native`; in mode `shift` a missed
    remark says so. In mode `shift`, and where the target has no multiplier,
    integer products with constants on the quantized path become shifts and
    sums if the constant is a sum or difference of at most three powers of two,
    and unsigned divisions by powers of two become shifts and masks.

    Precondition: none.

    Postcondition: every butterfly, matmul and shift says how it multiplies, and
    the attribute `ecolm.arithmetic` of the operation that the pass ran on names
    the mode.

    ```mlir
    %i = ecolm.matmul %q, %w : tensor<8x64xi8>, tensor<64x64x!ecolm.ternary> -> tensor<8x64xi32>
    %j = arith.muli %i, %seven : tensor<8x64xi32>
    ```
    ==>
    ```mlir
    %i = ecolm.matmul %q, %w arithmetic <shift_add> : ...
    %s = arith.shli %i, %three : tensor<8x64xi32>
    %j = arith.subi %s, %i : tensor<8x64xi32>
    ```
  }];
  let dependentDialects = ["::ecolm::EcoLMDialect", "::mlir::arith::ArithDialect"];
  let options = [
    Option<"mode", "mode", "::ecolm::MulMode", "::ecolm::MulMode::Auto",
           "What to use instead of a multiplier",
           [{::llvm::cl::values(
             clEnumValN(::ecolm::MulMode::Auto, "auto", "what costs least"),
             clEnumValN(::ecolm::MulMode::Shift, "shift", "no multiplier"),
             clEnumValN(::ecolm::MulMode::Exponent, "exponent",
                        "exponents of floats"),
             clEnumValN(::ecolm::MulMode::Native, "native", "multipliers"))}]>,
    Option<"targetHasMultiplier", "target-has-multiplier", "bool", "true",
           "The target multiplies integers in hardware">,
    Option<"targetHasFPU", "target-has-fpu", "bool", "true",
           "The target multiplies floats in hardware">,
    Option<"targetHasByteProducts", "target-has-byte-products", "bool", "false",
           "The target has vectors that sum products of bytes">,
    Option<"targetHasLookups", "target-has-lookups", "bool", "false",
           "The target looks numbers up in vector registers">
  ];
  let statistics = [
    Statistic<"numReplaced", "replaced", "Number of operations that need no multiplier">,
    Statistic<"numExpanded", "expanded", "Number of products with constants expanded">
  ];
}

def VerifyMultiplierFree : Pass<"ecolm-verify-multiplier-free"> {
  let summary = "Fails where the quantized path multiplies or divides";
  let description = [{
    Reports every operation of the quantized path that multiplies or divides:
    arith, math, vector and linalg operations; LLVM instructions and intrinsics;
    `ecolm` operations whose `arithmetic` is `native`, or whose weights are
    floats or bytes; calls of functions that are not on the path themselves.
    Integer products with a constant power of two pass: they are shifts to every
    back end of LLVM, and addresses are computed like that.

    The quantized path is, with `scope=functions`, the functions that have the
    unit attribute `ecolm.quantized`; with `scope=graph`, which serves before
    linear layers are functions, the operations from each quantizer to the float
    result of the linear layer behind it.

    Precondition: none.

    Postcondition: the quantized path neither multiplies nor divides.

    ```mlir
    %y = ecolm.shift %x by [-7] : tensor<8x64xf32>   // error: multiplies
    %z = ecolm.shift %x by [-7] arithmetic <exponent_add> : tensor<8x64xf32>
    ```
    ==>
    ```mlir
    error: 'ecolm.shift' op multiplies on the quantized path
    ```
  }];
  let options = [
    Option<"scope", "scope", "::ecolm::PathScope",
           "::ecolm::PathScope::Functions", "Where the quantized path is",
           [{::llvm::cl::values(
             clEnumValN(::ecolm::PathScope::Functions, "functions",
                        "functions with the attribute ecolm.quantized"),
             clEnumValN(::ecolm::PathScope::Graph, "graph",
                        "what follows quantizers"))}]>
  ];
  let statistics = [
    Statistic<"numChecked", "checked", "Number of operations on the quantized path">
  ];
}

#endif // ECOLM_DIALECT_ECOLM_TRANSFORMS_PASSES

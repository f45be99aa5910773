//===- EcoLMModelOps.td - Parts of a language model -*- tablegen -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Weights, attention, norms and positions.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ECOLM_IR_ECOLMMODELOPS
#define ECOLM_DIALECT_ECOLM_IR_ECOLMMODELOPS

include "ecolm/Dialect/EcoLM/IR/EcoLMAttributes.td"
include "ecolm/Dialect/EcoLM/IR/EcoLMTypes.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def EcoLM_WeightOp : EcoLM_Op<"weight", [Symbol]> {
  let summary = "declares a weight whose bytes are a resource";
  let description = [{
    Names a constant tensor. `source` holds its bytes as they stood in the model
    file (normally a `dense_resource` over the mapped file) and
    `source_packing` says how they encode the elements; `type` is what the
    program computes with, its encoding the layout in the weight section. The
    bytes are repacked when the section is written and never become LLVM
    constants.

    Without `source_packing`, which elements of 2 and 4 bits need, the source's
    element type is that of `type`; with
    `bytes` it is an 8-bit integer. In both cases the source has the shape of
    `type`, or is one-dimensional with as many elements. With `codes2`, `base3`
    or `nibbles` it is a one-dimensional ui8 tensor of exactly the packed size.
    Packings and element types go together as at `#ecolm.packed`.

    With `transposed`, `type` is a matrix [N, K] and the source holds [K, N]: a
    file's (K, N) matrix is declared without moving its bytes.

    Example:

    ```mlir
    ecolm.weight @query_0 : tensor<16x16x16x1x!ecolm.ternary>
        = dense<27> : tensor<1024xui8> packing <codes2>
    ecolm.weight @gamma : tensor<4xf32> = dense<1.0> : tensor<4xf32>
    ecolm.weight @lm_head : tensor<65x256xf32>
        = dense<0.5> : tensor<256x65xf32> transposed
    ```
  }];
  let arguments = (ins
    SymbolNameAttr:$sym_name, TypeAttrOf<AnyStaticShapeTensor>:$type,
    ElementsAttr:$source, OptionalAttr<EcoLM_PackingAttr>:$source_packing,
    UnitAttr:$transposed);
  let assemblyFormat = [{
    $sym_name `:` $type `=` $source (`packing` $source_packing^)?
    (`transposed` $transposed^)? attr-dict
  }];
  let hasVerifier = 1;
}

def EcoLM_GetWeightOp : EcoLM_Op<"get_weight",
    [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "gives the value of a declared weight";
  let description = [{
    `weight` names an `ecolm.weight`, whose type is the result's.

    Example:

    ```mlir
    %w = ecolm.get_weight @gamma : tensor<4xf32>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$weight);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$weight attr-dict `:` type($result)";
}

def EcoLM_LayerNormOp : EcoLM_Op<"layer_norm",
    [Pure, AllTypesMatch<["input", "result"]>]> {
  let summary = "normalizes rows to zero mean and unit variance";
  let description = [{
    `y = (x - mean(x)) / sqrt(mean((x - mean(x))^2) + epsilon) * gamma + beta`
    over the last dimension. Sums follow the canonical row order
    (docs/Rationale/FloatOrder.md). Input [..., C] f32, gamma and beta [C] f32;
    `epsilon` is finite and not negative.

    Example:

    ```mlir
    %y = ecolm.layer_norm %x, %gamma, %beta epsilon 1.0e-05
        : tensor<1x?x256xf32>, tensor<256xf32>, tensor<256xf32>
    ```
  }];
  let arguments = (ins EcoLM_F32Tensor:$input, EcoLM_F32Tensor:$gamma,
    Optional<EcoLM_F32Tensor>:$beta, F32Attr:$epsilon);
  let results = (outs EcoLM_F32Tensor:$result);
  let assemblyFormat = [{
    $input `,` $gamma (`,` $beta^)? `epsilon` $epsilon attr-dict `:`
    type($input) `,` type($gamma) (`,` type($beta)^)?
  }];
  let hasVerifier = 1;
}

def EcoLM_RmsNormOp : EcoLM_Op<"rms_norm",
    [Pure, AllTypesMatch<["input", "result"]>]> {
  let summary = "normalizes rows to unit root mean square";
  let description = [{
    `y = x / sqrt(mean(x^2) + epsilon) * gamma` over the last dimension, in the
    canonical row order. Input [..., C] f32, gamma [C] f32; `epsilon` is finite
    and not negative.

    Example:

    ```mlir
    %y = ecolm.rms_norm %x, %gamma epsilon 1.0e-06
        : tensor<1x?x256xf32>, tensor<256xf32>
    ```
  }];
  let arguments = (ins EcoLM_F32Tensor:$input, EcoLM_F32Tensor:$gamma,
    F32Attr:$epsilon);
  let results = (outs EcoLM_F32Tensor:$result);
  let assemblyFormat = [{
    $input `,` $gamma `epsilon` $epsilon attr-dict `:` type($input) `,`
    type($gamma)
  }];
  let hasVerifier = 1;
}

class EcoLM_AttentionBase<string mnemonic, list<Trait> traits>
    : EcoLM_Op<mnemonic, traits> {
  let hasVerifier = 1;
}

def EcoLM_AttentionOp : EcoLM_AttentionBase<"attention",
    [Pure, AllTypesMatch<["query", "result"]>]> {
  let summary = "grouped multi-head attention over a whole sequence";
  let description = [{
    For query head h of `heads` and key/value head g = h / (heads / kv_heads):

    `scores[t, j] = scale * sum_d q[t, h, d] * k[j, g, d]`, masked to `j <= t`
    if `causal`; `p = exp(scores - max) / sum exp(scores - max)`;
    `y[t, h, d] = sum_j p[t, j] * v[j, g, d]`.

    With `probabilities`, p is log-quantized before it multiplies v: where
    queries, keys and values are powers of two as well, both products are sums
    of powers of two, exact while they fit into 24 bits.

    Shapes: query [B, T, heads * D], key and value [B, S, kv_heads * D], result
    as query, all f32; `kv_heads` divides `heads`, and `scale` is finite. The
    sum over d runs upward, that over j in blocks of 16 positions whose sums are
    added upward; the softmax sum follows the canonical row order.

    Example:

    ```mlir
    %y = ecolm.attention %q, %k, %v heads 8 kv_heads 4 scale 0.176776695 causal
        : tensor<1x?x256xf32>, tensor<1x?x128xf32>, tensor<1x?x128xf32>
    %z = ecolm.attention %q, %k, %v heads 8 kv_heads 4 scale 0.125 causal
        probabilities <min = -10, max = 0>
        : tensor<1x?x256xf32>, tensor<1x?x128xf32>, tensor<1x?x128xf32>
    ```
  }];
  let arguments = (ins EcoLM_F32Tensor:$query, EcoLM_F32Tensor:$key,
    EcoLM_F32Tensor:$value, I64Attr:$heads, I64Attr:$kv_heads, F32Attr:$scale,
    UnitAttr:$causal, OptionalAttr<EcoLM_LogQuantizer>:$probabilities);
  let results = (outs EcoLM_F32Tensor:$result);
  let assemblyFormat = [{
    $query `,` $key `,` $value `heads` $heads `kv_heads` $kv_heads `scale`
    $scale (`causal` $causal^)? (`probabilities` $probabilities^)? attr-dict
    `:` type($query) `,` type($key) `,` type($value)
  }];
}

def EcoLM_CachedAttentionOp : EcoLM_AttentionBase<"cached_attention",
    [AllTypesMatch<["query", "result"]>]> {
  let summary = "causal attention of new tokens over a key/value cache";
  let description = [{
    Stores `key` and `value` of the T new tokens, which stand at `position ...
    position + T - 1`, in the caches and computes `attention` of the new queries
    over all tokens up to their own. Bit-identical to `attention` on the whole
    sequence, whatever the division into calls.

    Shapes: query [1, T, heads * D], key and value [1, T, kv_heads * D]; the key
    cache [kv_heads, context / L, D, L] holds L positions side by side, so that
    one vector covers them and a head's keys are one stream; the value cache is
    [kv_heads, context, D]. The result is undefined when `position + T` exceeds
    the context.

    Caches of f16 hold keys and values rounded to nearest even. Caches of i8 have
    `D + 4` features: for each position and head the integers nearest to `x / s`,
    with `s = max|x| / 127` over the D features, and the four bytes of s as f32,
    the lowest first. A row whose largest magnitude is below `2^-119` is zero.

    Example:

    ```mlir
    %y = ecolm.cached_attention %q, %k, %v at %position
        cache %kc, %vc heads 8 kv_heads 4 scale 0.176776695
        : tensor<1x?x256xf32>, tensor<1x?x128xf32>, tensor<1x?x128xf32>,
          memref<4x16x32x16xf32>, memref<4x256x32xf32>
    ```
  }];
  let arguments = (ins EcoLM_F32Tensor:$query, EcoLM_F32Tensor:$key,
    EcoLM_F32Tensor:$value, Index:$position,
    Arg<MemRefRankOf<[F32, F16, I8], [4]>, "key cache",
        [MemRead, MemWrite]>:$key_cache,
    Arg<MemRefRankOf<[F32, F16, I8], [3]>, "value cache",
        [MemRead, MemWrite]>:$value_cache,
    I64Attr:$heads, I64Attr:$kv_heads, F32Attr:$scale,
    OptionalAttr<EcoLM_LogQuantizer>:$probabilities);
  let results = (outs EcoLM_F32Tensor:$result);
  let assemblyFormat = [{
    $query `,` $key `,` $value `at` $position `cache` $key_cache `,`
    $value_cache `heads` $heads `kv_heads` $kv_heads `scale` $scale
    (`probabilities` $probabilities^)? attr-dict
    `:` type($query) `,` type($key) `,` type($value) `,` type($key_cache) `,`
    type($value_cache)
  }];
  let extraClassDeclaration = [{
    /// Bytes of the scale that stands behind the features of a row of i8.
    static constexpr int64_t kScaleBytes = 4;

    /// Elements that a position takes in a cache of `type` for a head.
    static int64_t getCacheFeatures(::mlir::Type type, int64_t headSize) {
      return type.isInteger(8) ? headSize + kScaleBytes : headSize;
    }
  }];
}

def EcoLM_PositionsOp : EcoLM_Op<"positions", [Pure]> {
  let summary = "positions of the tokens in their sequence";
  let description = [{
    `result[i] = start + i` for i in [0, count); `start` is 0 when absent. In a
    function that evaluates a whole sequence positions start at 0; deriving the
    incremental form gives them the position of the first new token. The
    result is a one-dimensional i64 tensor of `count` elements.

    Example:

    ```mlir
    %p = ecolm.positions %count : tensor<?xi64>
    %r = ecolm.positions %count from %start : tensor<?xi64>
    ```
  }];
  let arguments = (ins Index:$count, Optional<Index>:$start);
  let results = (outs 1DTensorOf<[I64]>:$result);
  let assemblyFormat = "$count (`from` $start^)? attr-dict `:` type($result)";
}

def EcoLM_EmbeddingOp : EcoLM_Op<"embedding", [Pure]> {
  let summary = "reads rows of a low-bit table";
  let description = [{
    `y[.., k] = scales[id, g] * value(w[id, k]) + offsets[id, g]` with
    `id = ids[..]` and `g = k / group`: the rows that `group_matmul` multiplies
    by, as numbers. The product is rounded, then the sum.

    Shapes: ids [...], weights [V, K], scales and offsets [V, G] f32 or bf16 with
    G = ceil(K / group), result [..., K]. Ids lie in [0, V); the result is
    undefined where one does not. Powers of two have one term.

    Example:

    ```mlir
    %y = ecolm.embedding %ids, %w scales %s group 64
        : tensor<1x?xindex>, tensor<65x128xi4>, tensor<65x2xf32>
          -> tensor<1x?x128xf32>
    ```
  }];
  let arguments = (ins
    RankedTensorOf<[Index]>:$ids, EcoLM_LowBitTensor:$weights,
    EcoLM_ScaleTensor:$scales, Optional<EcoLM_ScaleTensor>:$offsets,
    ConfinedAttr<I64Attr, [IntPositive]>:$group);
  let results = (outs EcoLM_F32Tensor:$result);
  let assemblyFormat = [{
    $ids `,` $weights `scales` $scales (`offsets` $offsets^)? `group` $group
    attr-dict `:` type($ids) `,` type($weights) `,` type($scales)
    (`,` type($offsets)^)? `->` type($result)
  }];
  let hasVerifier = 1;
}

#endif // ECOLM_DIALECT_ECOLM_IR_ECOLMMODELOPS

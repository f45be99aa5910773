//===- EcoLMLinearOps.td - Structured and low-bit linear maps -*- tablegen -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Butterflies, rotations, permutations, matrix products and shifts.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ECOLM_IR_ECOLMLINEAROPS
#define ECOLM_DIALECT_ECOLM_IR_ECOLMLINEAROPS

include "ecolm/Dialect/EcoLM/IR/EcoLMAttributes.td"
include "ecolm/Dialect/EcoLM/IR/EcoLMTypes.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def EcoLM_ButterflyFactorOp : EcoLM_Op<"butterfly_factor", [Pure]> {
  let summary = "multiplies by one Kronecker-sparse factor";
  let description = [{
    A factor of support `I_a (x) 1_{b x c} (x) I_d` with values of shape
    (a, b, c, d):

    `y[.., (ia*b + ib)*d + id] = sum_ic v[ia, ib, ic, id] * x[.., (ia*c + ic)*d + id]`

    summed over `ic` in increasing order. A radix-2 butterfly stage of stride s
    on n points is (n/2s, 2, 2, s); Monarch is (k, q, p, 1) then (1, s, r, l).
    The last dimension is `a*c*d` before and `a*b*d` after.

    Values have a static shape without empty dimensions. Element types and
    exactness are those of `matmul`.

    Source: arXiv 2411.04506 (Kronecker-sparse factors); 1903.05895 (butterfly).

    Example:

    ```mlir
    %y = ecolm.butterfly_factor %x, %v : tensor<1x?x256xf32>,
        tensor<16x16x16x1x!ecolm.ternary> -> tensor<1x?x256xf32>
    ```
  }];
  let arguments = (ins EcoLM_ActivationTensor:$input, EcoLM_WeightTensor:$values);
  let results = (outs EcoLM_ProductTensor:$result);
  let assemblyFormat = [{
    $input `,` $values attr-dict `:` type($input) `,` type($values) `->`
    type($result)
  }];
  let hasVerifier = 1;
}

def EcoLM_ButterflyOp : EcoLM_Op<"butterfly", [Pure]> {
  let summary = "multiplies by a product of Kronecker-sparse factors";
  let description = [{
    Applies `factors` in order, as one operation that keeps the vector in
    registers and caches between stages:

    `y = cut(concat_s(F[k-1][s] * ... * F[0][s] * pad(x)))`

    There is at least one factor. Every factor has shape (a, b, c, d), or
    (stacks, a, b, c, d) with the same number of stacks everywhere: copies side
    by side whose outputs are concatenated (`torch_butterfly`'s nstacks). A
    factor's `a*c*d` is its predecessor's `a*b*d`. `pad` appends zeros up to the
    first factor's `a*c*d`; `cut` drops outputs beyond the result's last
    dimension. Element types and exactness are those of `matmul`; all partial
    results have the result's element type.

    Source: EcoLM; torch_butterfly; arXiv 1903.05895.

    Example:

    ```mlir
    %y = ecolm.butterfly %x, %f0, %f1
        : (tensor<1x?x256x!ecolm.pot<min = -6, max = 1>>,
           tensor<16x16x16x1x!ecolm.ternary>, tensor<1x16x16x16x!ecolm.ternary>)
        -> tensor<1x?x256xi32>
    ```
  }];
  let arguments = (ins
    EcoLM_ActivationTensor:$input, Variadic<EcoLM_WeightTensor>:$factors,
    DefaultValuedAttr<EcoLM_Arithmetic, "::ecolm::Arithmetic::Native">:$arithmetic);
  let results = (outs EcoLM_ProductTensor:$result);
  let assemblyFormat = [{
    $input `,` $factors (`arithmetic` $arithmetic^)? attr-dict `:`
    functional-type(operands, $result)
  }];
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
}

def EcoLM_RotateOp : EcoLM_Op<"rotate",
    [Pure, AllTypesMatch<["input", "result"]>]> {
  let summary = "rotates pairs of elements by given angles";
  let description = [{
    One stage of Givens rotations on the last dimension, n, which is even and
    static; `angles` has shape [n/2]. Pair p of n/2 takes
    elements (i, j) to `(c*xi - s*xj, s*xi + c*xj)` for `cos_minus_sin`, or
    `(c*xi + s*xj, c*xj - s*xi)` for `cos_plus_sin`, with c and s the cosine and
    sine of `angles[p]`.

    Exactly one of `stride` and `pairs` is given. With `stride = s`, where `2*s`
    divides n, pair p is `i = 2*(p - p mod s) + p mod s`, `j = i + s`. Otherwise
    `pairs`, of shape (n/2, 2), lists them; the result is undefined where an
    index is outside [0, n) or occurs twice.

    Source: ButterflyQuant arXiv 2509.09679; ParoQuant arXiv 2511.10645.

    Example:

    ```mlir
    %y = ecolm.rotate %x, %angles stride 4 : tensor<8x64xf32>, tensor<32xf32>
    %z = ecolm.rotate %x, %angles pairs %p convention <cos_plus_sin>
        : tensor<8x64xf32>, tensor<32xf32>, tensor<32x2xi32>
    ```
  }];
  let arguments = (ins
    EcoLM_F32Tensor:$input, EcoLM_F32Tensor:$angles,
    Optional<RankedTensorOf<[I32, I64]>>:$pairs,
    OptionalAttr<I64Attr>:$stride,
    DefaultValuedAttr<EcoLM_Convention,
        "::ecolm::RotationConvention::CosMinusSin">:$convention);
  let results = (outs EcoLM_F32Tensor:$result);
  let assemblyFormat = [{
    $input `,` $angles (`stride` $stride^)? (`pairs` $pairs^)?
    (`convention` $convention^)? attr-dict `:` type($input) `,` type($angles)
    (`,` type($pairs)^)?
  }];
  let hasVerifier = 1;
}

def EcoLM_PermuteOp : EcoLM_Op<"permute", [Pure, AllTypesMatch<["input", "result"]>]> {
  let summary = "permutes the last dimension";
  let description = [{
    `y[.., i] = x[.., p[i]]` for i below the last dimension n, which is static.
    Exactly one of `bit_reversal`, where `p[i]` is the log2(n)-bit reversal of i
    and n is a power of two, and `indices`, a list of n different numbers in
    [0, n), is given.

    Example:

    ```mlir
    %y = ecolm.permute %x bit_reversal : tensor<8x64xf32>
    %z = ecolm.permute %x indices [2, 0, 1] : tensor<8x3xf32>
    ```
  }];
  let arguments = (ins
    AnyRankedTensor:$input, UnitAttr:$bit_reversal,
    OptionalAttr<DenseI64ArrayAttr>:$indices);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input (`bit_reversal` $bit_reversal^)? (`indices` $indices^)? attr-dict `:`
    type($input)
  }];
  let extraClassDeclaration = [{
    /// The permutation p, whichever way it is given.
    ::llvm::SmallVector<int64_t> getPermutation();
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def EcoLM_MatmulOp : EcoLM_Op<"matmul", [Pure]> {
  let summary = "multiplies rows by a weight matrix of any element type";
  let description = [{
    `y[.., n] = sum_k x[.., k] * value(w[n, k])`, summed over k in increasing
    order. Shapes: input [..., K], weights [N, K] (output features first),
    result [..., N].

    | input | weights | result |
    |---|---|---|
    | f32 | f32, ternary, pot, i2, i4, i8 | f32 |
    | i8, i16, i32 | ternary, i2, i4, i8 | i32 |
    | i8, i16, i32 | pot | i32, in units of the weights' 2^min |
    | pot | ternary, i2, i4, i8 | i32, in units of the input's 2^min |
    | pot | pot | i32, in units of the product of both 2^min |

    Integer results are exact while they fit; the verifier of a lowering, not of
    this operation, proves that they do. On f32 every product is rounded and
    then added (docs/Rationale/FloatOrder.md). Scales are separate operations.
    `arithmetic` may be `shift_add` where the result is i32 and `exponent_add`
    where it is f32.

    Example:

    ```mlir
    %y = ecolm.matmul %x, %w : tensor<1x?x768xi8>,
        tensor<2050x768x!ecolm.ternary> -> tensor<1x?x2050xi32>
    ```
  }];
  let arguments = (ins
    EcoLM_ActivationTensor:$input, EcoLM_WeightTensor:$weights,
    DefaultValuedAttr<EcoLM_Arithmetic, "::ecolm::Arithmetic::Native">:$arithmetic);
  let results = (outs EcoLM_ProductTensor:$result);
  let assemblyFormat = [{
    $input `,` $weights (`arithmetic` $arithmetic^)? attr-dict `:` type($input)
    `,` type($weights) `->` type($result)
  }];
  let extraClassDeclaration = [{
    /// Whether this multiplies bytes by ternary weights, integers of up to 8
    /// bits or powers of two of up to 7 exponents, which instructions for sums
    /// of products of bytes do. Rows of one element are not worth it, and cannot
    /// be told from no dimension when they become buffers.
    bool isByteProduct();
  }];
  let hasVerifier = 1;
}

def EcoLM_GroupMatmulOp : EcoLM_Op<"group_matmul", [Pure]> {
  let summary = "multiplies rows by a low-bit weight matrix with scales of groups";
  let description = [{
    Every row of the weights is divided into groups of `group` = B elements, the
    last one shorter where B does not divide K; there are G = ceil(K / B):

    `y[.., n] = sum_g scales[n, g] * s[n, g] + offsets[n, g] * t[g]`
    `s[n, g] = sum_{k in group g} x[.., k] * value(w[n, k])`
    `t[g] = sum_{k in group g} x[.., k]`

    Shapes: input [..., K], weights [N, K], scales and offsets [N, G] f32 or
    bf16, result [..., N] f32. Offsets stand for zero points:
    `offset = -scale * zero`.

    Input f32: s and t are sums of rounded products in increasing k, from 0.
    Input i8: s and t are exact in i32 (s in units of the weights' 2^min for
    powers of two) and become f32 once. Then y starts at 0, and for every g in
    increasing order the rounded product with the scale is added, and after it
    that with the offset (docs/Rationale/FloatOrder.md).

    Source: GPTQ arXiv 2210.17323; PoTPTQ arXiv 2507.11959; block quantization
    of ONNX's DequantizeLinear (docs/Rationale/GroupScales.md).

    Example:

    ```mlir
    %y = ecolm.group_matmul %x, %w scales %s group 128
        : tensor<1x?x768xf32>, tensor<2050x768x!ecolm.ternary>,
          tensor<2050x6xf32> -> tensor<1x?x2050xf32>
    %z = ecolm.group_matmul %x, %v scales %s offsets %o group 128
        : tensor<1x?x768xf32>, tensor<2050x768xi4>, tensor<2050x6xf32>,
          tensor<2050x6xf32> -> tensor<1x?x2050xf32>
    ```
  }];
  let arguments = (ins
    RankedTensorOf<[F32, I8]>:$input, EcoLM_LowBitTensor:$weights,
    EcoLM_ScaleTensor:$scales, Optional<EcoLM_ScaleTensor>:$offsets,
    ConfinedAttr<I64Attr, [IntPositive]>:$group);
  let results = (outs EcoLM_F32Tensor:$result);
  let assemblyFormat = [{
    $input `,` $weights `scales` $scales (`offsets` $offsets^)? `group` $group
    attr-dict `:` type($input) `,` type($weights) `,` type($scales)
    (`,` type($offsets)^)? `->` type($result)
  }];
  let extraClassDeclaration = [{
    /// Whether instructions for sums of products of bytes do this, as for
    /// `matmul`.
    bool isByteProduct();
  }];
  let hasVerifier = 1;
}

def EcoLM_ShiftOp : EcoLM_Op<"shift", [Pure, AllTypesMatch<["input", "result"]>]> {
  let summary = "multiplies by powers of two";
  let description = [{
    `y[.., i] = x[.., i] * 2^e`, with one exponent, or one for every element of
    the last dimension. On f32 the result is the correctly rounded product
    (overflow to infinity, gradual underflow, NaN and infinities kept). On
    integers a positive exponent shifts left, and a negative one shifts right
    arithmetically, rounding as `rounding` says.

    Exponents lie in [-252, 252] for f32 and are smaller than the bit width in
    magnitude for integers. `rounding` other than `floor` and `arithmetic`
    `shift_add` need integers; `exponent_add` needs f32.

    Example:

    ```mlir
    %y = ecolm.shift %x by [-7] : tensor<1x?x256xf32>
    %z = ecolm.shift %acc by [3, -2, 0] rounding <half_even> : tensor<8x3xi32>
    ```
  }];
  let arguments = (ins
    EcoLM_ShiftableTensor:$input, DenseI32ArrayAttr:$exponents,
    DefaultValuedAttr<EcoLM_ShiftRounding, "::ecolm::ShiftRounding::Floor">:$rounding,
    DefaultValuedAttr<EcoLM_Arithmetic, "::ecolm::Arithmetic::Native">:$arithmetic);
  let results = (outs EcoLM_ShiftableTensor:$result);
  let assemblyFormat = [{
    $input `by` $exponents (`rounding` $rounding^)? (`arithmetic` $arithmetic^)?
    attr-dict `:` type($input)
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

#endif // ECOLM_DIALECT_ECOLM_IR_ECOLMLINEAROPS

//===- EcoLMQuantizerOps.td - Quantizers and their inverses -*- tablegen -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Operations that turn real numbers into low-bit codes and back.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ECOLM_IR_ECOLMQUANTIZEROPS
#define ECOLM_DIALECT_ECOLM_IR_ECOLMQUANTIZEROPS

include "ecolm/Dialect/EcoLM/IR/EcoLMAttributes.td"
include "ecolm/Dialect/EcoLM/IR/EcoLMTypes.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def EcoLM_LogQuantizeOp : EcoLM_Op<"log_quantize", [Pure]> {
  let summary = "rounds every element to a signed power of two";
  let description = [{
    `result[i] = sign(x[i]) * 2^e`, where `e` is log2|x[i]| rounded by
    `rounding`, computed on the exponent field of the float and never through a
    logarithm. `e > max` becomes `max`; a magnitude below `2^min` becomes zero
    or `2^min` as `underflow` says. +-0 gives 0; a subnormal is rounded as the
    number it is; +-inf gives +-2^max; NaN gives 0.

    The range is that of the result's element type, which has one term and a
    zero. Shapes of operand and result agree. In C++ it is
    `quantizeToPower` of `include/ecolm/Support/PowerOfTwo.h`.

    Source: EcoLM (floor); arXiv 1603.01025 (nearest_log); 1702.03044 (nearest).

    Example:

    ```mlir
    %q = ecolm.log_quantize %x : tensor<1x?x256xf32>
        -> tensor<1x?x256x!ecolm.pot<min = -6, max = 1>>
    ```
  }];
  let arguments = (ins
    EcoLM_F32Tensor:$input,
    DefaultValuedAttr<EcoLM_Rounding, "::ecolm::Rounding::Floor">:$rounding,
    DefaultValuedAttr<EcoLM_Underflow, "::ecolm::Underflow::Zero">:$underflow);
  let results = (outs EcoLM_PotTensor:$result);
  let assemblyFormat = [{
    $input (`rounding` $rounding^)? (`underflow` $underflow^)? attr-dict `:`
    type($input) `->` type($result)
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
}

def EcoLM_TernaryQuantizeOp : EcoLM_Op<"ternary_quantize", [Pure]> {
  let summary = "rounds every element to -1, 0 or +1 and gives the scale";
  let description = [{
    `codes[i] = +1` if `x[i] > t`, `-1` if `x[i] < -t`, else `0` (strict), with
    the threshold `t` chosen by `rule`; for `absmean` the code is
    `clip(round_half_even(x[i] / mean|x|), -1, 1)` with the mean at least 1e-5.
    `scale` is chosen by `scale_rule`.

    `group` says what shares a threshold and a scale: 0 the whole tensor
    (`scale` has shape []), -1 every row (shape [rows]), g > 0 every g elements
    of a row (shape [rows, ceil(columns / g)]); rows and groups need a matrix.
    `threshold` is present exactly when `rule` is `given`, and is not negative.
    Codes have the shape of the input. Means and deviations are sums in f64 in
    row-major order, rounded to f32 once. On weights `ecolm-quantize-weights`
    computes this operation at compile time.

    Source: EcoLM; TernaryLM arXiv 2602.07374; BitNet b1.58 arXiv 2402.17764.

    Example:

    ```mlir
    %codes, %scale = ecolm.ternary_quantize %w rule <absmean>
        scale <absmean> : tensor<768x768xf32>
        -> tensor<768x768x!ecolm.ternary>, tensor<f32>
    ```
  }];
  let arguments = (ins
    EcoLM_F32Tensor:$input,
    EcoLM_TernaryRule:$rule,
    DefaultValuedAttr<EcoLM_TernaryScale, "::ecolm::TernaryScale::One">:$scale_rule,
    DefaultValuedAttr<I64Attr, "0">:$group,
    OptionalAttr<F32Attr>:$threshold);
  let results = (outs EcoLM_TernaryTensor:$codes, EcoLM_F32Tensor:$scale);
  let assemblyFormat = [{
    $input `rule` $rule (`scale` $scale_rule^)? (`group` $group^)?
    (`threshold` $threshold^)? attr-dict `:` type($input) `->` type($codes) `,`
    type($scale)
  }];
  let hasVerifier = 1;
}

def EcoLM_PotQuantizeOp : EcoLM_Op<"pot_quantize", [Pure]> {
  let summary = "rounds every element to a scaled power of two";
  let description = [{
    `codes[i]` is the power of two nearest to `x[i] / scale` in the sense of
    `rounding`, within the range of the result's element type; for a type with n
    terms, each further term quantizes what is left. With `round_to_integer`
    `x[i] / scale` is first rounded half to even to an integer (PoT-LLM: 3 -> 4,
    5 -> 4, 6 -> 8). Where the type has no zero a zero becomes `+2^min`, and
    `underflow` is `clamp`.

    Codes have the shape of the input. `scale` has shape [] (whole tensor), or,
    for a matrix, [rows] or [rows, columns / group]. On weights
    `ecolm-quantize-weights` computes this operation at compile time.

    Source: arXiv 2506.00315, 2601.02298, 2507.11959, 1909.13144, 2103.11704.

    Example:

    ```mlir
    %codes = ecolm.pot_quantize %w, %scale rounding <nearest_log>
        : tensor<768x768xf32>, tensor<f32>
        -> tensor<768x768x!ecolm.pot<min = 0, max = 7>>
    ```
  }];
  let arguments = (ins
    EcoLM_F32Tensor:$input, EcoLM_F32Tensor:$scale,
    DefaultValuedAttr<EcoLM_Rounding, "::ecolm::Rounding::NearestLog">:$rounding,
    DefaultValuedAttr<EcoLM_Underflow, "::ecolm::Underflow::Zero">:$underflow,
    UnitAttr:$round_to_integer);
  let results = (outs EcoLM_PotTensor:$codes);
  let assemblyFormat = [{
    $input `,` $scale (`rounding` $rounding^)? (`underflow` $underflow^)?
    (`round_to_integer` $round_to_integer^)? attr-dict `:` type($input) `,`
    type($scale) `->` type($codes)
  }];
  let hasVerifier = 1;
}

def EcoLM_QuantizeInt8Op : EcoLM_Op<"quantize_int8", [Pure]> {
  let summary = "quantizes every row to int8 with a scale of its own";
  let description = [{
    For every row (last dimension) `m = max(max|x|, epsilon)`,
    `codes = clip(round_half_even(x * (127 / m)), -128, 127)`, `scale = m / 127`.
    Operand [..., K] f32, codes [..., K] i8, scale [...] f32. `epsilon`, 1e-5
    unless given, is positive. A NaN makes the scale of its row NaN.

    Source: BitNet b1.58, TernaryLM's published code.

    Example:

    ```mlir
    %codes, %scale = ecolm.quantize_int8 %x : tensor<1x?x768xf32>
        -> tensor<1x?x768xi8>, tensor<1x?xf32>
    ```
  }];
  let arguments = (ins
    EcoLM_F32Tensor:$input, DefaultValuedAttr<F32Attr, "1e-5f">:$epsilon);
  let results = (outs RankedTensorOf<[I8]>:$codes, EcoLM_F32Tensor:$scale);
  let assemblyFormat = [{
    $input (`epsilon` $epsilon^)? attr-dict `:` type($input) `->` type($codes) `,` type($scale)
  }];
  let hasVerifier = 1;
}

def EcoLM_DequantizeOp : EcoLM_Op<"dequantize", [Pure]> {
  let summary = "gives the real numbers that codes stand for";
  let description = [{
    `result[i] = value(codes[i]) * scale`. Codes are ternary, powers of two or
    integers. `scale`, when present, has shape [] (whole tensor), the shape of
    `codes` without its last dimension (one per row), or that with a last
    dimension dividing the codes' (one per group). Without it the scale is 1.
    Codes and result have the same shape.

    Example:

    ```mlir
    %y = ecolm.dequantize %q
        : tensor<1x?x256x!ecolm.pot<min = -6, max = 1>> -> tensor<1x?x256xf32>
    %z = ecolm.dequantize %codes scale %s
        : tensor<8x768xi8>, tensor<8xf32> -> tensor<8x768xf32>
    ```
  }];
  let arguments = (ins EcoLM_CodeTensor:$codes, Optional<EcoLM_F32Tensor>:$scale);
  let results = (outs EcoLM_F32Tensor:$result);
  let assemblyFormat = [{
    $codes (`scale` $scale^)? attr-dict `:` type($codes) (`,` type($scale)^)?
    `->` type($result)
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
}

#endif // ECOLM_DIALECT_ECOLM_IR_ECOLMQUANTIZEROPS

//===- EcoLMAttributes.td - Attributes and enumerations -*- tablegen -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// The choices that definitions of quantizers and transforms leave open, and the
// encoding that says how a packed weight lies in memory.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ECOLM_IR_ECOLMATTRIBUTES
#define ECOLM_DIALECT_ECOLM_IR_ECOLMATTRIBUTES

include "ecolm/Dialect/EcoLM/IR/EcoLMDialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/TensorEncoding.td"
include "mlir/IR/EnumAttr.td"

class EcoLM_Enum<string name, string what, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, what, cases> {
  let cppNamespace = "::ecolm";
  let genSpecializedAttr = 0;
}

/// The example is the enumeration's first word.
class EcoLM_EnumAttr<EnumAttrInfo info, string mnemonic, string text>
    : EnumAttr<EcoLM_Dialect, info, mnemonic> {
  let assemblyFormat = "`<` $value `>`";
  let description = text # "\n  Example:\n\n  ```mlir\n  #ecolm." # mnemonic #
                    "<" # info.enumerants[0].str # ">\n  ```\n";
}

def EcoLM_RoundingEnum : EcoLM_Enum<"Rounding",
    "how a magnitude becomes a power of two", [
      I32EnumAttrCase<"Floor", 0, "floor">,
      I32EnumAttrCase<"NearestLog", 1, "nearest_log">,
      I32EnumAttrCase<"Nearest", 2, "nearest">,
      I32EnumAttrCase<"Ceil", 3, "ceil">]>;
def EcoLM_Rounding : EcoLM_EnumAttr<EcoLM_RoundingEnum, "rounding", [{
  For a magnitude m * 2^k with 1 <= m < 2, the exponent is: `floor` k (EcoLM);
  `nearest_log` k + 1 if m * m >= 2 else k (LogNet, PoT-LLM, PoTPTQ, DeepShift);
  `nearest` k + 1 if m >= 1.5 else k (INQ); `ceil` k + 1 if m > 1 else k.
}]>;

def EcoLM_UnderflowEnum : EcoLM_Enum<"Underflow",
    "what becomes of a magnitude below the smallest power of two", [
      I32EnumAttrCase<"Zero", 0, "zero">,
      I32EnumAttrCase<"Clamp", 1, "clamp">]>;
def EcoLM_Underflow : EcoLM_EnumAttr<EcoLM_UnderflowEnum, "underflow", [{
  A magnitude below `2^min`, whatever the rounding, becomes 0 (`zero`) or
  `2^min` (`clamp`).
}]>;

def EcoLM_TernaryRuleEnum : EcoLM_Enum<"TernaryRule",
    "where the ternary threshold comes from", [
      I32EnumAttrCase<"Given", 0, "given">,
      I32EnumAttrCase<"HalfStd", 1, "half_std">,
      I32EnumAttrCase<"Twn", 2, "twn">,
      I32EnumAttrCase<"AbsMean", 3, "absmean">]>;
def EcoLM_TernaryRule : EcoLM_EnumAttr<EcoLM_TernaryRuleEnum, "ternary_rule", [{
  `given`: the threshold is an attribute. `half_std`: 0.5 * std(W), TernaryLM's
  paper, with the population's deviation. `twn`: 0.7 * mean|W|, ternary weight
  networks. `absmean`: the code is round-half-even(W / mean|W|) clipped to
  [-1, 1], BitNet b1.58.
}]>;

def EcoLM_TernaryScaleEnum : EcoLM_Enum<"TernaryScale",
    "the scale that accompanies ternary codes", [
      I32EnumAttrCase<"One", 0, "one">,
      I32EnumAttrCase<"AbsMean", 1, "absmean">,
      I32EnumAttrCase<"AbsMeanAbove", 2, "absmean_above">]>;
def EcoLM_TernaryScale : EcoLM_EnumAttr<EcoLM_TernaryScaleEnum, "ternary_scale", [{
  `one`: no scale (EcoLM). `absmean`: mean|W| (BitNet). `absmean_above`: the mean
  of |W| over the weights above the threshold (TWN), or 1 where none is.
}]>;

def EcoLM_ConventionEnum : EcoLM_Enum<"RotationConvention",
    "sign convention of a plane rotation", [
      I32EnumAttrCase<"CosMinusSin", 0, "cos_minus_sin">,
      I32EnumAttrCase<"CosPlusSin", 1, "cos_plus_sin">]>;
def EcoLM_Convention : EcoLM_EnumAttr<EcoLM_ConventionEnum, "convention", [{
  `cos_minus_sin`: [[c, -s], [s, c]] (ButterflyQuant). `cos_plus_sin`:
  [[c, s], [-s, c]] (ParoQuant and others).
}]>;

def EcoLM_ShiftRoundingEnum : EcoLM_Enum<"ShiftRounding",
    "rounding of an arithmetic right shift", [
      I32EnumAttrCase<"Floor", 0, "floor">,
      I32EnumAttrCase<"HalfUp", 1, "half_up">,
      I32EnumAttrCase<"HalfEven", 2, "half_even">]>;
def EcoLM_ShiftRounding : EcoLM_EnumAttr<EcoLM_ShiftRoundingEnum, "shift_rounding", [{
  Applies to integers shifted right: toward minus infinity, to nearest with ties
  toward plus infinity, or to nearest with ties to even.
}]>;

def EcoLM_ArithmeticEnum : EcoLM_Enum<"Arithmetic",
    "the machine operation that stands for a multiplication", [
      I32EnumAttrCase<"Native", 0, "native">,
      I32EnumAttrCase<"ShiftAdd", 1, "shift_add">,
      I32EnumAttrCase<"ExponentAdd", 2, "exponent_add">]>;
def EcoLM_Arithmetic : EcoLM_EnumAttr<EcoLM_ArithmeticEnum, "arithmetic", [{
  `native`: the target's multiplier. `shift_add`, for integer results: shifts,
  masks, additions and subtractions of integers. `exponent_add`, for f32
  results: an integer addition to the exponent field of a float, with zero,
  subnormals, overflow and NaN handled.
}]>;

def EcoLM_PackingEnum : EcoLM_Enum<"Packing",
    "how low-bit codes share bytes", [
      I32EnumAttrCase<"Bytes", 0, "bytes">,
      I32EnumAttrCase<"Codes2", 1, "codes2">,
      I32EnumAttrCase<"Base3", 2, "base3">,
      I32EnumAttrCase<"Bitplanes", 3, "bitplanes">,
      I32EnumAttrCase<"Nibbles", 4, "nibbles">,
      I32EnumAttrCase<"Plain", 5, "plain">,
      I32EnumAttrCase<"Halves", 6, "halves">,
      I32EnumAttrCase<"Partners", 7, "partners">,
      I32EnumAttrCase<"Planes3", 8, "planes3">,
      I32EnumAttrCase<"Floats", 9, "floats">,
      I32EnumAttrCase<"FloatPartners", 10, "float_partners">]>;

def EcoLM_PackingAttr : EcoLM_EnumAttr<EcoLM_PackingEnum, "packing", [{
  The byte format of packed codes; its words are explained at `#ecolm.packed`.
}]>;

def EcoLM_Packed : AttrDef<EcoLM_Dialect, "Packed",
    [DeclareAttrInterfaceMethods<VerifiableTensorEncoding, ["verifyEncoding"]>]> {
  let mnemonic = "packed";
  let summary = "memory layout of a weight";
  let description = [{
    The encoding of a tensor type whose elements are packed. `packing` is one of

    - `bytes`: one code in a byte, signed: the value of a ternary weight or of
      an integer of 2 or 4 bits; 0 or `sign * (e - min + 1)` for a power of two
      of one term and at most 127 exponents.
    - `codes2`: two bits, four to a byte, lowest bits first: the code `w + 1` of
      a ternary weight (the order of ONNX UINT2), or an i2 (ONNX INT2).
    - `base3`: ternary, five codes `w + 1` to a byte, first one least
      significant (1.6 bits a weight).
    - `bitplanes`: ternary, for every group of `lanes` weights one bit plane
      "is +1" followed by one bit plane "is -1", lowest bit first.
    - `nibbles`: four bits, two to a byte, low nibble first: a power of two of
      one term with at most 16 codes, or an i4 (ONNX INT4).
    - `plain`: float and integer elements of whole bytes; only the order of the
      elements differs.
    - `halves`: powers of two of one term as bf16, in chunks only: the 32 bits of
      a lane hold the weight of the output's own place and, above it, that of
      its partner.
    - `partners`: the same of factors whose weight of the output's own place is
      1 everywhere: the partners' weights of a vector and, above them, those of the
      next one.
    - `planes3`: ternary, in chunks only, of factors whose weight of the output's
      own place is nowhere -1: for every vector the bit planes "own is +1",
      "partner's is +1" and "partner's is -1".
    - `floats`: powers of two of one term as f32, in chunks only: for every vector
      the weights of the outputs' own places, then those of their partners.
    - `float_partners`: the same of factors whose weight of the output's own
      place is 1 everywhere: those of the partners only.

    The tensor has a static shape.

    `lanes` is the number of output elements that a kernel computes side by
    side. With `lanes = 0` weights lie in row-major order of the tensor. With
    `lanes = L > 0` the order is that in which the kernel reads them, drawn in
    `include/ecolm/Support/WeightOrder.h`, and outputs are padded with zeros to
    a multiple of L; the tensor is a matrix (rank 2) or a factor (rank 4, or 5
    with stacks). L is a power of two up to 128; `bitplanes` need at least 8.

    `depth` is the number of neighbouring inputs whose products a lane sums in
    one step, 1 or 4: instructions that multiply bytes sum four. With
    `depth = 4` the tensor is a matrix in `codes2` or `nibbles`, and inputs are
    padded with zeros to whole steps for every code of a byte.

    `in chunks of V, S apart`, factors of a butterfly are read in chunks of V
    vectors of L outputs, S outputs apart, which stay in registers through all
    factors of a pass. The tensor is a factor (a, 2, 2, d), and an output's
    partner, d places away, is in the same vector or in the same chunk.

    Example:

    ```mlir
    tensor<16x16x16x1x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>>
    tensor<768x768x!ecolm.ternary, #ecolm.packed<codes2>>
    tensor<768x768x!ecolm.ternary, #ecolm.packed<codes2, lanes = 16, depth = 4>>
    tensor<1x2x2x512x!ecolm.ternary,
           #ecolm.packed<bitplanes, lanes = 32 in chunks of 4, 256 apart>>
    ```
  }];
  let parameters = (ins
    EnumParameter<EcoLM_PackingEnum>:$packing,
    DefaultValuedParameter<"int32_t", "0">:$lanes,
    DefaultValuedParameter<"int32_t", "1">:$depth,
    DefaultValuedParameter<"int64_t", "0">:$vectors,
    DefaultValuedParameter<"int64_t", "0">:$apart
  );
  let assemblyFormat = [{
    `<` $packing (`,` `lanes` `=` $lanes^)? (`,` `depth` `=` $depth^)?
    (`in` `chunks` `of` $vectors^ `,` $apart `apart`)? `>`
  }];
  let builders = [
    AttrBuilder<(ins "::ecolm::Packing":$packing, "int32_t":$lanes,
                     CArg<"int32_t", "1">:$depth), [{
      return $_get($_ctxt, packing, lanes, depth, /*vectors=*/0, /*apart=*/0);
    }]>
  ];
  let extraClassDeclaration = [{
    /// The chunks in which kernels read the weight.
    ::ecolm::ChunkOrder getChunks() const { return {getVectors(), getApart()}; }
  }];
  let genVerifyDecl = 1;
}

/// A word that need not be written when it is `value`.
class EcoLM_DefaultEnum<EnumAttrInfo info, string value> : EnumParameter<info> {
  let defaultValue = value;
}

def EcoLM_LogQuantizer : AttrDef<EcoLM_Dialect, "LogQuantizer"> {
  let mnemonic = "log_quantizer";
  let summary = "parameters of a log quantizer inside another operation";
  let description = [{
    The function that `ecolm.log_quantize` computes: magnitudes become powers of
    two from `2^min` to `2^max` as `rounding` says, or 0 or `2^min` below
    `2^min` as `underflow` says; -126 <= min <= max <= 127.

    Example:

    ```mlir
    #ecolm.log_quantizer<min = -10, max = 0, rounding = nearest>
    ```
  }];
  let parameters = (ins
    "int32_t":$min,
    "int32_t":$max,
    EcoLM_DefaultEnum<EcoLM_RoundingEnum, "::ecolm::Rounding::Floor">:$rounding,
    EcoLM_DefaultEnum<EcoLM_UnderflowEnum, "::ecolm::Underflow::Zero">:$underflow
  );
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

#endif // ECOLM_DIALECT_ECOLM_IR_ECOLMATTRIBUTES

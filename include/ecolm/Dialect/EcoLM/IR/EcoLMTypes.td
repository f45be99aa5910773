//===- EcoLMTypes.td - Element types -*- tablegen -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Number formats that appear as element types of tensors.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ECOLM_IR_ECOLMTYPES
#define ECOLM_DIALECT_ECOLM_IR_ECOLMTYPES

include "ecolm/Dialect/EcoLM/IR/EcoLMDialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/CommonTypeConstraints.td"

class EcoLM_Type<string name, string typeMnemonic> : TypeDef<EcoLM_Dialect, name> {
  let mnemonic = typeMnemonic;
}

def EcoLM_Ternary : EcoLM_Type<"Ternary", "ternary"> {
  let summary = "a number in {-1, 0, +1}";
  let description = [{
    A ternary weight. Multiplying by it adds, subtracts or drops; a sum of
    products with integers is therefore exact in any order.

    Example:

    ```mlir
    tensor<768x768x!ecolm.ternary>
    ```
  }];
}

def EcoLM_Pot : EcoLM_Type<"Pot", "pot"> {
  let summary = "a signed power of two, or a sum of several";
  let description = [{
    The values `s * 2^e` with `s` in {-1, +1} and `min <= e <= max`; also 0
    unless `zero = false`. With `terms = n` a value is the sum of `n` such
    numbers (n-hot, APoT). The range is explicit because a bit width does not
    give it: the "4 bits" of arXiv 2506.00315 are 17 codes.

    Constraints: `-126 <= min <= max <= 127`, so that every value is a normal
    f32, and `1 <= terms <= 4`.

    Example:

    ```mlir
    !ecolm.pot<min = -6, max = 1>
    !ecolm.pot<min = 0, max = 7, zero = false>
    !ecolm.pot<min = -7, max = 0, terms = 2>
    ```
  }];
  let parameters = (ins
    "int32_t":$min,
    "int32_t":$max,
    DefaultValuedParameter<"bool", "true">:$zero,
    DefaultValuedParameter<"int32_t", "1">:$terms
  );
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Number of exponents, `max - min + 1`.
    int32_t getNumExponents() const { return getMax() - getMin() + 1; }
    /// Number of distinct codes of one term: both signs, and zero if allowed.
    int32_t getNumCodes() const {
      return 2 * getNumExponents() + (getZero() ? 1 : 0);
    }
  }];
}

def EcoLM_F32Tensor : RankedTensorOf<[F32]>;
def EcoLM_TernaryTensor : RankedTensorOf<[EcoLM_Ternary]>;
def EcoLM_PotTensor : RankedTensorOf<[EcoLM_Pot]>;
def EcoLM_CodeTensor
    : RankedTensorOf<[EcoLM_Ternary, EcoLM_Pot, AnySignlessInteger]>;
def EcoLM_ActivationTensor : RankedTensorOf<[F32, I8, I16, I32, EcoLM_Pot]>;
def EcoLM_WeightTensor
    : RankedTensorOf<[F32, I<2>, I<4>, I8, EcoLM_Ternary, EcoLM_Pot]>;
def EcoLM_LowBitTensor
    : RankedTensorOf<[I<2>, I<4>, I8, EcoLM_Ternary, EcoLM_Pot]>;
def EcoLM_ProductTensor : RankedTensorOf<[F32, I32]>;
def EcoLM_ScaleTensor : RankedTensorOf<[F32, BF16]>;
def EcoLM_ShiftableTensor : RankedTensorOf<[F32, I8, I16, I32, I64]>;

#endif // ECOLM_DIALECT_ECOLM_IR_ECOLMTYPES

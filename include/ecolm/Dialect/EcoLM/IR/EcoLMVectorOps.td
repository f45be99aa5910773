//===- EcoLMVectorOps.td - Steps of kernels ---------------*- tablegen -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// What kernels do on vectors that the vector dialect has no operation for.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ECOLM_IR_ECOLMVECTOROPS
#define ECOLM_DIALECT_ECOLM_IR_ECOLMVECTOROPS

include "ecolm/Dialect/EcoLM/IR/EcoLMDialect.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def EcoLM_DotOp : EcoLM_Op<"dot", [
    Pure, AllTypesMatch<["init", "result"]>, SameVariadicOperandSize]> {
  let summary = "adds sums of four products of bytes to every lane";
  let description = [{
    `result[l] = init[l] + sum_t sum_{j < 4} codes[t][4 l + j] * values[t][4 l + j]`

    for L lanes l and any number of terms t, codes being unsigned and values
    signed. Shapes: init and result vector<L x i32>, every operand of `codes` and
    `values` vector<4L x i8>. Sums wrap around at 32 bits, so their order does
    not matter.

    No code exceeds `bound`, from 1 to 255; what happens if one does is
    undefined. A target without instructions for the whole of it may then add in
    16 bits as long as the bound allows.

    Source: VPDPBUSD and VPMADDUBSW (Intel), SDOT (Arm).

    Example:

    ```mlir
    %sums = ecolm.dot %init + (%w0, %w1) * (%x0, %x1) bound 2
        : vector<16xi32>, vector<64xi8>
    ```
  }];
  let arguments = (ins
    VectorOfRankAndType<[1], [I32]>:$init,
    Variadic<VectorOfRankAndType<[1], [I8]>>:$codes,
    Variadic<VectorOfRankAndType<[1], [I8]>>:$values,
    ConfinedAttr<I32Attr, [IntMinValue<1>, IntMaxValue<255>]>:$bound);
  let results = (outs VectorOfRankAndType<[1], [I32]>:$result);
  let assemblyFormat = [{
    $init `+` `(` $codes `)` `*` `(` $values `)` `bound` $bound attr-dict `:`
    type($result) `,` custom<Bytes>(type($codes), type($values), ref($codes), ref($values))
  }];
  let hasVerifier = 1;
}

def EcoLM_LookupOp : EcoLM_Op<"lookup", [Pure]> {
  let summary = "looks numbers up in a table";
  let description = [{
    `result[i] = table[indices[i] mod S]`

    The table has S = 16 elements, f32 or i8, or S = 256 of i8; indices are
    integers of as many bits, of which the lower four or all count. Shapes:
    indices and result vector<N x ..>.

    Source: VPERMPS, PSHUFB and VPERMI2B (Intel), TBL (Arm).

    Example:

    ```mlir
    %w = ecolm.lookup %table at %words : vector<16xf32>, vector<64xi32> -> vector<64xf32>
    %c = ecolm.lookup %bytes at %codes : vector<16xi8>, vector<64xi8> -> vector<64xi8>
    ```
  }];
  let arguments = (ins
    VectorOfLengthAndType<[16, 256], [F32, I8]>:$table,
    VectorOfRankAndType<[1], [I32, I8]>:$indices);
  let results = (outs VectorOfRankAndType<[1], [F32, I8]>:$result);
  let assemblyFormat = [{
    $table `at` $indices attr-dict `:` type($table) `,` type($indices) `->`
    type($result)
  }];
  let hasVerifier = 1;
}

#endif // ECOLM_DIALECT_ECOLM_IR_ECOLMVECTOROPS

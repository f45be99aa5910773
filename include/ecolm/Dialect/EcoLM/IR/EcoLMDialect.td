//===- EcoLMDialect.td - The ecolm dialect -*- tablegen -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Defines the dialect and the base class of its operations.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ECOLM_IR_ECOLMDIALECT
#define ECOLM_DIALECT_ECOLM_IR_ECOLMDIALECT

include "mlir/IR/OpBase.td"

def EcoLM_Dialect : Dialect {
  let name = "ecolm";
  let cppNamespace = "::ecolm";
  let summary = "extremely low-bit, structured language models";
  let description = [{
    The words in which a compiler speaks about language models whose linear
    layers are butterfly products, whose weights are ternary or powers of two,
    and whose activations are log-quantized.

    Element types say what a number may be (`!ecolm.ternary`, `!ecolm.pot`);
    the encoding of a tensor type (`#ecolm.packed`) says how its elements lie in
    memory, so that a kernel fed the wrong layout fails to verify. Every choice
    that papers leave open (rounding, exponent range, threshold rule, sign
    convention of a rotation, treatment of underflow) is an attribute.
  }];
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let extraClassDeclaration = [{
    void registerTypes();
    void registerAttributes();
    void registerBytecode();
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

class EcoLM_Op<string mnemonic, list<Trait> traits = []>
    : Op<EcoLM_Dialect, mnemonic, traits>;

#endif // ECOLM_DIALECT_ECOLM_IR_ECOLMDIALECT

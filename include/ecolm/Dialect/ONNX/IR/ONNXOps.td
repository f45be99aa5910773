//===- ONNXOps.td - Operations of the onnx dialect -*- tablegen -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Defines the generic node, the initializer, the omitted input and the end of
// a subgraph.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ONNX_IR_ONNXOPS
#define ECOLM_DIALECT_ONNX_IR_ONNXOPS

include "ecolm/Dialect/ONNX/IR/ONNXDialect.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class ONNX_Op<string mnemonic, list<Trait> traits = []>
    : Op<ONNX_Dialect, mnemonic, traits>;

def ONNX_Value : AnyTypeOf<[AnyTensor, NoneType],
                           "tensor, or none for an omitted optional input">;

def ONNX_NodeOp : ONNX_Op<"node", [Pure]> {
  let summary = "one node of an ONNX graph, whatever its operator";
  let description = [{
    Computes `outputs = op_type(inputs)` as operator `op_type` of `domain` is
    defined at version `opset` of that domain. The empty domain is `ai.onnx`.

    `attrs` holds the node's attributes by name: FLOAT is an `f32`
    attribute, INT an `i64`, STRING a string, FLOATS and INTS dense arrays,
    STRINGS an array of strings, TENSOR an elements attribute. Attributes that
    hold graphs become regions, in the order of `graphs`, which names them; a
    region has one block that ends in `onnx.yield` and may use outer values.

    An omitted optional input is a value of type `none` (see `onnx.none`). An
    omitted output is a result that nobody uses.

    Discardable attribute `onnx.dims`, written by shape inference: for each
    result the list of its dimensions, a number, a symbol or "?"; two
    dimensions with the same symbol have the same size in every run.

    ```mlir
    %0 = onnx.node "Gemm"(%a, %b, %none) {attrs = {transB = 1 : i64}, opset = 13 : i64}
           : (tensor<2x3xf32>, tensor<4x3xf32>, none) -> tensor<2x4xf32>
    %1 = onnx.node "LogQuantize"(%0) {domain = "ai.ecolm", opset = 1 : i64}
           : (tensor<2x4xf32>) -> tensor<2x4xf32>
    ```
  }];
  let arguments = (ins StrAttr:$op_type, Variadic<ONNX_Value>:$inputs,
      DefaultValuedStrAttr<StrAttr, "">:$domain, I64Attr:$opset,
      DefaultValuedAttr<DictionaryAttr, "{}">:$attrs,
      OptionalAttr<StrArrayAttr>:$graphs);
  let results = (outs Variadic<AnyTensor>:$outputs);
  let regions = (region VariadicRegion<SizedRegion<1>>:$subgraphs);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The node's attribute of that name, or null.
    ::mlir::Attribute getNodeAttr(::llvm::StringRef name) {
      return getAttrs().get(name);
    }
    /// The input at `index`, or null when it is omitted or not given.
    ::mlir::Value getPresentInput(unsigned index);
    /// True for operator `type` of the standard domain.
    bool isStandard(::llvm::StringRef type) {
      return getDomain().empty() && getOpType() == type;
    }
    /// True for operator `type` of the compiler's own domain.
    bool isEcoLM(::llvm::StringRef type) {
      return getDomain() == "ai.ecolm" && getOpType() == type;
    }
  }];
}

def ONNX_InitializerOp : ONNX_Op<"initializer",
    [Pure, AllTypesMatch<["value", "output"]>]> {
  let summary = "a tensor that the model file holds";
  let description = [{
    Yields the tensor named `name` in the file. Up to 64 bytes are held as
    `dense`; anything longer is a `dense_resource` whose blob is the mapped
    file itself: no copy, at any alignment (read it with `ElementsReader`).

    A resource of a 4-bit or 2-bit type keeps ONNX's packing, the first element
    in the lowest bits: 4 bits are `x0 | x1 << 4`, 2 bits are
    `x0 | x1 << 2 | x2 << 4 | x3 << 6`, rows are not padded, the last byte is.
    A resource of `i1` holds one byte per element. All numbers are
    little-endian. The blob has exactly the bytes that its type asks for.

    ```mlir
    %0 = onnx.initializer "eps" dense<1.000000e-05> : tensor<f32>
    ```
  }];
  let arguments = (ins StrAttr:$name, ElementsAttr:$value);
  let results = (outs AnyStaticShapeTensor:$output);
  let assemblyFormat = "$name $value attr-dict";
  let hasVerifier = 1;
}

def ONNX_NoneOp : ONNX_Op<"none", [Pure]> {
  let summary = "an optional input that the node omits";
  let description = [{
    ONNX writes an omitted input as the empty name; this is that name as a
    value.

    ```mlir
    %none = onnx.none : none
    ```
  }];
  let results = (outs NoneType:$output);
  let assemblyFormat = "attr-dict `:` type($output)";
}

def ONNX_YieldOp : ONNX_Op<"yield", [Pure, Terminator, ParentOneOf<["NodeOp"]>]> {
  let summary = "the outputs of a subgraph";
  let description = [{
    Ends a region of `onnx.node`, in the order of the subgraph's outputs.

    ```mlir
    onnx.yield %a : tensor<4xf32>
    ```
  }];
  let arguments = (ins Variadic<ONNX_Value>:$results);
  let assemblyFormat = "($results^ `:` type($results))? attr-dict";
}

#endif // ECOLM_DIALECT_ONNX_IR_ONNXOPS

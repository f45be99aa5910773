//===- ONNXDialect.td - The onnx dialect -*- tablegen -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Defines the dialect that holds an ONNX graph as it was written, and the type
// of a tensor element nobody has named yet.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ONNX_IR_ONNXDIALECT
#define ECOLM_DIALECT_ONNX_IR_ONNXDIALECT

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/OpBase.td"

def ONNX_Dialect : Dialect {
  let name = "onnx";
  let cppNamespace = "::ecolm::onnx";
  let summary = "an ONNX graph as it was written";
  let description = [{
    The output of the import phase and the input of the recognizer. It knows
    one generic node operation, not one per ONNX operator: the meaning of an
    operator belongs to the phase that looks for meaning.

    The main graph is `func.func @main`. Its arguments and results carry
    `onnx.name` (the name in the file) and `onnx.dims` (one string per
    dimension: a number, a symbol such as `"sequence"`, or `"?"`).
    Module attributes: `onnx.ir_version`, `onnx.opsets`, `onnx.producer`,
    `onnx.metadata`, `onnx.model_sha256`.

    Element types are the file's own: `int8` is `i8`, `uint8` is `ui8`, `bool`
    is `i1`. Every string of the model lives in an attribute or a location,
    never in a symbol, so that no name in a file can become a name in a program.
  }];
  let useDefaultTypePrinterParser = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;
}

def ONNX_Unknown : TypeDef<ONNX_Dialect, "Unknown"> {
  let mnemonic = "unknown";
  let summary = "element type of a tensor that the file does not state";
  let description = [{
    Stands where an element type stands until shape inference finds it.

    ```mlir
    %0 = onnx.node "Relu"(%a) {opset = 14 : i64}
           : (tensor<4xf32>) -> tensor<*x!onnx.unknown>
    ```
  }];
}

#endif // ECOLM_DIALECT_ONNX_IR_ONNXDIALECT

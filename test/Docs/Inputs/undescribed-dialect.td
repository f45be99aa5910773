//===- undescribed-dialect.td - Planted faults -*- tablegen -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// A dialect whose descriptions lack what check_descriptions.py demands.
//
//===----------------------------------------------------------------------===//

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/OpBase.td"

def Planted_Dialect : Dialect {
  let name = "planted";
  let cppNamespace = "::planted";
}

def Planted_SilentOp : Op<Planted_Dialect, "silent">;

def Planted_PlainOp : Op<Planted_Dialect, "plain"> {
  let summary = "has words but no example";
  let description = "Computes nothing.";
}

def Planted_UntestedOp : Op<Planted_Dialect, "untested"> {
  let summary = "has an example that no test holds";
  let description = [{
    ```mlir
    planted.tested %x
        : tensor<4xf32>
    planted.untested %x : tensor<4xf32>
    ```
  }];
}

def Planted_BareType : TypeDef<Planted_Dialect, "Bare"> {
  let mnemonic = "bare";
  let summary = "has no example";
}

def Planted_BareAttr : AttrDef<Planted_Dialect, "Bare"> {
  let mnemonic = "bare";
}

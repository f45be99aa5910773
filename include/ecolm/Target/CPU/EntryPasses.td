//===- EntryPasses.td - The entry function ----------------*- tablegen -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the passes that make a C function of @main.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_TARGET_CPU_ENTRYPASSES
#define ECOLM_TARGET_CPU_ENTRYPASSES

include "mlir/Pass/PassBase.td"

def BindEntryBuffers : Pass<"ecolm-bind-entry-buffers", "::mlir::ModuleOp"> {
  let summary = "let the entry function work on its caller's buffers";
  let description = [{
    Tensor arguments of `@main` become memref arguments. The result of a language
    model (`ecolm.language_model`) is written to a last memref argument; results
    of other models are returned in memory of their own. Where dimensions of
    several inputs share a symbol of the model (`onnx.dims`), the sizes that come
    are checked to be the same.

    Precondition: the module has a function `@main`. Postcondition: no argument
    of `@main` is a tensor, nor is its result in a language model.

    ```mlir
    func.func @main(%ids: tensor<1x?xi64>, ...) -> tensor<1x?x65xf32>
        attributes {ecolm.language_model}
    ```
    ==>
    ```mlir
    func.func @main(%ids: memref<1x?xi64>, ..., %logits: memref<1x?x65xf32>)
        attributes {ecolm.language_model}
    ```
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect",
    "::mlir::arith::ArithDialect", "::mlir::cf::ControlFlowDialect",
    "::mlir::tensor::TensorDialect"];
}

def ReturnBuffers : Pass<"ecolm-return-buffers", "::mlir::func::FuncOp"> {
  let summary = "return the buffer of a result instead of a copy";
  let description = [{
    Results are returned in memory of their own, so every function that returns
    some ends with copies (`ecolm-bind-entry-buffers`). Where what is copied is a
    buffer that the function has allocated itself, and that is no other result,
    the buffer is returned in place of its copy.

    Precondition: bufferized. Postcondition: no result is the only copy, at the
    end, of a buffer allocated in the entry block that is not returned itself.

    ```mlir
    %copy = memref.alloc() : memref<4xf32>
    memref.copy %buffer, %copy : memref<4xf32> to memref<4xf32>
    return %copy : memref<4xf32>
    ```
    ==>
    ```mlir
    return %buffer : memref<4xf32>
    ```
  }];
}

def RecordEntry : Pass<"ecolm-record-entry", "::mlir::ModuleOp"> {
  let summary = "remember the entry function's buffers before they are expanded";
  let description = [{
    Sets the module attribute `ecolm.entry` to the type of `@main`, whose
    memrefs the LLVM dialect no longer shows.

    Precondition: `@main` has its final arguments, as memrefs. Postcondition:
    `ecolm.entry` describes them.

    ```mlir
    func.func @main(%x: memref<4xf32>) -> memref<4xf32>
    ```
    ==>
    ```mlir
    module attributes {ecolm.entry = (memref<4xf32>) -> memref<4xf32>}
    ```
  }];
}

def ReturnFailedChecks : Pass<"ecolm-return-failed-checks", "::mlir::ModuleOp"> {
  let summary = "end the entry function with a status where a check fails";
  let description = [{
    `@main` gets one more result, an `ecolm_status` of
    include/ecolm/Runtime/Model.h. A `cf.assert` that fails frees what was
    allocated and returns `ECOLM_FIRST_CHECK` and the number of its message in
    the module attribute `ecolm.checks`; its other results mean nothing then. A
    buffer for which there is no memory returns `ECOLM_OUT_OF_MEMORY` and leaves
    its bytes in the global `@ecolm_missing_bytes`. Without this pass a failed check would abort the process of whoever calls the model.

    Precondition: `@main` is a graph of blocks, and frees its buffers only before
    it returns. Postcondition: no `cf.assert` remains.

    ```mlir
    func.func @main(%x: memref<?xf32>) {
      cf.assert %fits, "node 'add': the shapes of its inputs do not broadcast"
      return
    ```
    ==>
    ```mlir
    module attributes {ecolm.checks = ["node 'add': the shapes ..."]}
    func.func @main(%x: memref<?xf32>) -> i32 {
      cf.cond_br %fits, ^rest, ^failed(%c256 : i32)
    ^rest:
      return %c0 : i32
    ^failed(%status: i32):
      return %status : i32
    ```
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect",
    "::mlir::memref::MemRefDialect", "::mlir::arith::ArithDialect",
    "::mlir::cf::ControlFlowDialect"];
  let statistics = [Statistic<"numChecks", "checks",
                              "different messages of checks">];
}

def BuildEntryPoint : Pass<"ecolm-build-entry-point", "::mlir::ModuleOp"> {
  let summary = "give the model the C function that programs call";
  let description = [{
    Adds `ecolm_forward` for a language model, or `ecolm_run` for another one, in
    the LLVM dialect, with the signatures of include/ecolm/Runtime/Model.h, and
    makes every other function internal. The module attribute `ecolm.entry`
    describes the arguments; `ecolm-record-entry` has set it. The last result of
    `@main` is the status of the call.

    Precondition: the module is in the LLVM dialect, has `ecolm.entry`, and
    `ecolm-return-failed-checks` has run.
    Postcondition: one function is visible from outside.

    ```mlir
    module attributes {ecolm.entry = (memref<4xf32>) -> memref<4xf32>} {
      llvm.func @main(...) -> !llvm.struct<(struct<(ptr, ptr, ...)>, i32)>
    ```
    ==>
    ```mlir
      llvm.func internal @main(...) -> ...
      llvm.func @ecolm_run(%inputs: !llvm.ptr, %outputs: !llvm.ptr) -> i32
    ```
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

#endif // ECOLM_TARGET_CPU_ENTRYPASSES

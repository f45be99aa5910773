//===- Passes.td - Preparing CPU programs ------------------*- tablegen -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the passes between kernels and LLVM: where weights lie, what a linear
// layer's function is, who owns buffers, and how loops reach the thread pool.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_TARGET_CPU_PASSES
#define ECOLM_TARGET_CPU_PASSES

include "ecolm/Target/CPU/EntryPasses.td"
include "ecolm/Target/CPU/InstructionPasses.td"
include "ecolm/Target/CPU/LayerPasses.td"
include "mlir/Pass/PassBase.td"

def OutlineLinearLayers : Pass<"ecolm-outline-linear-layers", "::mlir::ModuleOp"> {
  let summary = "give every quantized linear layer a function of its own";
  let description = [{
    A quantized linear layer is the chain from `log_quantize` (or from an integer
    tensor) over one `butterfly` or `matmul` with an integer result to the last
    elementwise operation (`arith.sitofp`, `ecolm.shift`) that turns the
    accumulators into floats. Each chain moves into a private function marked
    `ecolm.quantized` that computes one row, so that its object code can be
    inspected on its own, and is called once per row. A butterfly whose factors
    are laid out in chunks takes two rows at a time, and moves on floats, too.
    All functions are marked `ecolm.layer`, and say in `ecolm.max_rows` if they take
    several rows.

    Precondition: the optimize phase has run. Postcondition: no butterfly or
    matmul with an integer result outside a function marked `ecolm.quantized`.

    ```mlir
    %q = ecolm.log_quantize %x : tensor<1x?x256xf32>
        -> tensor<1x?x256x!ecolm.pot<min = -6, max = 1>>
    %i = ecolm.butterfly %q, %w : (...) -> tensor<1x?x256xi32>
    %f = arith.sitofp %i : tensor<1x?x256xi32> to tensor<1x?x256xf32>
    %y = ecolm.shift %f by [-8] : tensor<1x?x256xf32>
    ```
    ==>
    ```mlir
    %y = scf.forall (%b, %t) in (1, %tokens) shared_outs(%acc = %init) {
      %r = func.call @linear_0(%row, %target)
          : (tensor<256xf32>, tensor<256xf32>) -> tensor<256xf32>
      ...
    }
    ```
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
    "::mlir::bufferization::BufferizationDialect",
    "::mlir::func::FuncDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect"];
  let statistics = [Statistic<"numLayers", "layers", "linear layers outlined">];
}

def PlaceWeights : Pass<"ecolm-place-weights", "::mlir::ModuleOp"> {
  let summary = "give every weight its place in the weight section";
  let description = [{
    Sets `ecolm.offset` (a multiple of 64) and `ecolm.bytes` on every
    `ecolm.weight`, in module order, and declares the section as the external
    global `@ecolm_weights`.

    Where the module has `ecolm.placed_weights`, which says what the section holds
    for other processors, a weight of the same source and type has that place, and
    new ones come behind. With `gap`, so many bytes at least lie behind every weight, its
    `ecolm.gap`, for a sanitizer to forbid.

    Precondition: layouts are chosen (`ecolm-pack-weights`). Postcondition: the
    places of weights do not overlap and lie within `@ecolm_weights`.

    ```mlir
    ecolm.weight @gamma : tensor<4xf32> = dense<1.0> : tensor<4xf32>
    ```
    ==>
    ```mlir
    memref.global @ecolm_weights : memref<64xi8>
    ecolm.weight @gamma : tensor<4xf32> = dense<1.0> : tensor<4xf32>
        {ecolm.bytes = 16 : i64, ecolm.offset = 0 : i64}
    ```
  }];
  let dependentDialects = ["::mlir::memref::MemRefDialect"];
  let options = [Option<"gap", "gap", "int64_t", "0",
                        "Bytes to leave behind every weight">];
  let statistics = [Statistic<"numBytes", "bytes", "size of the section">];
}

def FuseElementwise : Pass<"ecolm-fuse-elementwise", "::mlir::ModuleOp"> {
  let summary = "make one loop of several elementwise operations";
  let description = [{
    Does what `linalg-fuse-elementwise-ops` does, but stops a body from growing
    beyond `max-body` operations: every fusion copies the bodies, so a chain of n
    operations would take time n squared to compile, and the loop would keep more
    values than a processor has registers.

    Precondition: elementwise operations are `linalg` on tensors. Postcondition:
    no body has grown beyond `max-body` operations.

    ```mlir
    %a = linalg.generic ... ins(%x : tensor<4xf32>) { math.exp }
    %b = linalg.generic ... ins(%a : tensor<4xf32>) { arith.negf }
    ```
    ==>
    ```mlir
    %b = linalg.generic ... ins(%x : tensor<4xf32>) { math.exp, arith.negf }
    ```
  }];
  let options = [Option<"maxBody", "max-body", "unsigned", "64",
                        "Largest number of operations in a body">];
  let dependentDialects = ["::mlir::affine::AffineDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::memref::MemRefDialect"];
}

def SeparateEmptyTensors : Pass<"ecolm-separate-empty-tensors"> {
  let summary = "give every destination an empty or filled tensor of its own";
  let description = [{
    CSE makes one `tensor.empty` of all that have one shape, and one `linalg.fill`
    of all that start with one number. The results of a whole model seem to
    compete for it: one-shot bufferization compares every write with every read
    of a buffer, which takes time cubed in the number of layers. So each
    destination gets its own; of a fill, that saves a copy as well.

    Precondition: none. Postcondition: no `tensor.empty` has more than one use,
    and no filled tensor is the destination of two operations.

    ```mlir
    %e = tensor.empty() : tensor<4xf32>
    %a = linalg.exp ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>)
    %b = linalg.abs ins(%a : tensor<4xf32>) outs(%e : tensor<4xf32>)
    ```
    ==>
    ```mlir
    %e = tensor.empty() : tensor<4xf32>
    %f = tensor.empty() : tensor<4xf32>
    %a = linalg.exp ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>)
    %b = linalg.abs ins(%a : tensor<4xf32>) outs(%f : tensor<4xf32>)
    ```
  }];
  let dependentDialects = ["::mlir::tensor::TensorDialect"];
  let statistics = [Statistic<"numCopies", "copies", "empty tensors made">];
}

def BoundSlices : Pass<"ecolm-bound-slices"> {
  let summary = "give groups of slices of one tensor buffers of their own";
  let description = [{
    All slices of a tensor, and all that are written to one, share its buffer, and
    one-shot bufferization compares each with each: a Split into thousands of
    parts, or a Concat of them, would take longer than all else. Where a tensor
    has more than `max-slices` slices at known places, as many at a time are
    slices of a copy of the part around them, unless less than half of that part
    is in one of them. Where more are written, groups that were joined before
    keep an `alloc_tensor`, which is not taken for a place in the whole. And where
    more than `max-chain` tensors in a row are views of the one before, or written
    over it, or around it, which it would follow from each to the first, the
    next starts from a copy. Sizes that take as many steps to compute are cast to
    i64 and back, which it does not look through.

    Precondition: tensors, not yet bufferized. Postcondition: the same numbers.

    ```mlir
    %a = tensor.extract_slice %x[4] [1] [1] : tensor<8xf32> to tensor<1xf32>
    %b = tensor.extract_slice %x[5] [1] [1] : tensor<8xf32> to tensor<1xf32>
    ```
    ==>
    ```mlir
    %s = tensor.extract_slice %x[4] [2] [1] : tensor<8xf32> to tensor<2xf32>
    %c = bufferization.alloc_tensor() copy(%s) : tensor<2xf32>
    %a = tensor.extract_slice %c[0] [1] [1] : tensor<2xf32> to tensor<1xf32>
    %b = tensor.extract_slice %c[1] [1] [1] : tensor<2xf32> to tensor<1xf32>
    ```
  }];
  let options = [Option<"maxSlices", "max-slices", "unsigned", "64",
                        "Slices of one buffer">,
                 Option<"maxChain", "max-chain", "unsigned", "8",
                        "Tensors in a row that may share a buffer, and steps "
                        "to a size">];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::bufferization::BufferizationDialect",
                           "::mlir::tensor::TensorDialect"];
  let statistics = [Statistic<"numCopies", "copies", "buffers of groups">,
                    Statistic<"numHidden", "hidden", "sizes cast">];
}

def PlanWorkspace : Pass<"ecolm-plan-workspace", "::mlir::ModuleOp"> {
  let summary = "let buffers share bytes where they are not alive together";
  let description = [{
    The buffers that a language model's `@main` allocates get places in one
    workspace, a last argument `memref<?xi8>`, so that a token costs no
    allocation; buffers whose uses do not overlap share bytes. Dynamic
    dimensions are bounded by `max-chunk`. Sets `ecolm.workspace_bytes`.

    In all other functions the buffers of known size share one allocation in the
    same way, and so do those whose dynamic dimensions are the same values. Their
    places are then multiples of the product of these. What is allocated and not
    returned is freed at the end of its block.

    With `separate` every buffer stays an allocation of its own, for a sanitizer to
    watch each, and the workspace is empty.

    Precondition: bufferized, small buffers promoted to the stack.
    Postcondition: a language model's `@main` allocates nothing without `separate`.

    ```mlir
    func.func @main(...) attributes {ecolm.language_model} {
      %a = memref.alloc(%tokens) : memref<1x?x256xf32>
    ```
    ==>
    ```mlir
    func.func @main(..., %workspace: memref<?xi8>) attributes {ecolm.language_model} {
      %a = memref.view %workspace[%offset][%tokens]
          : memref<?xi8> to memref<1x?x256xf32>
    ```
  }];
  let options = [Option<"maxChunk", "max-chunk", "int64_t", "64",
                        "Largest number of tokens in one call">,
                 Option<"separate", "separate", "bool", "false",
                        "Allocate every buffer on its own">];
  let dependentDialects = ["::mlir::memref::MemRefDialect",
                           "::mlir::arith::ArithDialect"];
}

def ConvertForallToRuntime : Pass<"convert-forall-to-runtime", "::mlir::ModuleOp"> {
  let summary = "run parallel loops on the thread pool of the program";
  let description = [{
    Every `scf.forall` on memrefs becomes a function over a range of iterations
    and a call of `ecolm_parallel_for` (include/ecolm/Runtime/Model.h). What the
    body uses from outside travels in a structure on the caller's stack;
    constants are made anew.

    Precondition: bufferized; loops return nothing. Postcondition: no
    `scf.forall` remains.

    ```mlir
    scf.forall (%i) in (%n) { "use"(%m, %i) : (memref<?xf32>, index) -> () }
    ```
    ==>
    ```mlir
    call @ecolm_parallel_for(%parallel_0, %captures, %n, %cost)
        : (!llvm.ptr, !llvm.ptr, i64, i64) -> ()
    ```
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect",
    "::mlir::func::FuncDialect", "::mlir::scf::SCFDialect",
    "::mlir::arith::ArithDialect"];
}

def ParallelizeRows : Pass<"ecolm-parallelize-rows", "::mlir::ModuleOp"> {
  let summary = "give rows of elementwise operations to the thread pool";
  let description = [{
    What `@main` computes besides its kernels (dequantized products, activations,
    sums with the residual) would leave all threads but one idle. Operations of
    linalg whose outermost loop, of those with more than one turn, is a parallel
    one become a `scf.forall` over it, if a row has at least `min-row` elements
    and, where the number of rows is known, all of them have `min-elements`.
    Operations with checks stay: a thread cannot end the entry function.

    Precondition: bufferized. Postcondition: every such operation is in a loop.

    ```mlir
    linalg.generic ... ins(%x : memref<?x768xi32>) outs(%y : memref<?x768xf32>)
    ```
    ==>
    ```mlir
    scf.forall (%i) in (%rows) {
      linalg.generic ... ins(%xi : memref<1x768xi32, ...>)
                         outs(%yi : memref<1x768xf32, ...>)
    }
    ```
  }];
  let options = [
    Option<"minRow", "min-row", "int64_t", "256",
           "Smallest row that is worth a turn of a parallel loop">,
    Option<"minElements", "min-elements", "int64_t", "32768",
           "Smallest number of elements that is worth the pool">
  ];
  let dependentDialects = ["::mlir::affine::AffineDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect"];
  let statistics = [Statistic<"numParallel", "parallel", "operations split">];
}

def OutlineLoops : Pass<"ecolm-outline-loops", "::mlir::ModuleOp"> {
  let summary = "move the loops of a long entry function to functions";
  let description = [{
    Where `@main` has at least `min-loops` loops and operations of linalg side by
    side, each becomes a call of a private function that is not inlined again, one
    for all that are equal but for their buffers. What LLVM does to a function costs
    more than its length, so a model of a thousand layers would take minutes.

    Precondition: bufferized. Postcondition: if `@main` had that many loops, those
    left check something, allocate, or give a buffer.

    ```mlir
    scf.for %i = %c0 to %c4 step %c1 { "use"(%m, %i) : (memref<4xf32>, index) -> () }
    ```
    ==>
    ```mlir
    call @ecolm_loop(%m) : (memref<4xf32>) -> ()
    ```
  }];
  let options = [Option<"minLoops", "min-loops", "unsigned", "64",
                        "Number of loops from which on they are moved">];
  let dependentDialects = ["::mlir::func::FuncDialect"];
  let statistics = [Statistic<"numMoved", "moved", "loops moved">];
}

#endif // ECOLM_TARGET_CPU_PASSES

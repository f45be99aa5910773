// RUN: split-file %s %t
// RUN: not ecolm-opt %t/no-main.mlir --ecolm-bind-entry-buffers 2>&1 | FileCheck %s --check-prefix=NO-MAIN
// RUN: not ecolm-opt %t/no-main.mlir --ecolm-record-entry 2>&1 | FileCheck %s --check-prefix=NO-RECORD
// RUN: not ecolm-opt %t/no-main.mlir --ecolm-build-entry-point 2>&1 | FileCheck %s --check-prefix=NO-ENTRY
// RUN: not ecolm-opt %t/tensors.mlir --convert-forall-to-runtime 2>&1 | FileCheck %s --check-prefix=TENSORS
// RUN: not ecolm-opt %t/no-main.mlir --ecolm-return-failed-checks 2>&1 | FileCheck %s --check-prefix=NO-CHECKS
// RUN: not ecolm-opt %t/elsewhere.mlir --ecolm-return-failed-checks 2>&1 | FileCheck %s --check-prefix=ELSEWHERE
// RUN: not ecolm-opt %t/types.mlir --ecolm-bind-entry-buffers 2>&1 | FileCheck %s --check-prefix=TYPES

// NO-MAIN: error: expected a function named main
// NO-RECORD: error: expected a function named main
// NO-CHECKS: error: expected a function @main that runs the checks
// NO-ENTRY: error: expected @main in the LLVM dialect and the module attribute ecolm.entry
// TENSORS: error: 'scf.forall' op must be bufferized before it can run in parallel
// ELSEWHERE: error: 'cf.assert' op cannot be reported: it lies outside of @main
// TYPES: error: input 'wave' is a 'tensor<?x2xcomplex<f32>>', but compiled models take and give float32, {{.*}} of at most 8 dimensions; add a Cast
// TYPES: error: output 0 is a 'tensor<1x1x1x1x1x1x1x1x1xf32>', but compiled models

//--- no-main.mlir
func.func @other() {
  return
}

//--- tensors.mlir
func.func @main(%init: tensor<4xf32>, %row: tensor<1xf32>) -> tensor<4xf32> {
  %y = scf.forall (%i) in (4) shared_outs(%acc = %init) -> tensor<4xf32> {
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %row into %acc[%i] [1] [1] : tensor<1xf32> into tensor<4xf32>
    }
  }
  return %y : tensor<4xf32>
}

//--- elsewhere.mlir
func.func @main() {
  return
}
func.func @other(%x: i1) {
  cf.assert %x, "never asked"
  return
}

//--- types.mlir
func.func @main(%h: tensor<?x2xcomplex<f32>> {onnx.name = "wave"}, %y: tensor<1x1x1x1x1x1x1x1x1xf32>)
    -> tensor<1x1x1x1x1x1x1x1x1xf32> {
  return %y : tensor<1x1x1x1x1x1x1x1x1xf32>
}

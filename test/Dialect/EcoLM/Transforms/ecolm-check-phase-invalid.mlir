// RUN: split-file %s %t
// RUN: ecolm-opt %t/import.mlir -ecolm-check-phase=phase=import -verify-diagnostics
// RUN: ecolm-opt %t/recognize.mlir -ecolm-check-phase=phase=recognize -verify-diagnostics
// RUN: ecolm-opt %t/optimize.mlir -ecolm-check-phase=phase=optimize -verify-diagnostics
// RUN: ecolm-opt %t/lower.mlir -ecolm-check-phase=phase=lower -verify-diagnostics

//--- import.mlir
func.func @f() {
  // expected-error@below {{'arith.constant' op may not occur after the import phase: expected a graph of onnx}}
  %c = arith.constant 1 : index
  return
}

//--- recognize.mlir
func.func @f(%m: memref<2xf32>, %i: index) {
  // expected-error@below {{'onnx.initializer' op may not occur after the recognize phase: expected ecolm, linalg and arithmetic on tensors}}
  %w = onnx.initializer "w" dense<1.0> : tensor<2xf32>
  // expected-error@below {{'memref.load' op may not occur after the recognize phase}}
  %v = memref.load %m[%i] : memref<2xf32>
  return
}

//--- optimize.mlir
// expected-error@below {{expected the attribute ecolm.arithmetic after the optimize phase: nothing chose the arithmetic of products}}
module {
ecolm.weight @w : tensor<4x4xf32> = dense<1.0> : tensor<4x4xf32>
func.func @f(%x: tensor<8x4xf32>, %v: tensor<2x2x2x1xf32>) {
  %w = ecolm.get_weight @w : tensor<4x4xf32>
  // expected-error@below {{'ecolm.matmul' op may not occur after the optimize phase: a weight is not packed}}
  %0 = ecolm.matmul %x, %w : tensor<8x4xf32>, tensor<4x4xf32> -> tensor<8x4xf32>
  // expected-error@below {{'ecolm.butterfly_factor' op may not occur after the optimize phase: its stages are not fused}}
  %1 = ecolm.butterfly_factor %x, %v : tensor<8x4xf32>, tensor<2x2x2x1xf32> -> tensor<8x4xf32>
  return
}
}

//--- lower.mlir
module {
ecolm.weight @w : tensor<4x4xf32> = dense<1.0> : tensor<4x4xf32>
llvm.func @f(%i: i32) {
  // expected-error@below {{'arith.addi' op may not occur after the lower phase: expected the LLVM dialect}}
  %0 = arith.addi %i, %i : i32
  llvm.return
}
}

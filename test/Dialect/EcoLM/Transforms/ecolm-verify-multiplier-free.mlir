// RUN: ecolm-opt %s -ecolm-verify-multiplier-free | FileCheck %s
// RUN: ecolm-opt %s -ecolm-verify-multiplier-free=scope=graph | FileCheck %s

!pot = !ecolm.pot<min = -6, max = 1>

// CHECK-LABEL: func private @linear
func.func private @linear(%x: tensor<4xf32>, %f: tensor<2x2x2x1x!ecolm.ternary>) -> tensor<4xf32> attributes {ecolm.quantized} {
  %q = ecolm.log_quantize %x : tensor<4xf32> -> tensor<4x!pot>
  %i = ecolm.butterfly %q, %f arithmetic <shift_add> : (tensor<4x!pot>, tensor<2x2x2x1x!ecolm.ternary>) -> tensor<4xi32>
  %s = arith.sitofp %i : tensor<4xi32> to tensor<4xf32>
  %y = ecolm.shift %s by [-7] arithmetic <exponent_add> : tensor<4xf32>
  return %y : tensor<4xf32>
}

// An address: LLVM makes the product a shift.
llvm.func @lowered(%p: !llvm.ptr, %i: i64) -> i32 attributes {ecolm.quantized} {
  %c64 = llvm.mlir.constant(64 : i64) : i64
  %n = llvm.mul %i, %c64 : i64
  %a = llvm.getelementptr %p[%n] : (!llvm.ptr, i64) -> !llvm.ptr, i32
  %v = llvm.load %a : !llvm.ptr -> i32
  %t = "llvm.intr.is.constant"(%v) : (i32) -> i1
  llvm.call @memcpy(%p, %p, %i) : (!llvm.ptr, !llvm.ptr, i64) -> !llvm.ptr
  %w = llvm.call @lowered(%p, %i) : (!llvm.ptr, i64) -> i32
  llvm.return %v : i32
}
llvm.func @memcpy(!llvm.ptr, !llvm.ptr, i64) -> !llvm.ptr

// The residual connection is not quantized: it may multiply.
// CHECK-LABEL: func @around
func.func @around(%h: tensor<8x4xf32>, %alpha: tensor<8x4xf32>, %f: tensor<2x2x2x1x!ecolm.ternary>) -> tensor<8x4xf32> {
  %q = ecolm.log_quantize %h : tensor<8x4xf32> -> tensor<8x4x!pot>
  %i = ecolm.butterfly %q, %f arithmetic <shift_add> : (tensor<8x4x!pot>, tensor<2x2x2x1x!ecolm.ternary>) -> tensor<8x4xi32>
  %s = arith.sitofp %i : tensor<8x4xi32> to tensor<8x4xf32>
  %y = ecolm.shift %s by [-7] arithmetic <exponent_add> : tensor<8x4xf32>
  %r = arith.mulf %h, %alpha : tensor<8x4xf32>
  %sum = arith.addf %r, %y : tensor<8x4xf32>
  %gate = arith.mulf %sum, %y : tensor<8x4xf32>
  return %gate : tensor<8x4xf32>
}

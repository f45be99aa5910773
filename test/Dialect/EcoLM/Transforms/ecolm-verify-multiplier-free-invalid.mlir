// RUN: ecolm-opt %s -ecolm-verify-multiplier-free -split-input-file -verify-diagnostics
// RUN: not ecolm-opt %s -ecolm-verify-multiplier-free=scope=graph -split-input-file 2>&1 | FileCheck %s

// Every case below is a fault planted in a path that is free without it.
!pot = !ecolm.pot<min = -6, max = 1>

func.func private @native(%q: tensor<4x!pot>, %x: tensor<4xf32>, %f: tensor<2x2x2x1x!ecolm.ternary>, %w: tensor<4x4xf32>) attributes {ecolm.quantized} {
  // expected-error@below {{'ecolm.butterfly' op multiplies on the quantized path}}
  %0 = ecolm.butterfly %q, %f : (tensor<4x!pot>, tensor<2x2x2x1x!ecolm.ternary>) -> tensor<4xi32>
  // expected-error@below {{'ecolm.shift' op multiplies on the quantized path}}
  %1 = ecolm.shift %x by [3] : tensor<4xf32>
  // expected-error@below {{'ecolm.matmul' op multiplies on the quantized path}}
  %2 = ecolm.matmul %x, %w : tensor<4xf32>, tensor<4x4xf32> -> tensor<4xf32>
  // expected-error@below {{'ecolm.butterfly_factor' op multiplies on the quantized path}}
  %3 = ecolm.butterfly_factor %q, %f : tensor<4x!pot>, tensor<2x2x2x1x!ecolm.ternary> -> tensor<4xi32>
  // expected-error@below {{'ecolm.quantize_int8' op divides on the quantized path}}
  %codes, %scale = ecolm.quantize_int8 %x : tensor<4xf32> -> tensor<4xi8>, tensor<f32>
  // expected-error@below {{'ecolm.dequantize' op multiplies on the quantized path}}
  %4 = ecolm.dequantize %codes scale %scale : tensor<4xi8>, tensor<f32> -> tensor<4xf32>
  return
}

// -----

func.func private @upstream(%i: i32, %f: f32, %v: vector<4xf32>, %t: tensor<4x4xf32>) attributes {ecolm.quantized} {
  %c3 = arith.constant 3 : i32
  // expected-error@below {{'arith.muli' op multiplies on the quantized path}}
  %0 = arith.muli %i, %c3 : i32
  // expected-error@below {{'arith.divsi' op divides on the quantized path}}
  %1 = arith.divsi %i, %c3 : i32
  // expected-error@below {{'arith.remui' op divides on the quantized path}}
  %2 = arith.remui %i, %c3 : i32
  // expected-error@below {{'arith.mulf' op multiplies on the quantized path}}
  %3 = arith.mulf %f, %f : f32
  // expected-error@below {{'arith.divf' op divides on the quantized path}}
  %4 = arith.divf %f, %f : f32
  // expected-error@below {{'math.fma' op multiplies on the quantized path}}
  %5 = math.fma %f, %f, %f : f32
  // expected-error@below {{'math.exp' op multiplies on the quantized path}}
  %6 = math.exp %f : f32
  %7 = math.absf %f : f32
  // expected-error@below {{'vector.fma' op multiplies on the quantized path}}
  %8 = vector.fma %v, %v, %v : vector<4xf32>
  // expected-error@below {{'vector.reduction' op multiplies on the quantized path}}
  %9 = vector.reduction <mul>, %v : vector<4xf32> into f32
  %10 = vector.reduction <add>, %v : vector<4xf32> into f32
  // expected-error@below {{'vector.outerproduct' op multiplies on the quantized path}}
  %11 = vector.outerproduct %v, %v : vector<4xf32>, vector<4xf32>
  // expected-error@below {{'linalg.matmul' op multiplies on the quantized path}}
  %12 = linalg.matmul ins(%t, %t : tensor<4x4xf32>, tensor<4x4xf32>) outs(%t : tensor<4x4xf32>) -> tensor<4x4xf32>
  // expected-error@below {{'func.call' op calls a function that may multiply on the quantized path}}
  func.call @elsewhere() : () -> ()
  return
}
func.func private @elsewhere()

// -----

llvm.func @expf(f32) -> f32
llvm.func @lowered(%i: i64, %f: f32, %v: vector<4xi32>, %a: vector<64xi8>) attributes {ecolm.quantized} {
  // expected-error@below {{'llvm.mul' op multiplies on the quantized path}}
  %0 = llvm.mul %i, %i : i64
  %c24 = llvm.mlir.constant(24 : i64) : i64
  // expected-error@below {{'llvm.mul' op multiplies on the quantized path}}
  %1 = llvm.mul %i, %c24 : i64
  // expected-error@below {{'llvm.sdiv' op divides on the quantized path}}
  %2 = llvm.sdiv %i, %c24 : i64
  // expected-error@below {{'llvm.fmul' op multiplies on the quantized path}}
  %3 = llvm.fmul %f, %f : f32
  // expected-error@below {{'llvm.frem' op divides on the quantized path}}
  %4 = llvm.frem %f, %f : f32
  // expected-error@below {{'llvm.intr.fmuladd' op multiplies on the quantized path}}
  %5 = llvm.intr.fmuladd(%f, %f, %f) : (f32, f32, f32) -> f32
  // expected-error@below {{'llvm.intr.exp' op multiplies on the quantized path}}
  %6 = llvm.intr.exp(%f) : (f32) -> f32
  // expected-error@below {{'llvm.intr.vector.reduce.mul' op multiplies on the quantized path}}
  %7 = "llvm.intr.vector.reduce.mul"(%v) : (vector<4xi32>) -> i32
  %8 = "llvm.intr.vector.reduce.add"(%v) : (vector<4xi32>) -> i32
  // expected-error@below {{'llvm.call_intrinsic' op multiplies on the quantized path}}
  %9 = llvm.call_intrinsic "llvm.x86.avx2.pmadd.wd"(%v, %v) : (vector<4xi32>, vector<4xi32>) -> vector<4xi32>
  // expected-error@below {{'llvm.call' op calls a function that may multiply on the quantized path}}
  %10 = llvm.call @expf(%f) : (f32) -> f32
  // expected-error@below {{'llvm.inline_asm' op may multiply on the quantized path}}
  llvm.inline_asm "imul", "" : () -> ()
  llvm.return
}

// -----

// CHECK: 'ecolm.shift' op multiplies on the quantized path
// CHECK: 'arith.mulf' op multiplies on the quantized path
!pot = !ecolm.pot<min = -6, max = 1>
#rows = affine_map<(i, j) -> (i, j)>
func.func @graph(%x: tensor<8x4xf32>, %f: tensor<2x2x2x1x!ecolm.ternary>) -> (tensor<8x4xf32>, tensor<8x4xf32>) {
  %third = arith.constant 0.3 : f32
  %q = ecolm.log_quantize %x : tensor<8x4xf32> -> tensor<8x4x!pot>
  %i = ecolm.butterfly %q, %f arithmetic <shift_add> : (tensor<8x4x!pot>, tensor<2x2x2x1x!ecolm.ternary>) -> tensor<8x4xi32>
  %s = arith.sitofp %i : tensor<8x4xi32> to tensor<8x4xf32>
  %y = ecolm.shift %s by [-7] : tensor<8x4xf32>
  %z = linalg.generic {indexing_maps = [#rows, #rows], iterator_types = ["parallel", "parallel"]}
      ins(%s : tensor<8x4xf32>) outs(%x : tensor<8x4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %p = arith.mulf %a, %third : f32
    linalg.yield %p : f32
  } -> tensor<8x4xf32>
  return %y, %z : tensor<8x4xf32>, tensor<8x4xf32>
}

// RUN: ecolm-opt %s -ecolm-check-phase=phase=optimize | FileCheck %s
// RUN: ecolm-opt %s -ecolm-check-phase=phase=recognize | FileCheck %s

module attributes {ecolm.arithmetic = "auto"} {
ecolm.weight @w : tensor<4x4x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>> = dense<85> : tensor<4xui8> packing <codes2>
// CHECK: func @optimized
func.func @optimized(%x: tensor<8x4xi8>, %table: tensor<4x4xf32>) -> (tensor<8x4xf32>, tensor<8x4xf32>) {
  %w = ecolm.get_weight @w : tensor<4x4x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>>
  %i = ecolm.matmul %x, %w arithmetic <shift_add> : tensor<8x4xi8>, tensor<4x4x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>> -> tensor<8x4xi32>
  %f = arith.sitofp %i : tensor<8x4xi32> to tensor<8x4xf32>
  // A matrix that the program computes has no layout of its own.
  %y = ecolm.matmul %f, %table : tensor<8x4xf32>, tensor<4x4xf32> -> tensor<8x4xf32>
  return %f, %y : tensor<8x4xf32>, tensor<8x4xf32>
}
}

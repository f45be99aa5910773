// RUN: ecolm-reduce %s -reduction-tree='traversal-mode=0 test=%S/Inputs/has-shift.sh' \
// RUN:   | FileCheck %s

// The script asks for an `ecolm.shift`: functions without one go, and so does
// what the shift does not need.

// CHECK-NOT: @noise
//     CHECK: func.func @kept
// CHECK-NOT: ecolm.permute
//     CHECK: ecolm.shift
// CHECK-NOT: @noise

func.func @noise(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = arith.addf %x, %x : tensor<4xf32>
  return %y : tensor<4xf32>
}

func.func @kept(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %unused = ecolm.permute %x bit_reversal : tensor<2x8xf32>
  %y = ecolm.shift %x by [3] : tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

func.func @noise_too(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = ecolm.permute %x bit_reversal : tensor<4xf32>
  return %y : tensor<4xf32>
}

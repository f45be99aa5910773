// RUN: ecolm-opt %s --recognize-block-diagonals --split-input-file | FileCheck %s

// Outputs stand last in the matrix of a MatMul; zeros within a block stay.
// CHECK: evidence = "2 blocks of 2 x 3 in 4 x 6; the same sums without their zeros"
// CHECK-SAME: idea = "block-diagonal matrix"
// CHECK-SAME: name = "w"
// CHECK-LABEL: func.func @blocks
// CHECK: onnx.initializer {{.*}} dense<{{\[\[\[\[}}1.000000e+00], [2.000000e+00], [3.000000e+00]], {{\[\[}}4.000000e+00], [0.000000e+00], [5.000000e+00]]], {{\[\[\[}}0.000000e+00], [6.000000e+00], [0.000000e+00]], {{\[\[}}7.000000e+00], [0.000000e+00], [8.000000e+00]]]]> : tensor<2x2x3x1xf32>
// CHECK: onnx.node "ButterflyFactor"(%{{.*}}) {{.*}} -> tensor<?x4xf32>
// CHECK-NOT: MatMul
func.func @blocks(%x: tensor<?x6xf32>) -> tensor<?x4xf32> {
  %w = onnx.initializer "w" dense<[[1.0, 4.0, 0.0, 0.0], [2.0, 0.0, 0.0, 0.0], [3.0, 5.0, 0.0, 0.0], [0.0, 0.0, 0.0, 7.0], [0.0, 0.0, 6.0, 0.0], [0.0, 0.0, 0.0, 8.0]]> : tensor<6x4xf32>
  %y = onnx.node "MatMul"(%x, %w) {opset = 13 : i64} : (tensor<?x6xf32>, tensor<6x4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// A matrix of zeros has no blocks, and a triangle is none.
// CHECK-NOT: ecolm.recognition_notes
// CHECK-LABEL: func.func @others
// CHECK-COUNT-2: "MatMul"
func.func @others(%x: tensor<?x4xf32>) -> (tensor<?x4xf32>, tensor<?x4xf32>) {
  %z = onnx.initializer "z" dense<0.0> : tensor<4x4xf32>
  %t = onnx.initializer "t" dense<[[1.0, 0.0, 0.0, 0.0], [1.0, 1.0, 0.0, 0.0], [1.0, 1.0, 1.0, 0.0], [1.0, 1.0, 1.0, 1.0]]> : tensor<4x4xf32>
  %y = onnx.node "MatMul"(%x, %z) {opset = 13 : i64} : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  %v = onnx.node "MatMul"(%x, %t) {opset = 13 : i64} : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  return %y, %v : tensor<?x4xf32>, tensor<?x4xf32>
}

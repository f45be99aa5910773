// RUN: ecolm-opt %s --factor-matrices --split-input-file | FileCheck %s
// RUN: ecolm-opt %s --factor-matrices=tolerance=1e-4 --split-input-file | FileCheck %s --check-prefix=TOLERANT

// A Walsh-Hadamard matrix, scaled: ternary factors, and the scale at the end.
// CHECK: evidence = "3 factors 8 -> 8 (ternary; a x b x c x d: {{.*}}), relative error 0.0E+00; sums in the order of the factors"
// CHECK-SAME: name = "h"
// CHECK-LABEL: func.func @hadamard
// CHECK-COUNT-3: onnx.node "ButterflyFactor"({{.*}}x2x2x{{.}}xi8>) -> tensor<?x8xf32>
// CHECK: %[[S:.*]] = onnx.initializer "layer.scale" dense<2.500000e-01> : tensor<f32>
// CHECK: %[[Y:.*]] = onnx.node "Mul"(%{{.*}}, %[[S]])
// CHECK: return %[[Y]]
func.func @hadamard(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %h = onnx.initializer "h" dense<[[0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25], [0.25, -0.25, 0.25, -0.25, 0.25, -0.25, 0.25, -0.25], [0.25, 0.25, -0.25, -0.25, 0.25, 0.25, -0.25, -0.25], [0.25, -0.25, -0.25, 0.25, 0.25, -0.25, -0.25, 0.25], [0.25, 0.25, 0.25, 0.25, -0.25, -0.25, -0.25, -0.25], [0.25, -0.25, 0.25, -0.25, -0.25, 0.25, -0.25, 0.25], [0.25, 0.25, -0.25, -0.25, -0.25, -0.25, 0.25, 0.25], [0.25, -0.25, -0.25, 0.25, -0.25, 0.25, 0.25, -0.25]]> : tensor<8x8xf32>
  %y = onnx.node "MatMul"(%x, %h) {opset = 13 : i64} : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32> loc("layer")
  return %y : tensor<?x8xf32>
}

// -----

// A product of three factors of floats is told, and taken on demand.
// CHECK: idea = "butterfly matrix", name = "b", reason = "3 factors 8 -> 8 (f32; {{.*}}), relative error {{.*}}; --factor-matrices={{.*}} takes it"
// CHECK-LABEL: func.func @collapsed
// CHECK: onnx.node "MatMul"
// TOLERANT-LABEL: func.func @collapsed
// TOLERANT-COUNT-3: onnx.node "ButterflyFactor"({{.*}}x2x2x{{.}}xf32>) -> tensor<?x8xf32>
// TOLERANT-NOT: MatMul
// TOLERANT: return
func.func @collapsed(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %b = onnx.initializer "b" dense<[[-2.25, 1.5, 2.0, 0.5, 1.5, -2.5, 2.0, 1.5], [2.8125, 0.375, -2.5, 0.125, -1.875, -0.625, -2.5, 0.375], [4.5, 0.09375, -2.5, -0.15625, -3.0, -0.15625, -2.5, -0.46875], [-0.5625, 0.28125, 0.3125, -0.46875, 0.375, -0.46875, 0.3125, -1.40625], [0.3125, -0.75, 0.03125, 0.9375, -0.46875, 1.5, 0.03125, -0.75], [1.25, 1.125, 0.125, -1.40625, -1.875, -2.25, 0.125, 1.125], [0.5, 0.5, -0.1875, 0.078125, -0.75, -1.0, -0.1875, -0.0625], [-1.0, 0.5, 0.375, 0.078125, 1.5, -1.0, 0.375, -0.0625]]> : tensor<8x8xf32>
  %y = onnx.node "MatMul"(%x, %b) {opset = 13 : i64} : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

// Two stages of four numbers take as many products as the matrix of 4 x 4.
// CHECK: reason = "2 factors 4 -> 4 (ternary; {{.*}}), relative error 0.0E+00; the dense product costs less"
// CHECK-LABEL: func.func @small
// CHECK: onnx.node "MatMul"
func.func @small(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %h = onnx.initializer "h" dense<[[1.0, 1.0, 1.0, 1.0], [1.0, -1.0, 1.0, -1.0], [1.0, 1.0, -1.0, -1.0], [1.0, -1.0, -1.0, 1.0]]> : tensor<4x4xf32>
  %y = onnx.node "MatMul"(%x, %h) {opset = 13 : i64} : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// One element per row and column, with a scale and with the bias of a Gemm.
// CHECK: evidence = "a permutation of 3 features"
// CHECK-LABEL: func.func @permutation
// CHECK: %[[P:.*]] = onnx.initializer "{{.*}}.permutation" dense<[1, 2, 0]> : tensor<3xi64>
// CHECK: %[[G:.*]] = onnx.node "Gather"(%{{.*}}, %[[P]]) {attrs = {axis = -1 : i64}
// CHECK: %[[S:.*]] = onnx.initializer "{{.*}}.scale" dense<[2.000000e+00, 1.000000e+00, -3.000000e+00]>
// CHECK: %[[M:.*]] = onnx.node "Mul"(%[[G]], %[[S]])
// CHECK: %[[A:.*]] = onnx.node "Add"(%[[M]], %{{.*}})
// CHECK: return %[[A]]
func.func @permutation(%x: tensor<?x3xf32>) -> tensor<?x3xf32> {
  %p = onnx.initializer "p" dense<[[0.0, 2.0, 0.0], [0.0, 0.0, 1.0], [-3.0, 0.0, 0.0]]> : tensor<3x3xf32>
  %b = onnx.initializer "b" dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %y = onnx.node "Gemm"(%x, %p, %b) {attrs = {transB = 1 : i64}, opset = 13 : i64} : (tensor<?x3xf32>, tensor<3x3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

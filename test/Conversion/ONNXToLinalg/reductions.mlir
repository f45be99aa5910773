// RUN: ecolm-opt %s --convert-onnx-to-linalg | FileCheck %s

// CHECK-LABEL: func.func @mean
// CHECK: linalg.fill ins(%{{.*}} : f32) outs(%{{.*}} : tensor<2xf32>)
// CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "reduction"]
// CHECK: arith.addf
// CHECK: tensor.expand_shape %{{.*}} : tensor<2xf32> into tensor<2x1xf32>
// CHECK: arith.divf
func.func @mean(%x: tensor<2x4xf32>) -> tensor<2x1xf32> {
  %y = onnx.node "ReduceMean"(%x) {attrs = {axes = array<i64: -1>}, opset = 13 : i64} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  return %y : tensor<2x1xf32>
}

// The largest of no element is minus infinity.
// CHECK-LABEL: func.func @max
// CHECK: arith.constant 0xFF800000 : f32
// CHECK: linalg.generic {{.*}}iterator_types = ["reduction", "parallel"]
// CHECK: arith.maximumf
func.func @max(%x: tensor<2x4xf32>) -> tensor<4xf32> {
  %a = onnx.initializer "axes" dense<0> : tensor<1xi64>
  %y = onnx.node "ReduceMax"(%x, %a) {attrs = {keepdims = 0 : i64}, opset = 18 : i64} : (tensor<2x4xf32>, tensor<1xi64>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// The maximum goes before the exponential.
// CHECK-LABEL: func.func @softmax
// CHECK: arith.maximumf
// CHECK: arith.subf
// CHECK: math.exp
// CHECK: arith.addf
// CHECK: arith.divf
func.func @softmax(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = onnx.node "Softmax"(%x) {opset = 13 : i64} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// Rows, columns and the sum, in this order.
// CHECK-LABEL: func.func @batched_matmul
// CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "parallel", "parallel", "reduction"]
// CHECK: arith.mulf
// CHECK: arith.addf
func.func @batched_matmul(%x: tensor<5x2x4xf32>, %z: tensor<5x4x3xf32>) -> tensor<5x2x3xf32> {
  %y = onnx.node "MatMul"(%x, %z) {opset = 13 : i64} : (tensor<5x2x4xf32>, tensor<5x4x3xf32>) -> tensor<5x2x3xf32>
  return %y : tensor<5x2x3xf32>
}

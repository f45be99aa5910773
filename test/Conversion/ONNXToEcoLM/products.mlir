// RUN: ecolm-opt %s --convert-onnx-to-ecolm --split-input-file | FileCheck %s

// The file holds [K, N]; the weight is [N, K] and its bytes stay where they are.
// CHECK: ecolm.weight @w : tensor<3x2xf32> = dense<5.000000e-01> : tensor<2x3xf32> transposed
// CHECK-LABEL: func.func @matmul
// CHECK: %[[W:.*]] = ecolm.get_weight @w : tensor<3x2xf32>
// CHECK: ecolm.matmul %{{.*}}, %[[W]] {{.*}}: tensor<1x?x2xf32>, tensor<3x2xf32> -> tensor<1x?x3xf32>
func.func @matmul(%x: tensor<1x?x2xf32>) -> tensor<1x?x3xf32> {
  %w = onnx.initializer "w" dense<0.5> : tensor<2x3xf32>
  %y = onnx.node "MatMul"(%x, %w) {opset = 23 : i64} : (tensor<1x?x2xf32>, tensor<2x3xf32>) -> tensor<1x?x3xf32>
  return %y : tensor<1x?x3xf32>
}

// -----

// A transposed constant is already [N, K].
// CHECK: ecolm.weight @w : tensor<3x2xf32> = dense<5.000000e-01> : tensor<3x2xf32>{{$}}
// CHECK-LABEL: func.func @matmul_transpose
// CHECK: ecolm.matmul
// CHECK-NOT: onnx.node
func.func @matmul_transpose(%x: tensor<?x2xf32>) -> tensor<?x3xf32> {
  %w = onnx.initializer "w" dense<0.5> : tensor<3x2xf32>
  %t = onnx.node "Transpose"(%w) {attrs = {perm = array<i64: 1, 0>}, opset = 23 : i64} : (tensor<3x2xf32>) -> tensor<2x3xf32>
  %y = onnx.node "MatMul"(%x, %t) {opset = 23 : i64} : (tensor<?x2xf32>, tensor<2x3xf32>) -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// -----

// CHECK: ecolm.weight @w : tensor<3x2xf32> = dense<5.000000e-01> : tensor<3x2xf32>{{$}}
// CHECK-LABEL: func.func @gemm
// CHECK: %[[P:.*]] = ecolm.matmul
// CHECK: onnx.node "Add"(%[[P]], %{{.*}})
func.func @gemm(%x: tensor<?x2xf32>) -> tensor<?x3xf32> {
  %w = onnx.initializer "w" dense<0.5> : tensor<3x2xf32>
  %b = onnx.initializer "b" dense<1.5> : tensor<3xf32>
  %y = onnx.node "Gemm"(%x, %w, %b) {attrs = {transB = 1 : i64}, opset = 13 : i64} : (tensor<?x2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// -----

// Neither a scaled product nor one of two running values is a layer.
// CHECK-LABEL: func.func @left_alone
// CHECK: onnx.node "Gemm"
// CHECK: onnx.node "MatMul"
func.func @left_alone(%x: tensor<2x2xf32>, %z: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %w = onnx.initializer "w" dense<0.5> : tensor<2x2xf32>
  %y = onnx.node "Gemm"(%x, %w) {attrs = {alpha = 0.5 : f32}, opset = 13 : i64} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %m = onnx.node "MatMul"(%y, %z) {opset = 13 : i64} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  return %m : tensor<2x2xf32>
}

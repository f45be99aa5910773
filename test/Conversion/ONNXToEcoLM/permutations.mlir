// RUN: ecolm-opt %s --convert-onnx-to-ecolm --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @bit_reversal
// CHECK: ecolm.permute %{{.*}} bit_reversal {{.*}}: tensor<?x4xf32>
func.func @bit_reversal(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %p = onnx.initializer "p" dense<[0, 2, 1, 3]> : tensor<4xi64>
  %y = onnx.node "Gather"(%x, %p) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<?x4xf32>, tensor<4xi64>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// CHECK-LABEL: func.func @indices
// CHECK: ecolm.permute %{{.*}} indices [2, 0, 1] {{.*}}: tensor<?x3xf32>
func.func @indices(%x: tensor<?x3xf32>) -> tensor<?x3xf32> {
  %p = onnx.initializer "p" dense<[2, 0, 1]> : tensor<3xi64>
  %y = onnx.node "Gather"(%x, %p) {attrs = {axis = 1 : i64}, opset = 13 : i64} : (tensor<?x3xf32>, tensor<3xi64>) -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// -----

// An index that occurs twice makes no permutation, nor does another axis.
// CHECK-LABEL: func.func @no_permutation
// CHECK-NOT: ecolm.permute
// CHECK: onnx.node "Gather"
// CHECK: onnx.node "Gather"
func.func @no_permutation(%x: tensor<3x3xf32>) -> (tensor<3x3xf32>, tensor<3x3xf32>) {
  %p = onnx.initializer "p" dense<[2, 0, 2]> : tensor<3xi64>
  %q = onnx.initializer "q" dense<[2, 0, 1]> : tensor<3xi64>
  %y = onnx.node "Gather"(%x, %p) {attrs = {axis = 1 : i64}, opset = 13 : i64} : (tensor<3x3xf32>, tensor<3xi64>) -> tensor<3x3xf32>
  %z = onnx.node "Gather"(%x, %q) {attrs = {axis = 0 : i64}, opset = 13 : i64} : (tensor<3x3xf32>, tensor<3xi64>) -> tensor<3x3xf32>
  return %y, %z : tensor<3x3xf32>, tensor<3x3xf32>
}

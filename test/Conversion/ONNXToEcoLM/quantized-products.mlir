// RUN: ecolm-opt %s --convert-onnx-to-ecolm --split-input-file | FileCheck %s

// The codes of the file are the weight; the scales are those of the blocks.
// CHECK-DAG: ecolm.weight @w : tensor<3x4xi4> = dense<[249, 69, 98, 115, 18, 7]> : tensor<6xui8> packing <nibbles> transposed
// CHECK-DAG: ecolm.weight @w.scales : tensor<3x2xf32> = dense<{{.}}[1.000000e+00, 4.000000e+00], [2.000000e+00, 5.000000e+00], [3.000000e+00, 6.000000e+00]]>
// CHECK-LABEL: func.func @blocks
// CHECK: ecolm.group_matmul %{{.*}}, %{{.*}} scales %{{.*}} group 2 {{.*}}: tensor<?x4xf32>, tensor<3x4xi4>, tensor<3x2xf32> -> tensor<?x3xf32>
func.func @blocks(%x: tensor<?x4xf32>) -> tensor<?x3xf32> {
  %w = onnx.initializer "w" dense<[[-7, -1, 5], [4, 2, 6], [3, 7, 2], [1, 7, 0]]> : tensor<4x3xi4>
  %s = onnx.initializer "s" dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %d = onnx.node "DequantizeLinear"(%w, %s) {attrs = {axis = 0 : i64, block_size = 2 : i64}, opset = 23 : i64} : (tensor<4x3xi4>, tensor<2x3xf32>) -> tensor<4x3xf32>
  %y = onnx.node "MatMul"(%x, %d) {opset = 23 : i64} : (tensor<?x4xf32>, tensor<4x3xf32>) -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// -----

// An unsigned code with the zero point in the middle is a signed one without;
// one scale for each output comes after the sum.
// CHECK: ecolm.weight @w : tensor<2x3xi8> = dense<{{.}}[-128, 127, 0], [1, 2, 3]]> : tensor<2x3xi8>
// CHECK-LABEL: func.func @outputs
// CHECK: %[[Y:.*]] = ecolm.matmul %{{.*}}, %{{.*}} {{.*}}: tensor<?x3xf32>, tensor<2x3xi8> -> tensor<?x2xf32>
// CHECK: onnx.node "Mul"(%[[Y]], %{{.*}})
func.func @outputs(%x: tensor<?x3xf32>) -> tensor<?x2xf32> {
  %w = onnx.initializer "w" dense<[[0, 255, 128], [129, 130, 131]]> : tensor<2x3xui8>
  %s = onnx.initializer "s" dense<[0.3, 0.7]> : tensor<2xf32>
  %z = onnx.initializer "z" dense<128> : tensor<2xui8>
  %d = onnx.node "DequantizeLinear"(%w, %s, %z) {attrs = {axis = 0 : i64}, opset = 23 : i64} : (tensor<2x3xui8>, tensor<2xf32>, tensor<2xui8>) -> tensor<2x3xf32>
  %y = onnx.node "Gemm"(%x, %d) {attrs = {transB = 1 : i64}, opset = 23 : i64} : (tensor<?x3xf32>, tensor<2x3xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// Other zero points are offsets: -scale * (zero - 8) for codes less 8.
// CHECK-DAG: ecolm.weight @w : tensor<2x2xi4> = dense<[151, 232]> : tensor<2xui8> packing <nibbles>
// CHECK-DAG: ecolm.weight @w.scales : tensor<2x1xf32> = dense<{{.*}}5.000000e-01
// CHECK-DAG: ecolm.weight @w.offsets : tensor<2x1xf32> = dense<2.500000e+00>
// CHECK-LABEL: func.func @zero_points
// CHECK: ecolm.group_matmul %{{.*}}, %{{.*}} scales %{{.*}} offsets %{{.*}} group 2 {{.*}}: tensor<?x2xf32>, tensor<2x2xi4>, tensor<2x1xf32>, tensor<2x1xf32>
func.func @zero_points(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %w = onnx.initializer "w" dense<[[15, 1], [0, 6]]> : tensor<2x2xui4>
  %s = onnx.initializer "s" dense<0.5> : tensor<f16>
  %z = onnx.initializer "z" dense<3> : tensor<ui4>
  %d = onnx.node "DequantizeLinear"(%w, %s, %z) {opset = 23 : i64} : (tensor<2x2xui4>, tensor<f16>, tensor<ui4>) -> tensor<2x2xf16>
  %f = onnx.node "Cast"(%d) {attrs = {to = 1 : i64}, opset = 23 : i64} : (tensor<2x2xf16>) -> tensor<2x2xf32>
  %t = onnx.node "Transpose"(%f) {attrs = {perm = array<i64: 1, 0>}, opset = 23 : i64} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %y = onnx.node "MatMul"(%x, %t) {opset = 23 : i64} : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// Integers of -1, 0 and 1 are ternary, whatever their width.
// CHECK: ecolm.weight @w : tensor<2x2x!ecolm.ternary> = dense<137> : tensor<1xui8> packing <codes2> transposed
// CHECK-LABEL: func.func @ternary
// CHECK: ecolm.matmul %{{.*}}, %{{.*}} {{.*}}: tensor<?x2xf32>, tensor<2x2x!ecolm.ternary> -> tensor<?x2xf32>
// CHECK-NOT: Mul
func.func @ternary(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %w = onnx.initializer "w" dense<[[0, 1], [-1, 1]]> : tensor<2x2xi2>
  %s = onnx.initializer "s" dense<1.0> : tensor<f32>
  %d = onnx.node "DequantizeLinear"(%w, %s) {opset = 25 : i64} : (tensor<2x2xi2>, tensor<f32>) -> tensor<2x2xf32>
  %y = onnx.node "MatMul"(%x, %d) {opset = 25 : i64} : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// A scale for each input, blocks of outputs, and codes of the run stay.
// CHECK-LABEL: func.func @left_alone
// CHECK-COUNT-3: onnx.node "MatMul"
func.func @left_alone(%x: tensor<?x4xf32>, %c: tensor<4x2xi8>) -> (tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>) {
  %w = onnx.initializer "w" dense<3> : tensor<4x2xi8>
  %s = onnx.initializer "s" dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %b = onnx.initializer "b" dense<[[1.0], [2.0], [3.0], [4.0]]> : tensor<4x1xf32>
  %one = onnx.initializer "one" dense<0.5> : tensor<f32>
  %0 = onnx.node "DequantizeLinear"(%w, %s) {attrs = {axis = 0 : i64}, opset = 23 : i64} : (tensor<4x2xi8>, tensor<4xf32>) -> tensor<4x2xf32>
  %1 = onnx.node "DequantizeLinear"(%w, %b) {attrs = {axis = 1 : i64, block_size = 2 : i64}, opset = 23 : i64} : (tensor<4x2xi8>, tensor<4x1xf32>) -> tensor<4x2xf32>
  %2 = onnx.node "DequantizeLinear"(%c, %one) {opset = 23 : i64} : (tensor<4x2xi8>, tensor<f32>) -> tensor<4x2xf32>
  %3 = onnx.node "MatMul"(%x, %0) {opset = 23 : i64} : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  %4 = onnx.node "MatMul"(%x, %1) {opset = 23 : i64} : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  %5 = onnx.node "MatMul"(%x, %2) {opset = 23 : i64} : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  return %3, %4, %5 : tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>
}

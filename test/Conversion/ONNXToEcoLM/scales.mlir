// RUN: ecolm-opt %s --convert-onnx-to-ecolm | FileCheck %s

// CHECK-LABEL: func.func @scalar
// CHECK: ecolm.shift %{{.*}} by [-3] {{.*}}: tensor<1x?x4xf32>
func.func @scalar(%x: tensor<1x?x4xf32>) -> tensor<1x?x4xf32> {
  %s = onnx.initializer "s" dense<0.125> : tensor<f32>
  %y = onnx.node "Mul"(%s, %x) {opset = 14 : i64} : (tensor<f32>, tensor<1x?x4xf32>) -> tensor<1x?x4xf32>
  return %y : tensor<1x?x4xf32>
}

// CHECK-LABEL: func.func @vector
// CHECK: ecolm.shift %{{.*}} by [0, 1, -1, 5]
func.func @vector(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %s = onnx.initializer "s" dense<[1.0, 2.0, 0.5, 32.0]> : tensor<4xf32>
  %y = onnx.node "Mul"(%x, %s) {opset = 14 : i64} : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @division
// CHECK: ecolm.shift %{{.*}} by [-3]
func.func @division(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %s = onnx.initializer "s" dense<8.0> : tensor<f32>
  %y = onnx.node "Div"(%x, %s) {opset = 14 : i64} : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// Not powers of two: a mantissa, a sign, zero. Not a multiplication: c / x.
// CHECK-LABEL: func.func @left_alone
// CHECK-COUNT-3: onnx.node "Mul"
// CHECK: onnx.node "Div"
// CHECK-NOT: ecolm.shift
func.func @left_alone(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %a = onnx.initializer "a" dense<0.75> : tensor<f32>
  %b = onnx.initializer "b" dense<-0.5> : tensor<f32>
  %c = onnx.initializer "c" dense<[1.0, 0.0, 1.0, 1.0]> : tensor<4xf32>
  %d = onnx.initializer "d" dense<2.0> : tensor<f32>
  %0 = onnx.node "Mul"(%x, %a) {opset = 14 : i64} : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %1 = onnx.node "Mul"(%0, %b) {opset = 14 : i64} : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %2 = onnx.node "Mul"(%1, %c) {opset = 14 : i64} : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %3 = onnx.node "Div"(%d, %2) {opset = 14 : i64} : (tensor<f32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %3 : tensor<2x4xf32>
}

// A factor that varies with another dimension, or repeats x, is no shift.
// CHECK-LABEL: func.func @other_dimensions
// CHECK-COUNT-2: onnx.node "Mul"
func.func @other_dimensions(%x: tensor<2x1xf32>) -> tensor<2x4xf32> {
  %r = onnx.initializer "r" dense<[[2.0], [4.0]]> : tensor<2x1xf32>
  %s = onnx.initializer "s" dense<[1.0, 2.0, 4.0, 8.0]> : tensor<4xf32>
  %0 = onnx.node "Mul"(%x, %r) {opset = 14 : i64} : (tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x1xf32>
  %1 = onnx.node "Mul"(%0, %s) {opset = 14 : i64} : (tensor<2x1xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

// RUN: ecolm-opt %s --convert-onnx-to-linalg | FileCheck %s

// Types lose their sign, operations take it, and the interface remembers it.
// CHECK-LABEL: func.func @divide
// CHECK-SAME: tensor<4xi8> {ecolm.unsigned}
// CHECK-SAME: -> (tensor<4xi8> {ecolm.unsigned})
// CHECK: arith.divui
func.func @divide(%x: tensor<4xui8>, %z: tensor<4xui8>) -> tensor<4xui8> {
  %y = onnx.node "Div"(%x, %z) {opset = 14 : i64} : (tensor<4xui8>, tensor<4xui8>) -> tensor<4xui8>
  return %y : tensor<4xui8>
}

// CHECK-LABEL: func.func @compare
// CHECK: arith.cmpi ult
func.func @compare(%x: tensor<4xui16>, %z: tensor<4xui16>) -> tensor<4xi1> {
  %y = onnx.node "Less"(%x, %z) {opset = 14 : i64} : (tensor<4xui16>, tensor<4xui16>) -> tensor<4xi1>
  return %y : tensor<4xi1>
}

// CHECK-LABEL: func.func @from_float
// CHECK: arith.constant 2.550000e+02 : f32
// CHECK: arith.fptoui
func.func @from_float(%x: tensor<4x4x4xf32>) -> tensor<4x4x4xui8> {
  %y = onnx.node "Cast"(%x) {attrs = {to = 2 : i64}, opset = 13 : i64} : (tensor<4x4x4xf32>) -> tensor<4x4x4xui8>
  return %y : tensor<4x4x4xui8>
}

// A large number keeps its bits.
// CHECK-LABEL: func.func @constant
// CHECK: arith.constant -56 : i8
func.func @constant(%x: tensor<2xui8>) -> tensor<2xui8> {
  %c = onnx.initializer "c" dense<200> : tensor<2xui8>
  %y = onnx.node "BitwiseAnd"(%x, %c) {opset = 18 : i64} : (tensor<2xui8>, tensor<2xui8>) -> tensor<2xui8>
  return %y : tensor<2xui8>
}

// RUN: ecolm-opt --onnx-infer-shapes=fold-sizes=true %s | FileCheck %s

// The last size is known, the first is not.
// CHECK-LABEL: func @main
// CHECK:         %[[LAST:.*]] = onnx.initializer "size" dense<6> : tensor<i64>
// CHECK:         %[[FIRST:.*]] = onnx.node "Gather"
// CHECK:         return %[[LAST]], %[[FIRST]]
func.func @main(%x: tensor<?x5xf32>) -> (tensor<i64>, tensor<i64>) {
  %zero = onnx.initializer "zero" dense<0> : tensor<i64>
  %one = onnx.initializer "one" dense<1> : tensor<i64>
  %s = onnx.node "Shape"(%x) {opset = 13 : i64} : (tensor<?x5xf32>) -> tensor<*x!onnx.unknown>
  %last = onnx.node "Gather"(%s, %one) {opset = 13 : i64} : (tensor<*x!onnx.unknown>, tensor<i64>) -> tensor<*x!onnx.unknown>
  %more = onnx.node "Add"(%last, %one) {opset = 13 : i64} : (tensor<*x!onnx.unknown>, tensor<i64>) -> tensor<i64>
  %first = onnx.node "Gather"(%s, %zero) {opset = 13 : i64} : (tensor<*x!onnx.unknown>, tensor<i64>) -> tensor<i64>
  return %more, %first : tensor<i64>, tensor<i64>
}

// RUN: ecolm-opt %s --onnx-infer-shapes=fold-sizes | FileCheck %s

// Half of a size that is known is a constant; the batch is not.
// CHECK-LABEL: func.func @main
// CHECK: %[[N:.*]] = onnx.initializer "{{.*}}" dense<4> : tensor<i64>
// CHECK: onnx.node "Range"(%{{.*}}, %[[N]], %{{.*}})
// CHECK: %[[B:.*]] = onnx.node "Gather"
// CHECK: return %{{.*}}, %[[B]]
func.func @main(%x: tensor<?x8xf32> {onnx.name = "x", onnx.dims = ["batch", "8"]}) -> (tensor<*xi64>, tensor<*xi64>) {
  %zero = onnx.initializer "zero" dense<0> : tensor<i64>
  %one = onnx.initializer "one" dense<1> : tensor<i64>
  %two = onnx.initializer "two" dense<2> : tensor<i64>
  %s = onnx.node "Shape"(%x) {opset = 13 : i64} : (tensor<?x8xf32>) -> tensor<*xi64>
  %n = onnx.node "Gather"(%s, %one) {opset = 13 : i64} : (tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %h = onnx.node "Div"(%n, %two) {opset = 13 : i64} : (tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %r = onnx.node "Range"(%zero, %h, %one) {opset = 13 : i64} : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %b = onnx.node "Gather"(%s, %zero) {opset = 13 : i64} : (tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  return %r, %b : tensor<*xi64>, tensor<*xi64>
}

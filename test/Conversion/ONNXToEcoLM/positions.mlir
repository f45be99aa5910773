// RUN: ecolm-opt %s --convert-onnx-to-ecolm | FileCheck %s

// CHECK-LABEL: func.func @count_tokens
// CHECK-SAME: %[[IDS:[^:]*]]: tensor<1x?xi64>
// CHECK: %[[N:.*]] = tensor.dim %[[IDS]], %{{.*}}
// CHECK: ecolm.positions %[[N]] {{.*}}: tensor<?xi64>
func.func @count_tokens(%ids: tensor<1x?xi64>) -> tensor<?xi64> {
  %zero = onnx.initializer "zero" dense<0> : tensor<i64>
  %one = onnx.initializer "one" dense<1> : tensor<i64>
  %shape = onnx.node "Shape"(%ids) {opset = 15 : i64} : (tensor<1x?xi64>) -> tensor<2xi64>
  %n = onnx.node "Gather"(%shape, %one) {opset = 13 : i64} : (tensor<2xi64>, tensor<i64>) -> tensor<i64>
  %p = onnx.node "Range"(%zero, %n, %one) {opset = 11 : i64} : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  return %p : tensor<?xi64>
}

// A Shape of one dimension, squeezed.
// CHECK-LABEL: func.func @count_through_squeeze
// CHECK: ecolm.positions
func.func @count_through_squeeze(%ids: tensor<1x?xi64>) -> tensor<?xi64> {
  %zero = onnx.initializer "zero" dense<0> : tensor<i64>
  %one = onnx.initializer "one" dense<1> : tensor<i64>
  %shape = onnx.node "Shape"(%ids) {attrs = {start = 1 : i64, end = 2 : i64}, opset = 15 : i64} : (tensor<1x?xi64>) -> tensor<1xi64>
  %n = onnx.node "Squeeze"(%shape) {opset = 13 : i64} : (tensor<1xi64>) -> tensor<i64>
  %p = onnx.node "Range"(%zero, %n, %one) {opset = 11 : i64} : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  return %p : tensor<?xi64>
}

// Floats that count.
// CHECK-LABEL: func.func @count_in_floats
// CHECK: %[[P:.*]] = ecolm.positions %{{.*}} : tensor<?xi64>
// CHECK: onnx.node "Cast"(%[[P]]) {attrs = {to = 1 : i64}{{.*}} : (tensor<?xi64>) -> tensor<?xf32>
func.func @count_in_floats(%ids: tensor<1x?xi64>) -> tensor<?xf32> {
  %zero = onnx.initializer "zero" dense<0.0> : tensor<f32>
  %one = onnx.initializer "one" dense<1.0> : tensor<f32>
  %shape = onnx.node "Shape"(%ids) {attrs = {start = 1 : i64, end = 2 : i64}, opset = 15 : i64} : (tensor<1x?xi64>) -> tensor<1xi64>
  %n = onnx.node "Squeeze"(%shape) {opset = 13 : i64} : (tensor<1xi64>) -> tensor<i64>
  %f = onnx.node "Cast"(%n) {attrs = {to = 1 : i64}, opset = 13 : i64} : (tensor<i64>) -> tensor<f32>
  %p = onnx.node "Range"(%zero, %f, %one) {opset = 11 : i64} : (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<?xf32>
  return %p : tensor<?xf32>
}

// Halves do not count tokens.
// CHECK-LABEL: func.func @half_steps
// CHECK: onnx.node "Range"
func.func @half_steps(%ids: tensor<1x?xi64>) -> tensor<?xf32> {
  %zero = onnx.initializer "zero" dense<0.0> : tensor<f32>
  %half = onnx.initializer "half" dense<0.5> : tensor<f32>
  %shape = onnx.node "Shape"(%ids) {attrs = {start = 1 : i64, end = 2 : i64}, opset = 15 : i64} : (tensor<1x?xi64>) -> tensor<1xi64>
  %n = onnx.node "Squeeze"(%shape) {opset = 13 : i64} : (tensor<1xi64>) -> tensor<i64>
  %f = onnx.node "Cast"(%n) {attrs = {to = 1 : i64}, opset = 13 : i64} : (tensor<i64>) -> tensor<f32>
  %p = onnx.node "Range"(%zero, %f, %half) {opset = 11 : i64} : (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<?xf32>
  return %p : tensor<?xf32>
}

// A range that starts elsewhere counts something else.
// CHECK-LABEL: func.func @left_alone
// CHECK: onnx.node "Range"
func.func @left_alone(%ids: tensor<1x?xi64>) -> tensor<?xi64> {
  %one = onnx.initializer "one" dense<1> : tensor<i64>
  %shape = onnx.node "Shape"(%ids) {opset = 15 : i64} : (tensor<1x?xi64>) -> tensor<2xi64>
  %n = onnx.node "Gather"(%shape, %one) {opset = 13 : i64} : (tensor<2xi64>, tensor<i64>) -> tensor<i64>
  %p = onnx.node "Range"(%one, %n, %one) {opset = 11 : i64} : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  return %p : tensor<?xi64>
}

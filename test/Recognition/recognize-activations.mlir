// RUN: ecolm-opt --recognize-activations --split-input-file %s | FileCheck %s

// CHECK-LABEL: func @gelu
// CHECK-SAME:    (%[[X:.*]]: tensor<4xf32>)
// CHECK-NEXT:    %[[Y:.*]] = onnx.node "Gelu"(%[[X]]) {opset
// CHECK-NEXT:    %[[Z:.*]] = onnx.node "Gelu"(%[[Y]]) {opset
// CHECK-NEXT:    return %[[Z]]
func.func @gelu(%x: tensor<4xf32>) -> tensor<4xf32> {
  %root = onnx.initializer "root" dense<1.41421354> : tensor<f32>
  %inverse = onnx.initializer "inverse" dense<0.707106769> : tensor<f32>
  %half = onnx.initializer "half" dense<0.5> : tensor<f32>
  %one = onnx.initializer "one" dense<1.0> : tensor<f32>
  %d = onnx.node "Div"(%x, %root) {opset = 14 : i64} : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %e = onnx.node "Erf"(%d) {opset = 13 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  %a = onnx.node "Add"(%e, %one) {opset = 14 : i64} : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %m = onnx.node "Mul"(%x, %a) {opset = 14 : i64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %y = onnx.node "Mul"(%m, %half) {opset = 14 : i64} : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %h = onnx.node "Mul"(%half, %y) {opset = 14 : i64} : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
  %i = onnx.node "Mul"(%inverse, %y) {opset = 14 : i64} : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
  %f = onnx.node "Erf"(%i) {opset = 13 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  %b = onnx.node "Add"(%one, %f) {opset = 14 : i64} : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
  %z = onnx.node "Mul"(%h, %b) {opset = 14 : i64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %z : tensor<4xf32>
}

// -----

// CHECK: evidence = "Gelu from its steps", idea = "activation", name = "Mul"
// CHECK-LABEL: func @tanh
// CHECK:         onnx.node "Gelu"(%{{.*}}) {attrs = {approximate = "tanh"}
// CHECK-NEXT:    return
func.func @tanh(%x: tensor<4xf32>) -> tensor<4xf32> {
  %half = onnx.initializer "half" dense<0.5> : tensor<f32>
  %one = onnx.initializer "one" dense<1.0> : tensor<f32>
  %three = onnx.initializer "three" dense<3.0> : tensor<f32>
  %k = onnx.initializer "k" dense<0.044715> : tensor<f32>
  %s = onnx.initializer "s" dense<0.797884583> : tensor<f32>
  %p = onnx.node "Pow"(%x, %three) {opset = 13 : i64} : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %q = onnx.node "Mul"(%p, %k) {opset = 14 : i64} : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %a = onnx.node "Add"(%x, %q) {opset = 14 : i64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %b = onnx.node "Mul"(%a, %s) {opset = 14 : i64} : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %t = onnx.node "Tanh"(%b) {opset = 13 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  %g = onnx.node "Add"(%t, %one) {opset = 14 : i64} : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %h = onnx.node "Mul"(%x, %half) {opset = 14 : i64} : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %y = onnx.node "Mul"(%h, %g) {opset = 14 : i64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// CHECK-LABEL: func @swish
// CHECK-SAME:    (%[[G:.*]]: tensor<4xf32>, %[[U:.*]]: tensor<4xf32>)
// CHECK-NEXT:    %[[S:.*]] = onnx.node "Swish"(%[[G]])
// CHECK-NEXT:    onnx.node "Mul"(%[[S]], %[[U]])
func.func @swish(%g: tensor<4xf32>, %u: tensor<4xf32>) -> tensor<4xf32> {
  %s = onnx.node "Sigmoid"(%g) {opset = 13 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  %a = onnx.node "Mul"(%g, %s) {opset = 14 : i64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %y = onnx.node "Mul"(%a, %u) {opset = 14 : i64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// Another argument, another constant.
// CHECK-LABEL: func @others
// CHECK-NOT:     "Swish"
// CHECK-NOT:     "Gelu"
func.func @others(%x: tensor<4xf32>, %z: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %s = onnx.node "Sigmoid"(%z) {opset = 13 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  %y0 = onnx.node "Mul"(%x, %s) {opset = 14 : i64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %root = onnx.initializer "root" dense<1.5> : tensor<f32>
  %half = onnx.initializer "half" dense<0.5> : tensor<f32>
  %one = onnx.initializer "one" dense<1.0> : tensor<f32>
  %d = onnx.node "Div"(%x, %root) {opset = 14 : i64} : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %e = onnx.node "Erf"(%d) {opset = 13 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  %a = onnx.node "Add"(%e, %one) {opset = 14 : i64} : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %m = onnx.node "Mul"(%x, %a) {opset = 14 : i64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %y1 = onnx.node "Mul"(%m, %half) {opset = 14 : i64} : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return %y0, %y1 : tensor<4xf32>, tensor<4xf32>
}

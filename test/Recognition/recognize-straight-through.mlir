// RUN: ecolm-opt --recognize-straight-through --split-input-file %s | FileCheck %s

// CHECK-LABEL: func @quantizer
// CHECK-SAME:    (%[[X:.*]]: tensor<4xf32>)
// CHECK-NEXT:    %[[Q:.*]] = onnx.node "Round"(%[[X]])
// CHECK-NEXT:    return %[[Q]]
func.func @quantizer(%x: tensor<4xf32>) -> tensor<4xf32> {
  %q = onnx.node "Round"(%x) {opset = 13 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  %d = onnx.node "Sub"(%q, %x) {opset = 13 : i64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %y = onnx.node "Add"(%x, %d) {opset = 13 : i64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// Either order of the sum, and steps made by a comparison.
// CHECK: evidence = "x + (q(x) - x) is q(x) but for rounding", idea = "straight-through estimator", name = "Add"
// CHECK-LABEL: func @threshold
// CHECK-NOT:     "Add"
// CHECK:         return
func.func @threshold(%x: tensor<4xf32>, %t: tensor<f32>) -> tensor<4xf32> {
  %c = onnx.node "Greater"(%x, %t) {opset = 13 : i64} : (tensor<4xf32>, tensor<f32>) -> tensor<4xi1>
  %q = onnx.node "Cast"(%c) {attrs = {to = 1 : i64}, opset = 13 : i64} : (tensor<4xi1>) -> tensor<4xf32>
  %d = onnx.node "Sub"(%q, %x) {opset = 13 : i64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %y = onnx.node "Add"(%d, %x) {opset = 13 : i64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// A smooth function is no quantizer, a quantizer of something else is none of
// x, and x - q(x) is not q(x) - x.
// CHECK-LABEL: func @others
// CHECK-COUNT-3: "Add"
func.func @others(%x: tensor<4xf32>, %z: tensor<4xf32>)
    -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %s = onnx.node "Tanh"(%x) {opset = 13 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  %d0 = onnx.node "Sub"(%s, %x) {opset = 13 : i64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %y0 = onnx.node "Add"(%x, %d0) {opset = 13 : i64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %r = onnx.node "Round"(%z) {opset = 13 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  %d1 = onnx.node "Sub"(%r, %x) {opset = 13 : i64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %y1 = onnx.node "Add"(%x, %d1) {opset = 13 : i64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %q = onnx.node "Round"(%x) {opset = 13 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  %d2 = onnx.node "Sub"(%x, %q) {opset = 13 : i64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %y2 = onnx.node "Add"(%x, %d2) {opset = 13 : i64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %y0, %y1, %y2 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

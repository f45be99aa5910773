// RUN: ecolm-opt --recognize-norms --split-input-file %s | FileCheck %s

// Every spelling of the inverse root, with the gain before or behind.
// CHECK-LABEL: func @rms
// CHECK-SAME:    (%[[X:.*]]: tensor<2x4xf32>, %[[G:.*]]: tensor<4xf32>)
// CHECK-COUNT-3: "RMSNormalization"(%[[X]], %[[G]]) {attrs = {epsilon = 9.99999974E-6 : f32}
// CHECK-NEXT:    return
func.func @rms(%x: tensor<2x4xf32>, %g: tensor<4xf32>)
    -> (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>) {
  %e = onnx.initializer "e" dense<1.0e-5> : tensor<f32>
  %two = onnx.initializer "two" dense<2.0> : tensor<f32>
  %one = onnx.initializer "one" dense<1.0> : tensor<f32>
  %half = onnx.initializer "half" dense<-0.5> : tensor<f32>
  %s = onnx.node "Pow"(%x, %two) {opset = 13 : i64} : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %m = onnx.node "ReduceMean"(%s) {attrs = {axes = array<i64: -1>}, opset = 13 : i64} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %v = onnx.node "Add"(%e, %m) {opset = 14 : i64} : (tensor<f32>, tensor<2x1xf32>) -> tensor<2x1xf32>
  %r = onnx.node "Sqrt"(%v) {opset = 13 : i64} : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %i = onnx.node "Reciprocal"(%r) {opset = 13 : i64} : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %n0 = onnx.node "Mul"(%x, %i) {opset = 14 : i64} : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %c = onnx.node "Cast"(%n0) {attrs = {to = 1 : i64}, opset = 13 : i64} : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %y0 = onnx.node "Mul"(%g, %c) {opset = 14 : i64} : (tensor<4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %d = onnx.node "Div"(%one, %r) {opset = 14 : i64} : (tensor<f32>, tensor<2x1xf32>) -> tensor<2x1xf32>
  %n1 = onnx.node "Mul"(%d, %x) {opset = 14 : i64} : (tensor<2x1xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %y1 = onnx.node "Mul"(%n1, %g) {opset = 14 : i64} : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %p = onnx.node "Pow"(%v, %half) {opset = 13 : i64} : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %n2 = onnx.node "Mul"(%x, %p) {opset = 14 : i64} : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %y2 = onnx.node "Mul"(%n2, %g) {opset = 14 : i64} : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  return %y0, %y1, %y2 : tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>
}

// -----

// Of what is centered first it is a LayerNormalization; one norm feeds another.
// CHECK: evidence = "LayerNormalization from its steps", idea = "norm", name = "Add"
// CHECK-LABEL: func @layer
// CHECK:         %[[N:.*]] = onnx.node "LayerNormalization"(%{{.*}}, %{{.*}}, %{{.*}}) {attrs = {epsilon = 9.99999974E-6 : f32}
// CHECK:         onnx.node "RMSNormalization"(%[[N]], %{{.*}})
func.func @layer(%x: tensor<2x4xf32>, %g: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<2x4xf32> {
  %e = onnx.initializer "e" dense<1.0e-5> : tensor<f32>
  %a = onnx.node "ReduceMean"(%x) {attrs = {axes = array<i64: 1>}, opset = 13 : i64} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %c = onnx.node "Sub"(%x, %a) {opset = 14 : i64} : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %s = onnx.node "Mul"(%c, %c) {opset = 14 : i64} : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %m = onnx.node "ReduceMean"(%s) {attrs = {axes = array<i64: 1>}, opset = 13 : i64} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %v = onnx.node "Add"(%m, %e) {opset = 14 : i64} : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %r = onnx.node "Sqrt"(%v) {opset = 13 : i64} : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %n = onnx.node "Div"(%c, %r) {opset = 14 : i64} : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %w = onnx.node "Mul"(%n, %g) {opset = 14 : i64} : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %y = onnx.node "Add"(%w, %b) {opset = 14 : i64} : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %s2 = onnx.node "Mul"(%y, %y) {opset = 14 : i64} : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %m2 = onnx.node "ReduceMean"(%s2) {attrs = {axes = array<i64: 1>}, opset = 13 : i64} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %v2 = onnx.node "Add"(%m2, %e) {opset = 14 : i64} : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %r2 = onnx.node "Sqrt"(%v2) {opset = 13 : i64} : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %n2 = onnx.node "Div"(%y, %r2) {opset = 14 : i64} : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  return %n2 : tensor<2x4xf32>
}

// -----

// The gain may come before the division; one that repeats what it multiplies is
// no gain of a norm.
// CHECK-LABEL: func @gain_first
// CHECK-SAME:    (%[[X:.*]]: tensor<2x4xf32>, %[[Z:.*]]: tensor<2x1xf32>, %[[G:.*]]: tensor<4xf32>, %[[B:.*]]: tensor<4xf32>)
// CHECK:         onnx.node "LayerNormalization"(%[[X]], %[[G]], %[[B]])
// CHECK-NOT:     "Sqrt"
// CHECK:         %[[N:.*]] = onnx.node "RMSNormalization"(%[[Z]], %{{.*}}) {{.*}} -> tensor<2x1xf32>
// CHECK:         onnx.node "Mul"(%[[N]], %[[G]])
func.func @gain_first(%x: tensor<2x4xf32>, %z: tensor<2x1xf32>, %g: tensor<4xf32>, %b: tensor<4xf32>)
    -> (tensor<2x4xf32>, tensor<2x4xf32>) {
  %e = onnx.initializer "e" dense<1.0e-5> : tensor<f32>
  %a = onnx.node "ReduceMean"(%x) {attrs = {axes = array<i64: -1>}, opset = 13 : i64} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %c = onnx.node "Sub"(%x, %a) {opset = 14 : i64} : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %s = onnx.node "Mul"(%c, %c) {opset = 14 : i64} : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %m = onnx.node "ReduceMean"(%s) {attrs = {axes = array<i64: -1>}, opset = 13 : i64} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %v = onnx.node "Add"(%m, %e) {opset = 14 : i64} : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %r = onnx.node "Sqrt"(%v) {opset = 13 : i64} : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %w = onnx.node "Mul"(%g, %c) {opset = 14 : i64} : (tensor<4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %n = onnx.node "Div"(%w, %r) {opset = 14 : i64} : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %y = onnx.node "Add"(%n, %b) {opset = 14 : i64} : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %s2 = onnx.node "Mul"(%z, %z) {opset = 14 : i64} : (tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x1xf32>
  %m2 = onnx.node "ReduceMean"(%s2) {attrs = {axes = array<i64: -1>}, opset = 13 : i64} : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %v2 = onnx.node "Add"(%m2, %e) {opset = 14 : i64} : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %r2 = onnx.node "Sqrt"(%v2) {opset = 13 : i64} : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %n2 = onnx.node "Div"(%z, %r2) {opset = 14 : i64} : (tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x1xf32>
  %y2 = onnx.node "Mul"(%n2, %g) {opset = 14 : i64} : (tensor<2x1xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  return %y, %y2 : tensor<2x4xf32>, tensor<2x4xf32>
}

// -----

// Over another dimension, or of another x, it is no norm; one of f16 is left.
// CHECK: reason = "its elements are not f32 or f64"
// CHECK-LABEL: func @others
// CHECK-NOT:     Normalization
func.func @others(%x: tensor<4x4xf32>, %z: tensor<4x4xf32>, %h: tensor<4x4xf16>)
    -> (tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf16>) {
  %e = onnx.initializer "e" dense<1.0e-5> : tensor<f32>
  %s = onnx.node "Mul"(%x, %x) {opset = 14 : i64} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %m0 = onnx.node "ReduceMean"(%s) {attrs = {axes = array<i64: 0>}, opset = 13 : i64} : (tensor<4x4xf32>) -> tensor<1x4xf32>
  %v0 = onnx.node "Add"(%m0, %e) {opset = 14 : i64} : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %r0 = onnx.node "Sqrt"(%v0) {opset = 13 : i64} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %y0 = onnx.node "Div"(%x, %r0) {opset = 14 : i64} : (tensor<4x4xf32>, tensor<1x4xf32>) -> tensor<4x4xf32>
  %m1 = onnx.node "ReduceMean"(%s) {attrs = {axes = array<i64: 1>}, opset = 13 : i64} : (tensor<4x4xf32>) -> tensor<4x1xf32>
  %v1 = onnx.node "Add"(%m1, %e) {opset = 14 : i64} : (tensor<4x1xf32>, tensor<f32>) -> tensor<4x1xf32>
  %r1 = onnx.node "Sqrt"(%v1) {opset = 13 : i64} : (tensor<4x1xf32>) -> tensor<4x1xf32>
  %y1 = onnx.node "Div"(%z, %r1) {opset = 14 : i64} : (tensor<4x4xf32>, tensor<4x1xf32>) -> tensor<4x4xf32>
  %f = onnx.initializer "f" dense<1.0e-5> : tensor<f16>
  %s2 = onnx.node "Mul"(%h, %h) {opset = 14 : i64} : (tensor<4x4xf16>, tensor<4x4xf16>) -> tensor<4x4xf16>
  %m2 = onnx.node "ReduceMean"(%s2) {attrs = {axes = array<i64: 1>}, opset = 13 : i64} : (tensor<4x4xf16>) -> tensor<4x1xf16>
  %v2 = onnx.node "Add"(%m2, %f) {opset = 14 : i64} : (tensor<4x1xf16>, tensor<f16>) -> tensor<4x1xf16>
  %r2 = onnx.node "Sqrt"(%v2) {opset = 13 : i64} : (tensor<4x1xf16>) -> tensor<4x1xf16>
  %y2 = onnx.node "Div"(%h, %r2) {opset = 14 : i64} : (tensor<4x4xf16>, tensor<4x1xf16>) -> tensor<4x4xf16>
  return %y0, %y1, %y2 : tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf16>
}

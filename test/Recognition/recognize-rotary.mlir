// RUN: ecolm-opt --recognize-rotary --split-input-file %s | FileCheck %s

// One value joined with itself is each of its halves.
// CHECK: evidence = "halves", idea = "rotary embedding", name = "Add"
// CHECK-LABEL: func @halves
// CHECK-SAME:    (%[[X:.*]]: tensor<1x2x3x4xf32>, %[[A:.*]]: tensor<1x3x2xf32>)
// CHECK:         %[[C:.*]] = onnx.node "Cos"(%[[A]])
// CHECK:         %[[U:.*]] = onnx.node "Unsqueeze"(%[[C]], %{{.*}}) {{.*}} -> tensor<1x1x3x2xf32>
// CHECK:         onnx.node "RotaryEmbedding"(%[[X]], %{{.*}}, %{{.*}}) {attrs = {interleaved = 0 : i64}
func.func @halves(%x: tensor<1x2x3x4xf32>, %a: tensor<1x3x2xf32>) -> tensor<1x2x3x4xf32> {
  %zero = onnx.initializer "zero" dense<0> : tensor<1xi64>
  %one = onnx.initializer "one" dense<1> : tensor<1xi64>
  %two = onnx.initializer "two" dense<2> : tensor<1xi64>
  %three = onnx.initializer "three" dense<3> : tensor<1xi64>
  %end = onnx.initializer "end" dense<9223372036854775807> : tensor<1xi64>
  %w = onnx.node "Concat"(%a, %a) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<1x3x2xf32>, tensor<1x3x2xf32>) -> tensor<1x3x4xf32>
  %c0 = onnx.node "Cos"(%w) {opset = 13 : i64} : (tensor<1x3x4xf32>) -> tensor<1x3x4xf32>
  %s0 = onnx.node "Sin"(%w) {opset = 13 : i64} : (tensor<1x3x4xf32>) -> tensor<1x3x4xf32>
  %c = onnx.node "Unsqueeze"(%c0, %one) {opset = 13 : i64} : (tensor<1x3x4xf32>, tensor<1xi64>) -> tensor<1x1x3x4xf32>
  %s = onnx.node "Unsqueeze"(%s0, %one) {opset = 13 : i64} : (tensor<1x3x4xf32>, tensor<1xi64>) -> tensor<1x1x3x4xf32>
  %h = onnx.node "Slice"(%x, %two, %end, %three) {opset = 13 : i64} : (tensor<1x2x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x3x2xf32>
  %n = onnx.node "Neg"(%h) {opset = 13 : i64} : (tensor<1x2x3x2xf32>) -> tensor<1x2x3x2xf32>
  %l = onnx.node "Slice"(%x, %zero, %two, %three) {opset = 13 : i64} : (tensor<1x2x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x3x2xf32>
  %t = onnx.node "Concat"(%n, %l) {attrs = {axis = 3 : i64}, opset = 13 : i64} : (tensor<1x2x3x2xf32>, tensor<1x2x3x2xf32>) -> tensor<1x2x3x4xf32>
  %p = onnx.node "Mul"(%x, %c) {opset = 14 : i64} : (tensor<1x2x3x4xf32>, tensor<1x1x3x4xf32>) -> tensor<1x2x3x4xf32>
  %q = onnx.node "Mul"(%t, %s) {opset = 14 : i64} : (tensor<1x2x3x4xf32>, tensor<1x1x3x4xf32>) -> tensor<1x2x3x4xf32>
  %y = onnx.node "Add"(%p, %q) {opset = 14 : i64} : (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32>
  return %y : tensor<1x2x3x4xf32>
}

// -----

// Nothing is known of these cosines.
// CHECK: reason = "nothing shows that its cosines and sines repeat as they must"
// CHECK-LABEL: func @others
// CHECK-NOT:     "RotaryEmbedding"
func.func @others(%x: tensor<1x2x3x4xf32>, %c: tensor<1x1x3x4xf32>) -> tensor<1x2x3x4xf32> {
  %zero = onnx.initializer "zero" dense<0> : tensor<1xi64>
  %two = onnx.initializer "two" dense<2> : tensor<1xi64>
  %three = onnx.initializer "three" dense<3> : tensor<1xi64>
  %end = onnx.initializer "end" dense<9223372036854775807> : tensor<1xi64>
  %h = onnx.node "Slice"(%x, %two, %end, %three) {opset = 13 : i64} : (tensor<1x2x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x3x2xf32>
  %n = onnx.node "Neg"(%h) {opset = 13 : i64} : (tensor<1x2x3x2xf32>) -> tensor<1x2x3x2xf32>
  %l = onnx.node "Slice"(%x, %zero, %two, %three) {opset = 13 : i64} : (tensor<1x2x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x3x2xf32>
  %t = onnx.node "Concat"(%n, %l) {attrs = {axis = 3 : i64}, opset = 13 : i64} : (tensor<1x2x3x2xf32>, tensor<1x2x3x2xf32>) -> tensor<1x2x3x4xf32>
  %p = onnx.node "Mul"(%x, %c) {opset = 14 : i64} : (tensor<1x2x3x4xf32>, tensor<1x1x3x4xf32>) -> tensor<1x2x3x4xf32>
  %q = onnx.node "Mul"(%t, %c) {opset = 14 : i64} : (tensor<1x2x3x4xf32>, tensor<1x1x3x4xf32>) -> tensor<1x2x3x4xf32>
  %y = onnx.node "Add"(%p, %q) {opset = 14 : i64} : (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32>
  return %y : tensor<1x2x3x4xf32>
}

// -----

// Without a dimension of heads.
// CHECK: reason = "what it turns has not four dimensions"
// CHECK-LABEL: func @flat
// CHECK-NOT:     "RotaryEmbedding"
func.func @flat(%x: tensor<2x3x4xf32>, %c: tensor<1x3x4xf32>) -> tensor<2x3x4xf32> {
  %zero = onnx.initializer "zero" dense<0> : tensor<1xi64>
  %two = onnx.initializer "two" dense<2> : tensor<1xi64>
  %three = onnx.initializer "three" dense<2> : tensor<1xi64>
  %end = onnx.initializer "end" dense<9223372036854775807> : tensor<1xi64>
  %h = onnx.node "Slice"(%x, %two, %end, %three) {opset = 13 : i64} : (tensor<2x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<2x3x2xf32>
  %n = onnx.node "Neg"(%h) {opset = 13 : i64} : (tensor<2x3x2xf32>) -> tensor<2x3x2xf32>
  %l = onnx.node "Slice"(%x, %zero, %two, %three) {opset = 13 : i64} : (tensor<2x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<2x3x2xf32>
  %t = onnx.node "Concat"(%n, %l) {attrs = {axis = 2 : i64}, opset = 13 : i64} : (tensor<2x3x2xf32>, tensor<2x3x2xf32>) -> tensor<2x3x4xf32>
  %p = onnx.node "Mul"(%x, %c) {opset = 14 : i64} : (tensor<2x3x4xf32>, tensor<1x3x4xf32>) -> tensor<2x3x4xf32>
  %q = onnx.node "Mul"(%t, %c) {opset = 14 : i64} : (tensor<2x3x4xf32>, tensor<1x3x4xf32>) -> tensor<2x3x4xf32>
  %y = onnx.node "Add"(%p, %q) {opset = 14 : i64} : (tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return %y : tensor<2x3x4xf32>
}

// -----

// Even and odd elements, side by side again.
// CHECK: evidence = "pairs"
// CHECK-LABEL: func @pairs
// CHECK-SAME:    (%[[X:.*]]: tensor<1x2x3x4xf32>
// CHECK:         onnx.node "RotaryEmbedding"(%[[X]], %{{.*}}, %{{.*}}) {attrs = {interleaved = 1 : i64}
func.func @pairs(%x: tensor<1x2x3x4xf32>, %c: tensor<1x1x3x2xf32>, %s: tensor<1x1x3x2xf32>) -> tensor<1x2x3x4xf32> {
  %zero = onnx.initializer "zero" dense<0> : tensor<1xi64>
  %one = onnx.initializer "one" dense<1> : tensor<1xi64>
  %two = onnx.initializer "two" dense<2> : tensor<1xi64>
  %last = onnx.initializer "last" dense<-1> : tensor<1xi64>
  %end = onnx.initializer "end" dense<9223372036854775807> : tensor<1xi64>
  %shape = onnx.initializer "shape" dense<[1, 2, 3, 4]> : tensor<4xi64>
  %e = onnx.node "Slice"(%x, %zero, %end, %last, %two) {opset = 13 : i64} : (tensor<1x2x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x3x2xf32>
  %o = onnx.node "Slice"(%x, %one, %end, %last, %two) {opset = 13 : i64} : (tensor<1x2x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x3x2xf32>
  %ec = onnx.node "Mul"(%e, %c) {opset = 14 : i64} : (tensor<1x2x3x2xf32>, tensor<1x1x3x2xf32>) -> tensor<1x2x3x2xf32>
  %os = onnx.node "Mul"(%o, %s) {opset = 14 : i64} : (tensor<1x2x3x2xf32>, tensor<1x1x3x2xf32>) -> tensor<1x2x3x2xf32>
  %a = onnx.node "Sub"(%ec, %os) {opset = 14 : i64} : (tensor<1x2x3x2xf32>, tensor<1x2x3x2xf32>) -> tensor<1x2x3x2xf32>
  %es = onnx.node "Mul"(%e, %s) {opset = 14 : i64} : (tensor<1x2x3x2xf32>, tensor<1x1x3x2xf32>) -> tensor<1x2x3x2xf32>
  %oc = onnx.node "Mul"(%o, %c) {opset = 14 : i64} : (tensor<1x2x3x2xf32>, tensor<1x1x3x2xf32>) -> tensor<1x2x3x2xf32>
  %b = onnx.node "Add"(%es, %oc) {opset = 14 : i64} : (tensor<1x2x3x2xf32>, tensor<1x2x3x2xf32>) -> tensor<1x2x3x2xf32>
  %au = onnx.node "Unsqueeze"(%a, %last) {opset = 13 : i64} : (tensor<1x2x3x2xf32>, tensor<1xi64>) -> tensor<1x2x3x2x1xf32>
  %bu = onnx.node "Unsqueeze"(%b, %last) {opset = 13 : i64} : (tensor<1x2x3x2xf32>, tensor<1xi64>) -> tensor<1x2x3x2x1xf32>
  %ab = onnx.node "Concat"(%au, %bu) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<1x2x3x2x1xf32>, tensor<1x2x3x2x1xf32>) -> tensor<1x2x3x2x2xf32>
  %y = onnx.node "Reshape"(%ab, %shape) {opset = 14 : i64} : (tensor<1x2x3x2x2xf32>, tensor<4xi64>) -> tensor<1x2x3x4xf32>
  return %y : tensor<1x2x3x4xf32>
}

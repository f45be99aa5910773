// RUN: ecolm-opt --recognize-causal-masks --split-input-file %s | FileCheck %s

// Zeros hide nothing; of a sum one part may be causal; a band is no triangle.
// CHECK: evidence = "a mask that hides nothing", {{.*}}evidence = "causal, and another mask", {{.*}}reason = "nothing shows that its mask is causal"
// CHECK-LABEL: func @masks
// CHECK-SAME:    (%[[Q:.*]]: tensor<1x2x2x4xf32>, %[[M:.*]]: tensor<2x2xf32>)
// CHECK:         onnx.node "Attention"(%[[Q]], %[[Q]], %[[Q]]) {opset = 23 : i64}
// CHECK:         onnx.node "Attention"(%[[Q]], %[[Q]], %[[Q]], %[[M]]) {attrs = {is_causal = 1 : i64}
// CHECK:         onnx.node "Attention"(%[[Q]], %[[Q]], %[[Q]], %{{.*}}) {opset = 23 : i64}
func.func @masks(%q: tensor<1x2x2x4xf32>, %m: tensor<2x2xf32>)
    -> (tensor<1x2x2x4xf32>, tensor<1x2x2x4xf32>, tensor<1x2x2x4xf32>) {
  %zeros = onnx.initializer "zeros" dense<0.0> : tensor<2x2xf32>
  %triangle = onnx.initializer "triangle" dense<[[0.0, 0xFF800000], [0.0, 0.0]]> : tensor<2x2xf32>
  %band = onnx.initializer "band" dense<[[true, false], [false, true]]> : tensor<2x2xi1>
  %y0 = onnx.node "Attention"(%q, %q, %q, %zeros) {opset = 23 : i64} : (tensor<1x2x2x4xf32>, tensor<1x2x2x4xf32>, tensor<1x2x2x4xf32>, tensor<2x2xf32>) -> tensor<1x2x2x4xf32>
  %s = onnx.node "Add"(%triangle, %m) {opset = 14 : i64} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %y1 = onnx.node "Attention"(%q, %q, %q, %s) {opset = 23 : i64} : (tensor<1x2x2x4xf32>, tensor<1x2x2x4xf32>, tensor<1x2x2x4xf32>, tensor<2x2xf32>) -> tensor<1x2x2x4xf32>
  %y2 = onnx.node "Attention"(%q, %q, %q, %band) {opset = 23 : i64} : (tensor<1x2x2x4xf32>, tensor<1x2x2x4xf32>, tensor<1x2x2x4xf32>, tensor<2x2xi1>) -> tensor<1x2x2x4xf32>
  return %y0, %y1, %y2 : tensor<1x2x2x4xf32>, tensor<1x2x2x4xf32>, tensor<1x2x2x4xf32>
}

// -----

// -1e8 may be a score.
// CHECK: reason = "nothing shows that its mask is causal"
// CHECK-LABEL: func @penalty
// CHECK-NOT:     is_causal
func.func @penalty(%q: tensor<1x2x2x4xf32>) -> tensor<1x2x2x4xf32> {
  %triangle = onnx.initializer "triangle" dense<[[0.0, -1.0e+8], [0.0, 0.0]]> : tensor<2x2xf32>
  %y = onnx.node "Attention"(%q, %q, %q, %triangle) {opset = 23 : i64} : (tensor<1x2x2x4xf32>, tensor<1x2x2x4xf32>, tensor<1x2x2x4xf32>, tensor<2x2xf32>) -> tensor<1x2x2x4xf32>
  return %y : tensor<1x2x2x4xf32>
}

// -----

// As much of a triangle as there are tokens, which only the run knows to be in
// it; of a triangle whose rows are cut elsewhere nothing is known.
// CHECK: evidence = "causal", {{.*}}reason = "nothing shows that its mask is causal"
// CHECK-LABEL: func @sliced
// CHECK:         onnx.node "Attention"(%{{.*}}, %{{.*}}, %{{.*}}) {attrs = {is_causal = 1 : i64}
// CHECK:         onnx.node "Attention"(%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}) {onnx.dims
func.func @sliced(%q: tensor<1x2x?x4xf32> {onnx.dims = ["1", "2", "t", "4"]}) -> (tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>) {
  %triangle = onnx.initializer "triangle" dense<[[1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0]]> : tensor<3x3xf32>
  %zero = onnx.initializer "zero" dense<0> : tensor<1xi64>
  %one = onnx.initializer "one" dense<1> : tensor<1xi64>
  %none = onnx.initializer "none" dense<0.0> : tensor<f32>
  %t = onnx.node "Shape"(%q) {attrs = {start = 2 : i64, end = 3 : i64}, opset = 15 : i64} : (tensor<1x2x?x4xf32>) -> tensor<1xi64>
  %r = onnx.node "Slice"(%triangle, %zero, %t, %zero, %one) {onnx.dims = [["?0", "3"]], opset = 13 : i64} : (tensor<3x3xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x3xf32>
  %c = onnx.node "Slice"(%r, %zero, %t, %one, %one) {onnx.dims = [["?0", "?1"]], opset = 13 : i64} : (tensor<?x3xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?xf32>
  %h = onnx.node "Equal"(%c, %none) {onnx.dims = [["?0", "?1"]], opset = 13 : i64} : (tensor<?x?xf32>, tensor<f32>) -> tensor<?x?xi1>
  %m = onnx.node "Not"(%h) {onnx.dims = [["?0", "?1"]], opset = 1 : i64} : (tensor<?x?xi1>) -> tensor<?x?xi1>
  %u = onnx.node "Unsqueeze"(%m, %zero) {onnx.dims = [["1", "?0", "?1"]], opset = 13 : i64} : (tensor<?x?xi1>, tensor<1xi64>) -> tensor<1x?x?xi1>
  %y0 = onnx.node "Attention"(%q, %q, %q, %u) {onnx.dims = [["1", "2", "t", "4"]], opset = 23 : i64} : (tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>, tensor<1x?x?xi1>) -> tensor<1x2x?x4xf32>
  %o = onnx.node "Slice"(%triangle, %one, %t, %zero, %one) {onnx.dims = [["?2", "3"]], opset = 13 : i64} : (tensor<3x3xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x3xf32>
  %k = onnx.node "Cast"(%o) {attrs = {to = 9 : i64}, onnx.dims = [["?2", "3"]], opset = 13 : i64} : (tensor<?x3xf32>) -> tensor<?x3xi1>
  %y1 = onnx.node "Attention"(%q, %q, %q, %k) {onnx.dims = [["1", "2", "t", "4"]], opset = 23 : i64} : (tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>, tensor<?x3xi1>) -> tensor<1x2x?x4xf32>
  return %y0, %y1 : tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>
}

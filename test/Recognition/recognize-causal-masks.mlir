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

// RUN: ecolm-opt %s --convert-onnx-to-ecolm | FileCheck %s

// CHECK-LABEL: func.func @grouped_causal
// CHECK: ecolm.attention %{{.*}}, %{{.*}}, %{{.*}} heads 4 kv_heads 2 scale 5.000000e-01 causal
func.func @grouped_causal(%q: tensor<1x?x16xf32>, %k: tensor<1x?x8xf32>, %v: tensor<1x?x8xf32>) -> tensor<1x?x16xf32> {
  %y = onnx.node "Attention"(%q, %k, %v) {attrs = {is_causal = 1 : i64, q_num_heads = 4 : i64, kv_num_heads = 2 : i64}, opset = 23 : i64} : (tensor<1x?x16xf32>, tensor<1x?x8xf32>, tensor<1x?x8xf32>) -> tensor<1x?x16xf32>
  return %y : tensor<1x?x16xf32>
}

// CHECK-LABEL: func.func @own_scale
// CHECK: heads 2 kv_heads 2 scale 1.250000e-01 {{[{:]}}
func.func @own_scale(%q: tensor<1x3x8xf32>) -> tensor<1x3x8xf32> {
  %y = onnx.node "Attention"(%q, %q, %q) {attrs = {scale = 0.125 : f32, q_num_heads = 2 : i64, kv_num_heads = 2 : i64}, opset = 23 : i64} : (tensor<1x3x8xf32>, tensor<1x3x8xf32>, tensor<1x3x8xf32>) -> tensor<1x3x8xf32>
  return %y : tensor<1x3x8xf32>
}

// Heads as a dimension of their own are moved next to each other.
// CHECK-LABEL: func.func @split_heads
// CHECK-SAME: %[[Q:[^:]*]]: tensor<1x4x?x4xf32>
// CHECK: %[[T:.*]] = onnx.node "Transpose"(%[[Q]]) {attrs = {perm = array<i64: 0, 2, 1, 3>}
// CHECK: %[[M:.*]] = tensor.collapse_shape %[[T]] {{\[\[}}0], [1], [2, 3]] : tensor<1x?x4x4xf32> into tensor<1x?x16xf32>
// CHECK: %[[Y:.*]] = ecolm.attention %[[M]], %{{.*}}, %{{.*}} heads 4 kv_heads 2 scale 5.000000e-01
// CHECK: %[[E:.*]] = tensor.expand_shape %[[Y]]
// CHECK: onnx.node "Transpose"(%[[E]])
func.func @split_heads(%q: tensor<1x4x?x4xf32>, %k: tensor<1x2x?x4xf32>, %v: tensor<1x2x?x4xf32>) -> tensor<1x4x?x4xf32> {
  %y = onnx.node "Attention"(%q, %k, %v) {opset = 23 : i64} : (tensor<1x4x?x4xf32>, tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>) -> tensor<1x4x?x4xf32>
  return %y : tensor<1x4x?x4xf32>
}

// CHECK-LABEL: func.func @log_quantized
// CHECK: ecolm.attention %{{.*}}, %{{.*}}, %{{.*}} heads 4 kv_heads 2 scale 2.500000e-01 causal probabilities <min = -10, max = 0, rounding = nearest>
func.func @log_quantized(%q: tensor<1x?x16xf32>, %k: tensor<1x?x8xf32>, %v: tensor<1x?x8xf32>) -> tensor<1x?x16xf32> {
  %y = onnx.node "LogQuantizedAttention"(%q, %k, %v) {attrs = {is_causal = 1 : i64, q_num_heads = 4 : i64, kv_num_heads = 2 : i64, scale = 0.25 : f32, emin = -10 : i64, emax = 0 : i64, rounding = "nearest", underflow = "zero"}, domain = "ai.ecolm", opset = 1 : i64} : (tensor<1x?x16xf32>, tensor<1x?x8xf32>, tensor<1x?x8xf32>) -> tensor<1x?x16xf32>
  return %y : tensor<1x?x16xf32>
}

// RUN: ecolm-opt --expand-fused-operators --onnx-infer-shapes --split-input-file %s | FileCheck %s

// CHECK-LABEL: func @norms
// CHECK-SAME:    (%[[X:.*]]: tensor<2x3x4xf32>, %[[S:.*]]: tensor<2x3x4xf32>, %[[G:.*]]: tensor<4xf32>)
// CHECK:         %[[A:.*]] = onnx.node "Add"(%[[X]], %[[S]])
// CHECK:         %[[B:.*]] = onnx.node "Add"(%[[A]], %[[G]])
// CHECK:         %[[N:.*]] = onnx.node "LayerNormalization"(%[[B]], %[[G]], %[[G]]) {attrs = {epsilon = 9.99999974E-6 : f32}
// CHECK:         %[[C:.*]] = onnx.node "Add"(%[[X]], %[[S]])
// CHECK:         %[[R:.*]] = onnx.node "RMSNormalization"(%[[C]], %[[G]])
// CHECK:         return %[[N]], %[[B]], %[[R]]
func.func @norms(%x: tensor<2x3x4xf32>, %s: tensor<2x3x4xf32>, %g: tensor<4xf32>)
    -> (tensor<2x3x4xf32>, tensor<2x3x4xf32>, tensor<2x3x4xf32>) {
  %y:4 = onnx.node "SkipLayerNormalization"(%x, %s, %g, %g, %g) {attrs = {epsilon = 1.0e-5 : f32}, domain = "com.microsoft", opset = 1 : i64} : (tensor<2x3x4xf32>, tensor<2x3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<2x3x4xf32>, tensor<2x3x1xf32>, tensor<2x3x1xf32>, tensor<2x3x4xf32>)
  %z = onnx.node "SkipSimplifiedLayerNormalization"(%x, %s, %g) {domain = "com.microsoft", opset = 1 : i64} : (tensor<2x3x4xf32>, tensor<2x3x4xf32>, tensor<4xf32>) -> tensor<2x3x4xf32>
  return %y#0, %y#3, %z : tensor<2x3x4xf32>, tensor<2x3x4xf32>, tensor<2x3x4xf32>
}

// -----

// Bits stay bits; without zero points the middle is one.
// CHECK-LABEL: func @blocks
// CHECK-SAME:    (%[[A:.*]]: tensor<2x16xf32>)
// CHECK-DAG:     %[[Q:.*]] = onnx.initializer "MatMulNBits" dense_resource<{{.*}}> : tensor<3x16xui4>
// CHECK-DAG:     %[[Z:.*]] = onnx.initializer "MatMulNBits" dense<8> : tensor<3x1xui4>
// CHECK:         %[[D:.*]] = onnx.node "DequantizeLinear"(%[[Q]], %{{.*}}, %[[Z]]) {attrs = {axis = 1 : i64, block_size = 16 : i64}
// CHECK-NEXT:    %[[T:.*]] = onnx.node "Transpose"(%[[D]])
// CHECK-NEXT:    onnx.node "MatMul"(%[[A]], %[[T]])
func.func @blocks(%a: tensor<2x16xf32>) -> tensor<2x3xf32> {
  %none = onnx.none : none
  %q = onnx.initializer "q" dense<17> : tensor<3x1x8xui8>
  %s = onnx.initializer "s" dense<0.5> : tensor<3xf32>
  %y = onnx.node "MatMulNBits"(%a, %q, %s) {attrs = {K = 16 : i64, N = 3 : i64, bits = 4 : i64, block_size = 16 : i64}, domain = "com.microsoft", opset = 1 : i64} : (tensor<2x16xf32>, tensor<3x1x8xui8>, tensor<3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

// Bytes of a table are codes, whose middle is zero where nothing else is.
// CHECK-LABEL: func @table
// CHECK-SAME:    (%[[I:.*]]: tensor<2xi64>)
// CHECK-DAG:     %[[Q:.*]] = onnx.initializer {{.*}} : tensor<3x16xui4>
// CHECK-DAG:     %[[Z:.*]] = onnx.initializer {{.*}} dense<8> : tensor<3x1xui4>
// CHECK:         %[[D:.*]] = onnx.node "DequantizeLinear"(%[[Q]], %{{.*}}, %[[Z]]) {attrs = {axis = 1 : i64, block_size = 16 : i64}
// CHECK-NEXT:    onnx.node "Gather"(%[[D]], %[[I]]) {attrs = {axis = 0 : i64}
func.func @table(%i: tensor<2xi64>) -> tensor<2x16xf32> {
  %q = onnx.initializer "q" dense<17> : tensor<3x8xui8>
  %s = onnx.initializer "s" dense<0.5> : tensor<3x1xf32>
  %y = onnx.node "GatherBlockQuantized"(%q, %i, %s) {attrs = {block_size = 16 : i64}, domain = "com.microsoft", opset = 1 : i64} : (tensor<3x8xui8>, tensor<2xi64>, tensor<3x1xf32>) -> tensor<2x16xf32>
  return %y : tensor<2x16xf32>
}

// -----

// CHECK-LABEL: func @packed_heads
// CHECK-SAME:    (%[[P:.*]]: tensor<2x3x2x3x4xf32>)
// CHECK:         %[[S:.*]]:3 = onnx.node "Split"(%[[P]], %{{.*}}) {attrs = {axis = 3 : i64}
// CHECK:         %[[Q:.*]] = onnx.node "Reshape"(%[[S]]#0
// CHECK:         %[[K:.*]] = onnx.node "Reshape"(%[[S]]#1
// CHECK:         %[[V:.*]] = onnx.node "Reshape"(%[[S]]#2
// CHECK:         onnx.node "Attention"(%[[Q]], %[[K]], %[[V]]
func.func @packed_heads(%p: tensor<2x3x2x3x4xf32>) -> tensor<2x3x8xf32> {
  %y = onnx.node "MultiHeadAttention"(%p) {attrs = {num_heads = 2 : i64}, domain = "com.microsoft", opset = 1 : i64} : (tensor<2x3x2x3x4xf32>) -> tensor<2x3x8xf32>
  return %y : tensor<2x3x8xf32>
}

// -----

// CHECK-LABEL: func @heads
// CHECK-SAME:    (%[[Q:.*]]: tensor<2x3x4xf32>)
// CHECK:         onnx.node "Attention"(%[[Q]], %[[Q]], %[[Q]]{{.*}}) {attrs = {kv_num_heads = 2 : i64, q_num_heads = 2 : i64}
func.func @heads(%q: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  %y = onnx.node "MultiHeadAttention"(%q, %q, %q) {attrs = {num_heads = 2 : i64}, domain = "com.microsoft", opset = 1 : i64} : (tensor<2x3x4xf32>, tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return %y : tensor<2x3x4xf32>
}

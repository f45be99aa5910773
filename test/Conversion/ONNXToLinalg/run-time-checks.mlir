// RUN: ecolm-opt %s --convert-onnx-to-linalg --split-input-file | FileCheck %s

// What only the run knows is checked there.

// CHECK-LABEL: func.func @top_k
// CHECK: cf.assert %{{.*}}, "node '{{.*}}': k exceeds the dimension"
func.func @top_k(%x: tensor<4xf32>, %k: tensor<1xi64>) -> tensor<?xf32> {
  %y:2 = onnx.node "TopK"(%x, %k) {opset = 24 : i64} : (tensor<4xf32>, tensor<1xi64>) -> (tensor<?xf32>, tensor<?xi64>)
  return %y#0 : tensor<?xf32>
}

// -----

// CHECK-LABEL: func.func @slice
// CHECK: cf.assert %{{.*}}, "node '{{.*}}': starts, ends, axes and steps differ in length"
// CHECK: scf.for
// CHECK: cf.assert %{{.*}}, "node '{{.*}}': step of zero"
func.func @slice(%x: tensor<4x3xf32>, %s: tensor<?xi64>, %e: tensor<?xi64>) -> tensor<?x?xf32> {
  %y = onnx.node "Slice"(%x, %s, %e) {opset = 13 : i64} : (tensor<4x3xf32>, tensor<?xi64>, tensor<?xi64>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// -----

// CHECK-LABEL: func.func @split
// CHECK: cf.assert %{{.*}}, "node '{{.*}}': its input is not as large as its parts"
func.func @split(%x: tensor<4xf32>, %s: tensor<2xi64>) -> tensor<?xf32> {
  %y:2 = onnx.node "Split"(%x, %s) {opset = 13 : i64} : (tensor<4xf32>, tensor<2xi64>) -> (tensor<?xf32>, tensor<?xf32>)
  return %y#0 : tensor<?xf32>
}

// -----

// CHECK-LABEL: func.func @reshape
// CHECK: cf.assert %{{.*}}, "node '{{.*}}': shape has another length than the model says"
func.func @reshape(%x: tensor<?x?xf32>, %s: tensor<?xi64>) -> tensor<?x?xf32> {
  %y = onnx.node "Reshape"(%x, %s) {opset = 13 : i64} : (tensor<?x?xf32>, tensor<?xi64>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// -----

// CHECK-LABEL: func.func @unsqueeze
// CHECK: scf.for
// CHECK: cf.assert %{{.*}}, "node '{{.*}}': the axes give another rank than the model says"
func.func @unsqueeze(%x: tensor<2x4xf32>, %a: tensor<?xi64>) -> tensor<?x?x?xf32> {
  %y = onnx.node "Unsqueeze"(%x, %a) {opset = 13 : i64} : (tensor<2x4xf32>, tensor<?xi64>) -> tensor<?x?x?xf32>
  return %y : tensor<?x?x?xf32>
}

// -----

// CHECK-LABEL: func.func @gather_nd
// CHECK: cf.assert %{{.*}}, "node '{{.*}}': indices have another depth than the model says"
func.func @gather_nd(%x: tensor<2x4xf32>, %i: tensor<5x?xi64>) -> tensor<5x4xf32> {
  %y = onnx.node "GatherND"(%x, %i) {opset = 13 : i64} : (tensor<2x4xf32>, tensor<5x?xi64>) -> tensor<5x4xf32>
  return %y : tensor<5x4xf32>
}

// -----

// CHECK-LABEL: func.func @pad
// CHECK: cf.assert %{{.*}}, "node '{{.*}}': there are not two pads for each axis"
func.func @pad(%x: tensor<2x4xf32>, %p: tensor<?xi64>, %v: tensor<f32>, %a: tensor<?xi64>) -> tensor<?x?xf32> {
  %y = onnx.node "Pad"(%x, %p, %v, %a) {opset = 18 : i64} : (tensor<2x4xf32>, tensor<?xi64>, tensor<f32>, tensor<?xi64>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// -----

// CHECK-LABEL: func.func @einsum
// CHECK: cf.assert %{{.*}}, "node '{{.*}}': sizes of one letter differ"
func.func @einsum(%x: tensor<?x?xf32>) -> tensor<?xf32> {
  %y = onnx.node "Einsum"(%x) {attrs = {equation = "ii->i"}, opset = 12 : i64} : (tensor<?x?xf32>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}

// -----

// CHECK-LABEL: func.func @masked_attention
// CHECK: cf.assert %{{.*}}, "node '{{.*}}': the mask does not fit queries and keys"
func.func @masked_attention(%q: tensor<1x3x8xf32>, %m: tensor<?x?xf32>) -> tensor<1x3x8xf32> {
  %y = onnx.node "Attention"(%q, %q, %q, %m) {attrs = {q_num_heads = 2 : i64, kv_num_heads = 2 : i64}, opset = 23 : i64} : (tensor<1x3x8xf32>, tensor<1x3x8xf32>, tensor<1x3x8xf32>, tensor<?x?xf32>) -> tensor<1x3x8xf32>
  return %y : tensor<1x3x8xf32>
}

// -----

// Axes that the run names fold into dimensions of one.
// CHECK-LABEL: func.func @reduction
// CHECK: scf.for
// CHECK: linalg.fill
// CHECK: scf.for
// CHECK: tensor.insert
func.func @reduction(%x: tensor<2x4xf32>, %a: tensor<1xi64>) -> tensor<?x?xf32> {
  %y = onnx.node "ReduceSum"(%x, %a) {opset = 13 : i64} : (tensor<2x4xf32>, tensor<1xi64>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

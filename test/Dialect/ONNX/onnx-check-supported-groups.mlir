// Obstacles of one kind are one error, with notes at the other nodes; what is
// supported passes unchanged.
// RUN: ecolm-opt %s --onnx-check-supported --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-LABEL: func.func @supported
// CHECK: onnx.node "Relu"
func.func @supported(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = onnx.node "Relu"(%x) {opset = 13 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

func.func @three(%x: tensor<4xf32>) {
  // expected-error @+1 {{cannot compile 'Nonesuch': the operator is not supported}}
  %0 = onnx.node "Nonesuch"(%x) {opset = 13 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  // expected-note @+1 {{the same here: the operator is not supported}}
  %1 = onnx.node "Nonesuch"(%x) {opset = 13 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  // expected-note @+1 {{the same here: the operator is not supported}}
  %2 = onnx.node "Nonesuch"(%x) {opset = 13 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

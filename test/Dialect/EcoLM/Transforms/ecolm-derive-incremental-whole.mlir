// RUN: ecolm-opt %s --split-input-file --verify-diagnostics \
// RUN:   --ecolm-derive-incremental="context-length=8 or-whole-sequences=true" | FileCheck %s

// What sums over tokens stays as it is, and the runtime evaluates it as a whole.
// CHECK: module attributes {ecolm.whole_sequences}
// CHECK-LABEL: func @main
// CHECK-NOT:     ecolm.language_model
func.func @main(%ids: tensor<1x?xi64>) -> tensor<1x?x4xf32> {
  %c1 = arith.constant 1 : index
  %n = tensor.dim %ids, %c1 : tensor<1x?xi64>
  %e = tensor.empty(%n) : tensor<1x?x4xf32>
  %zero = arith.constant 0.0 : f32
  %x = tensor.splat %zero[%n] : tensor<1x?x4xf32>
  %s = tensor.splat %zero : tensor<1x4xf32>
  // expected-warning @+1 {{every new token will take an evaluation of the whole text so far: it keeps the model from being evaluated token by token: it reduces over tokens}}
  %sum = linalg.reduce { arith.addf } ins(%x : tensor<1x?x4xf32>) outs(%s : tensor<1x4xf32>) dimensions = [1]
  %y = linalg.broadcast ins(%sum : tensor<1x4xf32>) outs(%e : tensor<1x?x4xf32>) dimensions = [1]
  return %y : tensor<1x?x4xf32>
}

// -----

// A function that gives no logits takes tensors.
// CHECK-NOT:   ecolm.whole_sequences
// CHECK-LABEL: func @main
// expected-warning @+1 {{the program will take tensors and no text: expected a body and the type (tensor<1x?xi64>) -> tensor<1x?xVxf32>, but found '(tensor<4xf32>) -> tensor<4xf32>'}}
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// -----

// The runtime gives signed ids.
// CHECK-NOT:   ecolm.whole_sequences
// CHECK-LABEL: func @main
// expected-warning @+1 {{the program will take tensors and no text: expected signed token ids}}
func.func @main(%ids: tensor<1x?xi64> {ecolm.unsigned}) -> tensor<1x?x4xf32> {
  %c1 = arith.constant 1 : index
  %n = tensor.dim %ids, %c1 : tensor<1x?xi64>
  %y = tensor.empty(%n) : tensor<1x?x4xf32>
  return %y : tensor<1x?x4xf32>
}

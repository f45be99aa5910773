// RUN: ecolm-opt --onnx-take-one-sequence --split-input-file %s | FileCheck %s
// RUN: ecolm-opt --onnx-take-one-sequence --onnx-infer-shapes --split-input-file %s | FileCheck %s --check-prefix=TYPED

// CHECK-LABEL: module attributes
// CHECK:       func.func @main(%{{.*}}: tensor<1x?xi64> {onnx.dims = ["1", "t"]}) -> tensor<?x?xi64> attributes {onnx.longest = 8 : i64}
// TYPED:       func.func @main(%{{.*}}: tensor<1x?xi64> {onnx.dims = ["1", "t"]}) -> (tensor<1x?xi64> {onnx.dims = ["1", "t"]})
module attributes {onnx.metadata = {ecolm.context_length = "8"}} {
  func.func @main(%ids: tensor<?x?xi64> {onnx.dims = ["b", "t"]}) -> tensor<?x?xi64> {
    %y = onnx.node "Abs"(%ids) {opset = 13 : i64} : (tensor<?x?xi64>) -> tensor<?x?xi64>
    return %y : tensor<?x?xi64>
  }
}

// -----

// A table of eight rows has one for each token; one of seven may not.
// CHECK: attributes {onnx.longest = 8 : i64}
// TYPED: onnx.node "Slice"{{.*}} {onnx.dims = {{\[\["t", "4"\]\]}}
// TYPED: onnx.node "Slice"{{.*}} {onnx.dims = {{\[\["\?[0-9]+", "4"\]\]}}
module attributes {onnx.metadata = {ecolm.context_length = "8"}} {
  func.func @main(%ids: tensor<1x?xi64> {onnx.dims = ["1", "t"]}) -> (tensor<*xf32>, tensor<*xf32>) {
    %eight = onnx.initializer "eight" dense<1.0> : tensor<8x4xf32>
    %seven = onnx.initializer "seven" dense<1.0> : tensor<7x4xf32>
    %zero = onnx.initializer "zero" dense<0> : tensor<1xi64>
    %t = onnx.node "Shape"(%ids) {attrs = {start = 1 : i64}, opset = 15 : i64} : (tensor<1x?xi64>) -> tensor<1xi64>
    %y = onnx.node "Slice"(%eight, %zero, %t, %zero) {opset = 13 : i64} : (tensor<8x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
    %z = onnx.node "Slice"(%seven, %zero, %t, %zero) {opset = 13 : i64} : (tensor<7x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
    return %y, %z : tensor<*xf32>, tensor<*xf32>
  }
}

// -----

// A length that is no number is not this pass's to judge.
// CHECK: func.func @main(%{{.*}}: tensor<?x?xi64>) -> tensor<?x?xi64> {
module attributes {onnx.metadata = {ecolm.context_length = "long"}} {
  func.func @main(%ids: tensor<?x?xi64>) -> tensor<?x?xi64> {
    return %ids : tensor<?x?xi64>
  }
}

// -----

// Dimensions without names.
// CHECK: func.func @main(%{{.*}}: tensor<1x?xi64>)
module attributes {onnx.metadata = {ecolm.context_length = "8"}} {
  func.func @main(%ids: tensor<?x?xi64>) -> tensor<?x?xi64> {
    return %ids : tensor<?x?xi64>
  }
}

// -----

// No language model, for nobody says so; and two that take something else.
// CHECK: func.func @main(%{{.*}}: tensor<?x?xi64>)
func.func @main(%ids: tensor<?x?xi64>) -> tensor<?x?xi64> {
  return %ids : tensor<?x?xi64>
}

// -----

// CHECK: func.func @main(%{{.*}}: tensor<?x?xf32>)
module attributes {onnx.metadata = {ecolm.context_length = "8"}} {
  func.func @main(%x: tensor<?x?xf32>) -> tensor<?x?xf32> {
    return %x : tensor<?x?xf32>
  }
}

// -----

// CHECK: func.func @main(%{{.*}}: tensor<?x?xi64>, %{{.*}}: tensor<?x?xi64>)
module attributes {onnx.metadata = {ecolm.context_length = "8"}} {
  func.func @main(%ids: tensor<?x?xi64>, %mask: tensor<?x?xi64>) -> tensor<?x?xi64> {
    return %ids : tensor<?x?xi64>
  }
}

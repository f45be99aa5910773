// RUN: ecolm-opt --onnx-take-one-sequence --split-input-file %s | FileCheck %s
// RUN: ecolm-opt --onnx-take-one-sequence --onnx-infer-shapes --split-input-file %s | FileCheck %s --check-prefix=TYPED

// CHECK-LABEL: module attributes
// CHECK:       func.func @main(%{{.*}}: tensor<1x?xi64> {onnx.dims = ["1", "t"]}) -> tensor<?x?xi64>
// TYPED:       func.func @main(%{{.*}}: tensor<1x?xi64> {onnx.dims = ["1", "t"]}) -> (tensor<1x?xi64> {onnx.dims = ["1", "t"]})
module attributes {onnx.metadata = {ecolm.context_length = "8"}} {
  func.func @main(%ids: tensor<?x?xi64> {onnx.dims = ["b", "t"]}) -> tensor<?x?xi64> {
    %y = onnx.node "Abs"(%ids) {opset = 13 : i64} : (tensor<?x?xi64>) -> tensor<?x?xi64>
    return %y : tensor<?x?xi64>
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

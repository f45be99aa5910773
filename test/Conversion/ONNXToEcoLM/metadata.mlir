// RUN: ecolm-opt %s --convert-onnx-to-ecolm | FileCheck %s

// CHECK: module attributes {ecolm.context_length = 256 : i64, ecolm.name = "small", ecolm.tokenizer = "{}"
// CHECK-SAME: onnx.metadata
// What is longer than the context, which shapes were inferred from, ends there.
// CHECK:      func.func @main(%[[IDS:.*]]: tensor<1x?xi64>) -> tensor<1x?xi64> {
// CHECK-DAG:  %[[N:.*]] = tensor.dim %[[IDS]], %{{.*}}
// CHECK-DAG:  %[[MOST:.*]] = arith.constant 256 : index
// CHECK:      %[[FITS:.*]] = arith.cmpi ule, %[[N]], %[[MOST]]
// CHECK:      cf.assert %[[FITS]], "the ids are of more tokens than the 256 that the model's context holds"
module attributes {onnx.metadata = {ecolm.context_length = "256", ecolm.name = "small", ecolm.tokenizer = "{}"}} {
  func.func @main(%ids: tensor<1x?xi64>) -> tensor<1x?xi64> attributes {onnx.longest = 256 : i64} {
    return %ids : tensor<1x?xi64>
  }
}


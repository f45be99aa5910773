// RUN: ecolm-opt %s --convert-onnx-to-linalg | FileCheck %s

// A table is a weight. Every index is wrapped and checked once, then its row is
// read.
// CHECK: ecolm.weight @table : tensor<5x4xf32>
// CHECK-LABEL: func.func @embedding
// CHECK: %[[T:.*]] = ecolm.get_weight @table
// CHECK: %[[I:.*]] = linalg.generic
// CHECK: cf.assert %{{.*}}, "node 'lookup': an index lies outside the dimension that it selects from"
// CHECK: linalg.yield %{{.*}} : index
// CHECK: linalg.generic {{.*}} ins(%[[I]] : tensor<1x?xindex>)
// CHECK: tensor.extract %[[T]][%{{.*}}, %{{.*}}] : tensor<5x4xf32>
func.func @embedding(%ids: tensor<1x?xi64>) -> tensor<1x?x4xf32> {
  %t = onnx.initializer "table" dense<0.5> : tensor<5x4xf32>
  %y = onnx.node "Gather"(%t, %ids) {opset = 13 : i64} : (tensor<5x4xf32>, tensor<1x?xi64>) -> tensor<1x?x4xf32> loc("lookup")
  return %y : tensor<1x?x4xf32>
}

// CHECK-LABEL: func.func @inner_axis
// CHECK: linalg.generic
// CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "parallel", "parallel"]
// CHECK: linalg.index 0
// CHECK: linalg.index 2
func.func @inner_axis(%x: tensor<2x3x4xf32>, %i: tensor<7xi64>) -> tensor<2x7x4xf32> {
  %y = onnx.node "Gather"(%x, %i) {attrs = {axis = 1 : i64}, opset = 13 : i64} : (tensor<2x3x4xf32>, tensor<7xi64>) -> tensor<2x7x4xf32>
  return %y : tensor<2x7x4xf32>
}

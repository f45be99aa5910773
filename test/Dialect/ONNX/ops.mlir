// Every operation of the onnx dialect survives a round trip, in every form.
// RUN: ecolm-opt %s | ecolm-opt | FileCheck %s
// RUN: ecolm-opt %s --mlir-print-op-generic | ecolm-opt | FileCheck %s
// RUN: ecolm-opt %s --emit-bytecode | ecolm-opt | FileCheck %s

// CHECK-LABEL: func.func @node
// CHECK-SAME: %[[A:.*]]: tensor<2x3xf32>, %[[B:.*]]: tensor<4x3xf32>
func.func @node(%a: tensor<2x3xf32>, %b: tensor<4x3xf32>) -> tensor<2x4xf32> {
  // CHECK: %[[NONE:.*]] = onnx.none : none
  %none = onnx.none : none
  // CHECK: %[[G:.*]] = onnx.node "Gemm"(%[[A]], %[[B]], %[[NONE]]) {attrs = {transB = 1 : i64}, opset = 13 : i64}
  // CHECK-SAME: : (tensor<2x3xf32>, tensor<4x3xf32>, none) -> tensor<2x4xf32>
  %0 = onnx.node "Gemm"(%a, %b, %none) {attrs = {transB = 1 : i64}, opset = 13 : i64}
         : (tensor<2x3xf32>, tensor<4x3xf32>, none) -> tensor<2x4xf32>
  // CHECK: onnx.node "LogQuantize"(%[[G]]) {domain = "ai.ecolm", opset = 1 : i64}
  %1 = onnx.node "LogQuantize"(%0) {domain = "ai.ecolm", opset = 1 : i64}
         : (tensor<2x4xf32>) -> tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @unknown_type
func.func @unknown_type(%a: tensor<4xf32>) -> tensor<*x!onnx.unknown> {
  // CHECK: onnx.node "Relu"(%{{.*}}) {opset = 14 : i64} : (tensor<4xf32>) -> tensor<*x!onnx.unknown>
  %0 = onnx.node "Relu"(%a) {opset = 14 : i64}
         : (tensor<4xf32>) -> tensor<*x!onnx.unknown>
  return %0 : tensor<*x!onnx.unknown>
}

// CHECK-LABEL: func.func @several_results
func.func @several_results(%a: tensor<1x?xf32>) {
  // CHECK: %{{.*}}:2 = onnx.node "Split"(%{{.*}}) {onnx.dims = {{\[\[}}"1", "n"], ["1", "?"]], opset = 18 : i64}
  %0:2 = onnx.node "Split"(%a) {onnx.dims = [["1", "n"], ["1", "?"]], opset = 18 : i64}
           : (tensor<1x?xf32>) -> (tensor<1x?xf32>, tensor<1x?xf32>)
  return
}

// CHECK-LABEL: func.func @subgraphs
func.func @subgraphs(%c: tensor<i1>, %a: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: onnx.node "If"(%{{.*}}) {graphs = ["then_branch", "else_branch"], opset = 21 : i64} {
  // CHECK:   onnx.yield %{{.*}} : tensor<4xf32>
  // CHECK: }, {
  // CHECK:   onnx.yield %{{.*}} : tensor<4xf32>
  // CHECK: } : (tensor<i1>) -> tensor<4xf32>
  %0 = onnx.node "If"(%c) {graphs = ["then_branch", "else_branch"], opset = 21 : i64} {
    onnx.yield %a : tensor<4xf32>
  }, {
    %1 = onnx.node "Relu"(%a) {opset = 21 : i64} : (tensor<4xf32>) -> tensor<4xf32>
    onnx.yield %1 : tensor<4xf32>
  } : (tensor<i1>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @initializers
func.func @initializers() {
  // CHECK: onnx.initializer "eps" dense<9.99999974E-6> : tensor<f32>
  %0 = onnx.initializer "eps" dense<1.000000e-05> : tensor<f32>
  // CHECK: onnx.initializer "odd name\0A" dense<[1, 2]> : tensor<2xui8>
  %1 = onnx.initializer "odd name\0A" dense<[1, 2]> : tensor<2xui8>
  // CHECK: onnx.initializer "w" dense_resource<w> : tensor<3xi4>
  %2 = onnx.initializer "w" dense_resource<w> : tensor<3xi4>
  return
}

// CHECK: w: "0x010000002103"
{-#
  dialect_resources: {
    builtin: {
      w: "0x010000002103"
    }
  }
#-}

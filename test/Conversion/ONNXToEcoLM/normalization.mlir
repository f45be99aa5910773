// RUN: ecolm-opt %s --convert-onnx-to-ecolm | FileCheck %s

// CHECK-LABEL: func.func @layer_norm
// CHECK: ecolm.layer_norm %{{.*}}, %{{.*}}, %{{.*}} epsilon 9.99999974E-6
func.func @layer_norm(%x: tensor<1x?x4xf32>) -> tensor<1x?x4xf32> {
  %g = onnx.initializer "g" dense<1.0> : tensor<4xf32>
  %b = onnx.initializer "b" dense<0.5> : tensor<4xf32>
  %y = onnx.node "LayerNormalization"(%x, %g, %b) {attrs = {axis = -1 : i64}, opset = 17 : i64} : (tensor<1x?x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x?x4xf32>
  return %y : tensor<1x?x4xf32>
}

// CHECK-LABEL: func.func @without_bias
// CHECK: %[[G:.*]] = ecolm.get_weight
// CHECK: ecolm.layer_norm %{{.*}}, %[[G]] epsilon 1.000000e-03
func.func @without_bias(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %g = onnx.initializer "g" dense<2.0> : tensor<4xf32>
  %y = onnx.node "LayerNormalization"(%x, %g) {attrs = {axis = 1 : i64, epsilon = 1.0e-3 : f32}, opset = 17 : i64} : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @rms_norm
// CHECK: ecolm.rms_norm %{{.*}}, %{{.*}} epsilon 9.99999997E-7
func.func @rms_norm(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %g = onnx.initializer "g" dense<3.0> : tensor<4xf32>
  %y = onnx.node "RMSNormalization"(%x, %g) {attrs = {epsilon = 1.0e-6 : f32}, opset = 23 : i64} : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// Two axes, or the mean as a result, are left to decomposition.
// CHECK-LABEL: func.func @left_alone
// CHECK-COUNT-2: onnx.node "LayerNormalization"
func.func @left_alone(%x: tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<2x1xf32>) {
  %g = onnx.initializer "g" dense<1.0> : tensor<2x4xf32>
  %h = onnx.initializer "h" dense<1.0> : tensor<4xf32>
  %0 = onnx.node "LayerNormalization"(%x, %g) {attrs = {axis = 0 : i64}, opset = 17 : i64} : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %1:2 = onnx.node "LayerNormalization"(%0, %h) {opset = 17 : i64} : (tensor<2x4xf32>, tensor<4xf32>) -> (tensor<2x4xf32>, tensor<2x1xf32>)
  return %1#0, %1#1 : tensor<2x4xf32>, tensor<2x1xf32>
}

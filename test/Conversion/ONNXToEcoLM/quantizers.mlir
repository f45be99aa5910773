// RUN: ecolm-opt %s --convert-onnx-to-ecolm | FileCheck %s

// CHECK-LABEL: func.func @floor_to_zero
// CHECK: %[[Q:.*]] = ecolm.log_quantize %{{.*}} : tensor<1x?x4xf32> -> tensor<1x?x4x!ecolm.pot<min = -6, max = 1>>
// CHECK: ecolm.dequantize %[[Q]] {{.*}}-> tensor<1x?x4xf32>
func.func @floor_to_zero(%x: tensor<1x?x4xf32>) -> tensor<1x?x4xf32> {
  %y = onnx.node "LogQuantize"(%x) {attrs = {emin = -6 : i64, emax = 1 : i64, rounding = "floor", underflow = "zero"}, domain = "ai.ecolm", opset = 1 : i64} : (tensor<1x?x4xf32>) -> tensor<1x?x4xf32>
  return %y : tensor<1x?x4xf32>
}

// CHECK-LABEL: func.func @nearest_and_clamp
// CHECK: ecolm.log_quantize %{{.*}} rounding <nearest_log> underflow <clamp>
func.func @nearest_and_clamp(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = onnx.node "LogQuantize"(%x) {attrs = {emin = -6 : i64, emax = 1 : i64, rounding = "nearest_log", underflow = "clamp"}, domain = "ai.ecolm", opset = 1 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// CHECK-LABEL: func.func @bytes_of_rows
// CHECK: %[[CODES:.*]], %[[SCALE:.*]] = ecolm.quantize_int8 %{{.*}} : tensor<1x?x4xf32> -> tensor<1x?x4xi8>, tensor<1x?xf32>
// CHECK: ecolm.dequantize %[[CODES]] scale %[[SCALE]]
func.func @bytes_of_rows(%x: tensor<1x?x4xf32>) -> tensor<1x?x4xf32> {
  %y = onnx.node "QuantizeInt8"(%x) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<1x?x4xf32>) -> tensor<1x?x4xf32>
  return %y : tensor<1x?x4xf32>
}

// RUN: ecolm-opt %s --convert-onnx-to-ecolm --convert-onnx-to-linalg --split-input-file --verify-diagnostics

// All nodes are reported, not only the first.
func.func @every_node(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{cannot compile operator 'Nonesuch', opset 7: is not supported; export the model with the operators listed in docs/Operators.md}}
  %0 = onnx.node "Nonesuch"(%x) {opset = 7 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  // expected-error @+1 {{cannot compile operator 'Magic' of domain 'com.example', opset 1: is not supported}}
  %1 = onnx.node "Magic"(%0) {domain = "com.example", opset = 1 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

func.func @code_three(%x: tensor<2xf32>) -> tensor<2xf32> {
  %c = onnx.initializer "c" dense<255> : tensor<1xui8>
  %s = onnx.initializer "s" dense<[1, 2, 2, 1]> : tensor<4xi64>
  // expected-error @+1 {{cannot compile operator 'UnpackTernary' of domain 'ai.ecolm'}}
  %w = onnx.node "UnpackTernary"(%c, %s) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<1xui8>, tensor<4xi64>) -> tensor<1x2x2x1xi8>
  // expected-error @+1 {{with codes 0, 1 and 2 and a constant shape}}
  %y = onnx.node "ButterflyFactor"(%x, %w) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<2xf32>, tensor<1x2x2x1xi8>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// -----

func.func @pot_code_too_large(%x: tensor<2xf32>) -> tensor<1xf32> {
  %w = onnx.initializer "w" dense<[[3, 1]]> : tensor<1x2xi8>
  %s = onnx.initializer "s" dense<1.0> : tensor<f32>
  // expected-error @+1 {{expects an int8 initializer with codes up to emax - emin + 1 = 2}}
  %y = onnx.node "PotMatMul"(%x, %w, %s) {attrs = {emin = -1 : i64, emax = 0 : i64}, domain = "ai.ecolm", opset = 1 : i64} : (tensor<2xf32>, tensor<1x2xi8>, tensor<f32>) -> tensor<1xf32>
  return %y : tensor<1xf32>
}

// -----

func.func @rounding(%x: tensor<2xf32>) -> tensor<2xf32> {
  // expected-error @+1 {{expects rounding to be floor, nearest_log, nearest or ceil}}
  %y = onnx.node "LogQuantize"(%x) {attrs = {emin = -1 : i64, emax = 0 : i64, rounding = "up"}, domain = "ai.ecolm", opset = 1 : i64} : (tensor<2xf32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}

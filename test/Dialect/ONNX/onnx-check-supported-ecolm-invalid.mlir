// What the table of operators refuses in the operators of this project.
// RUN: ecolm-opt %s --onnx-check-supported --split-input-file --verify-diagnostics

func.func @exponents_missing(%x: tensor<4xf32>) {
  // expected-error @+1 {{emin or emax is missing; export the model with the ecolm package}}
  %y = onnx.node "LogQuantize"(%x) {attrs = {emin = -1 : i64}, domain = "ai.ecolm", opset = 1 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @exponents(%x: tensor<4xf32>) {
  // expected-error @+1 {{emin is 2 and emax 1; expected -126 <= emin <= emax <= 127; export the model with the ecolm package}}
  %y = onnx.node "LogQuantize"(%x) {attrs = {emin = 2 : i64, emax = 1 : i64}, domain = "ai.ecolm", opset = 1 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @rounding(%x: tensor<4xf32>) {
  // expected-error @+1 {{rounding is 'up'; expected one of floor, nearest_log, nearest, ceil; export the model with the ecolm package}}
  %y = onnx.node "LogQuantize"(%x) {attrs = {emin = -1 : i64, emax = 1 : i64, rounding = "up"}, domain = "ai.ecolm", opset = 1 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @underflow_missing(%x: tensor<4xf32>) {
  // expected-error @+1 {{underflow is missing; expected one of zero, clamp; export the model with the ecolm package}}
  %y = onnx.node "LogQuantize"(%x) {attrs = {emin = -1 : i64, emax = 1 : i64, rounding = "floor"}, domain = "ai.ecolm", opset = 1 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @quantizer_of_integers(%x: tensor<4xi32>) {
  // expected-error @+1 {{input 0 is not float; export the model with the ecolm package}}
  %y = onnx.node "LogQuantize"(%x) {attrs = {emin = -1 : i64, emax = 1 : i64}, domain = "ai.ecolm", opset = 1 : i64} : (tensor<4xi32>) -> tensor<4xf32>
  return
}

// -----

func.func @factor_of_integers(%x: tensor<2xf32>, %w: tensor<1x2x2x1xi32>) {
  // expected-error @+1 {{input 1 is not float or int8; export the model with the ecolm package}}
  %y = onnx.node "ButterflyFactor"(%x, %w) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<2xf32>, tensor<1x2x2x1xi32>) -> tensor<2xf32>
  return
}

// -----

func.func @factor_of_the_run(%x: tensor<2xf32>, %w: tensor<1x2x2x1xi8>) {
  // expected-error @+1 {{its weight is computed, not stored; export the model with the ecolm package}}
  %y = onnx.node "ButterflyFactor"(%x, %w) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<2xf32>, tensor<1x2x2x1xi8>) -> tensor<2xf32>
  return
}

// -----

func.func @factor_of_twos(%x: tensor<2xf32>) {
  %w = onnx.initializer "w" dense<[[[[0], [1]], [[2], [0]]]]> : tensor<1x2x2x1xi8>
  // expected-error @+1 {{weight 2 is 2; expected -1 to 1; export the model with the ecolm package}}
  %y = onnx.node "ButterflyFactor"(%x, %w) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<2xf32>, tensor<1x2x2x1xi8>) -> tensor<2xf32>
  return
}

// -----

func.func @codes_of_the_run(%c: tensor<1xui8>) {
  %s = onnx.initializer "s" dense<4> : tensor<1xi64>
  // expected-error @+1 {{its codes are not uint8 numbers stored in the file; export the model with the ecolm package}}
  %y = onnx.node "UnpackTernary"(%c, %s) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<1xui8>, tensor<1xi64>) -> tensor<4xi8>
  return
}

// -----

func.func @shape_of_the_run(%s: tensor<1xi64>) {
  %c = onnx.initializer "c" dense<0> : tensor<1xui8>
  // expected-error @+1 {{its shape is computed; export the model with the ecolm package}}
  %y = onnx.node "UnpackTernary"(%c, %s) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<1xui8>, tensor<1xi64>) -> tensor<4xi8>
  return
}

// -----

func.func @code_three() {
  %s = onnx.initializer "s" dense<8> : tensor<1xi64>
  %c = onnx.initializer "c" dense<[0, 12]> : tensor<2xui8>
  // expected-error @+1 {{byte 1 of its codes holds a 3; expected 0, 1 and 2; export the model with the ecolm package}}
  %y = onnx.node "UnpackTernary"(%c, %s) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<2xui8>, tensor<1xi64>) -> tensor<8xi8>
  return
}

// -----

func.func @ternary_of_floats(%x: tensor<2xf32>, %s: tensor<f32>) {
  %w = onnx.initializer "w" dense<1.0> : tensor<4x2xf32>
  // expected-error @+1 {{input 1 is not int8; export the model with the ecolm package}}
  %y = onnx.node "TernaryMatMul"(%x, %w, %s) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<2xf32>, tensor<4x2xf32>, tensor<f32>) -> tensor<4xf32>
  return
}

// -----

func.func @scale_of_integers(%x: tensor<2xf32>, %s: tensor<i32>) {
  %w = onnx.initializer "w" dense<1> : tensor<4x2xi8>
  // expected-error @+1 {{input 2 is not float; export the model with the ecolm package}}
  %y = onnx.node "TernaryMatMul"(%x, %w, %s) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<2xf32>, tensor<4x2xi8>, tensor<i32>) -> tensor<4xf32>
  return
}

// -----

func.func @powers_of_two(%x: tensor<2xf32>, %s: tensor<f32>) {
  %w = onnx.initializer "w" dense<-4> : tensor<4x2xi8>
  // expected-error @+1 {{weight 0 is -4; expected -3 to 3; export the model with the ecolm package}}
  %y = onnx.node "PotMatMul"(%x, %w, %s) {attrs = {emin = -2 : i64, emax = 0 : i64}, domain = "ai.ecolm", opset = 1 : i64} : (tensor<2xf32>, tensor<4x2xi8>, tensor<f32>) -> tensor<4xf32>
  return
}

// -----

func.func @attention_scale_missing(%q: tensor<1x4x8xf32>) {
  // expected-error @+1 {{scale is missing; export the model with the ecolm package}}
  %y = onnx.node "LogQuantizedAttention"(%q, %q, %q) {attrs = {is_causal = 1 : i64}, domain = "ai.ecolm", opset = 1 : i64} : (tensor<1x4x8xf32>, tensor<1x4x8xf32>, tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  return
}

// -----

func.func @attention_causal_missing(%q: tensor<1x4x8xf32>) {
  // expected-error @+1 {{is_causal is missing; export the model with the ecolm package}}
  %y = onnx.node "LogQuantizedAttention"(%q, %q, %q) {attrs = {scale = 1.0 : f32}, domain = "ai.ecolm", opset = 1 : i64} : (tensor<1x4x8xf32>, tensor<1x4x8xf32>, tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  return
}

// -----

func.func @attention_quantizer(%q: tensor<1x4x8xf32>) {
  // expected-error @+1 {{emin or emax is missing}}
  %y = onnx.node "LogQuantizedAttention"(%q, %q, %q) {attrs = {scale = 1.0 : f32, is_causal = 0 : i64}, domain = "ai.ecolm", opset = 1 : i64} : (tensor<1x4x8xf32>, tensor<1x4x8xf32>, tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  return
}

// -----

func.func @attention_type(%q: tensor<1x4x8xf32>, %k: tensor<1x4x8xf64>) {
  // expected-error @+1 {{input 1 is not float; export the model with the ecolm package}}
  %y = onnx.node "LogQuantizedAttention"(%q, %k, %q) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<1x4x8xf32>, tensor<1x4x8xf64>, tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  return
}

// -----

func.func @scales_of_the_run(%x: tensor<2x4xf32>, %s: tensor<3x2xf32>) {
  %w = onnx.initializer "w" dense<1> : tensor<3x4xi8>
  // expected-error @+1 {{its scales are computed, not stored; export the model with the ecolm package}}
  %y = onnx.node "TernaryGroupMatMul"(%x, %w, %s) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<2x4xf32>, tensor<3x4xi8>, tensor<3x2xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @groups_that_do_not_divide(%x: tensor<2x4xf32>) {
  %w = onnx.initializer "w" dense<1> : tensor<3x4xi8>
  %s = onnx.initializer "s" dense<0.5> : tensor<3x3xf32>
  // expected-error @+1 {{its 4 inputs are not divisible by 3 groups; export the model with the ecolm package}}
  %y = onnx.node "PotGroupMatMul"(%x, %w, %s) {attrs = {emin = -2 : i64, emax = 0 : i64}, domain = "ai.ecolm", opset = 1 : i64} : (tensor<2x4xf32>, tensor<3x4xi8>, tensor<3x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @bytes_of_integers(%x: tensor<2x4xi32>) {
  // expected-error @+1 {{input 0 is not float; export the model with the ecolm package}}
  %y = onnx.node "QuantizeInt8"(%x) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<2x4xi32>) -> tensor<2x4xi32>
  return
}

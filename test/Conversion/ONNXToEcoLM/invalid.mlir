// RUN: ecolm-opt %s --convert-onnx-to-ecolm --convert-onnx-to-linalg --split-input-file --verify-diagnostics

func.func @attention_of_matrices(%q: tensor<3x8xf32>) -> tensor<3x8xf32> {
  // expected-error @+1 {{cannot compile operator 'LogQuantizedAttention' of domain 'ai.ecolm', opset 1: expects three f32 inputs of rank 3 or 4}}
  %y = onnx.node "LogQuantizedAttention"(%q, %q, %q) {attrs = {emin = -8 : i64, emax = 0 : i64}, domain = "ai.ecolm", opset = 1 : i64} : (tensor<3x8xf32>, tensor<3x8xf32>, tensor<3x8xf32>) -> tensor<3x8xf32>
  return %y : tensor<3x8xf32>
}

// -----

func.func @heads_that_do_not_divide(%q: tensor<1x3x8xf32>) -> tensor<1x3x8xf32> {
  // expected-error @+1 {{expects q_num_heads and kv_num_heads that divide the last dimensions}}
  %y = onnx.node "LogQuantizedAttention"(%q, %q, %q) {attrs = {emin = -8 : i64, emax = 0 : i64, q_num_heads = 3 : i64, kv_num_heads = 1 : i64}, domain = "ai.ecolm", opset = 1 : i64} : (tensor<1x3x8xf32>, tensor<1x3x8xf32>, tensor<1x3x8xf32>) -> tensor<1x3x8xf32>
  return %y : tensor<1x3x8xf32>
}

// -----

func.func @heads_that_cannot_be_shared(%q: tensor<1x2x5x8xf32>, %k: tensor<1x3x5x8xf32>) -> tensor<1x2x5x8xf32> {
  // expected-error @+1 {{expects a constant number of query heads that is a multiple of the key heads}}
  %y = onnx.node "LogQuantizedAttention"(%q, %k, %k) {attrs = {emin = -8 : i64, emax = 0 : i64}, domain = "ai.ecolm", opset = 1 : i64} : (tensor<1x2x5x8xf32>, tensor<1x3x5x8xf32>, tensor<1x3x5x8xf32>) -> tensor<1x2x5x8xf32>
  return %y : tensor<1x2x5x8xf32>
}

// -----

func.func @heads_of_two_sizes(%q: tensor<1x2x5x8xf32>, %k: tensor<1x2x5x4xf32>) -> tensor<1x2x5x8xf32> {
  // expected-error @+1 {{expects heads of query, key and value to be of one size}}
  %y = onnx.node "LogQuantizedAttention"(%q, %k, %k) {attrs = {emin = -8 : i64, emax = 0 : i64}, domain = "ai.ecolm", opset = 1 : i64} : (tensor<1x2x5x8xf32>, tensor<1x2x5x4xf32>, tensor<1x2x5x4xf32>) -> tensor<1x2x5x8xf32>
  return %y : tensor<1x2x5x8xf32>
}

// -----

func.func @butterfly_of_a_matrix(%x: tensor<2xf32>) -> tensor<2xf32> {
  %w = onnx.initializer "w" dense<1.0> : tensor<2x2xf32>
  // expected-error @+1 {{expects values of shape (a, b, c, d)}}
  %y = onnx.node "ButterflyFactor"(%x, %w) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// -----

func.func @butterfly_of_another_width(%x: tensor<2xf32>) -> tensor<4xf32> {
  %w = onnx.initializer "w" dense<1.0> : tensor<2x2x2x1xf32>
  // expected-error @+1 {{expects an input whose last dimension is a * c * d = 4}}
  %y = onnx.node "ButterflyFactor"(%x, %w) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<2xf32>, tensor<2x2x2x1xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

func.func @ternary_of_another_width(%x: tensor<2xf32>) -> tensor<4xf32> {
  %w = onnx.initializer "w" dense<1> : tensor<4x3xi8>
  // expected-error @+1 {{expects a weight (N, K) and an input whose last dimension is K}}
  %y = onnx.node "TernaryMatMul"(%x, %w) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<2xf32>, tensor<4x3xi8>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

func.func @ternary_weight_of_the_run(%x: tensor<2xf32>, %w: tensor<4x2xi8>) -> tensor<4xf32> {
  // expected-error @+1 {{expects its weight to be an initializer: f32, int8, or UnpackTernary of a uint8 initializer}}
  %y = onnx.node "TernaryMatMul"(%x, %w) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<2xf32>, tensor<4x2xi8>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

func.func @range_of_weights(%x: tensor<2xf32>) -> tensor<1xf32> {
  %w = onnx.initializer "w" dense<1> : tensor<1x2xi8>
  // expected-error @+1 {{expects -126 <= emin <= emax <= 127, found 3 and 2}}
  %y = onnx.node "PotMatMul"(%x, %w) {attrs = {emin = 3 : i64, emax = 2 : i64}, domain = "ai.ecolm", opset = 1 : i64} : (tensor<2xf32>, tensor<1x2xi8>) -> tensor<1xf32>
  return %y : tensor<1xf32>
}

// -----

func.func @range_of_quantizer(%x: tensor<2xf32>) -> tensor<2xf32> {
  // expected-error @+1 {{expects -126 <= emin <= emax <= 127, found -127 and 0}}
  %y = onnx.node "LogQuantize"(%x) {attrs = {emin = -127 : i64, emax = 0 : i64}, domain = "ai.ecolm", opset = 1 : i64} : (tensor<2xf32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// -----

func.func @underflow(%x: tensor<2xf32>) -> tensor<2xf32> {
  // expected-error @+1 {{expects underflow to be zero or clamp}}
  %y = onnx.node "LogQuantize"(%x) {attrs = {emin = -1 : i64, emax = 0 : i64, underflow = "wrap"}, domain = "ai.ecolm", opset = 1 : i64} : (tensor<2xf32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// -----

func.func @quantizer_of_halves(%x: tensor<2xf16>) -> tensor<2xf16> {
  // expected-error @+1 {{cannot compile operator 'LogQuantize' of domain 'ai.ecolm', opset 1: expects f32 elements}}
  %y = onnx.node "LogQuantize"(%x) {attrs = {emin = -1 : i64, emax = 0 : i64}, domain = "ai.ecolm", opset = 1 : i64} : (tensor<2xf16>) -> tensor<2xf16>
  return %y : tensor<2xf16>
}

// -----

func.func @groups_that_do_not_divide(%x: tensor<?x8xf32>) -> tensor<?x3xf32> {
  %w = onnx.initializer "w" dense<1> : tensor<3x8xi8>
  %s = onnx.initializer "s" dense<0.3> : tensor<3x3xf32>
  // expected-error @+1 {{expects its scales to be an f32 initializer (N, G) with G a divisor of K}}
  %y = onnx.node "TernaryGroupMatMul"(%x, %w, %s) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<?x8xf32>, tensor<3x8xi8>, tensor<3x3xf32>) -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// -----

func.func @groups_of_another_width(%x: tensor<?x6xf32>) -> tensor<?x3xf32> {
  %w = onnx.initializer "w" dense<1> : tensor<3x8xi8>
  %s = onnx.initializer "s" dense<0.3> : tensor<3x2xf32>
  // expected-error @+1 {{expects a weight (N, K) and an input whose last dimension is K}}
  %y = onnx.node "TernaryGroupMatMul"(%x, %w, %s) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<?x6xf32>, tensor<3x8xi8>, tensor<3x2xf32>) -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// -----

func.func @groups_of_floats(%x: tensor<?x8xf32>) -> tensor<?x3xf32> {
  %w = onnx.initializer "w" dense<1.0> : tensor<3x8xf32>
  %s = onnx.initializer "s" dense<0.3> : tensor<3x2xf32>
  // expected-error @+1 {{expects low-bit weights}}
  %y = onnx.node "TernaryGroupMatMul"(%x, %w, %s) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<?x8xf32>, tensor<3x8xf32>, tensor<3x2xf32>) -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// -----

func.func @bytes_of_a_scalar(%x: tensor<f32>) -> tensor<f32> {
  // expected-error @+1 {{expects f32 elements of at least rank 1}}
  %y = onnx.node "QuantizeInt8"(%x) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<f32>) -> tensor<f32>
  return %y : tensor<f32>
}

// -----

func.func @bytes_without_bound(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // expected-error @+1 {{expects a positive normal epsilon}}
  %y = onnx.node "QuantizeInt8"(%x) {attrs = {epsilon = 0.0 : f32}, domain = "ai.ecolm", opset = 1 : i64} : (tensor<2x4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

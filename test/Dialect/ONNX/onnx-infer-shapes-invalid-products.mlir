// Contradictions that the rules of the other operators find.
// RUN: ecolm-opt %s --onnx-infer-shapes --split-input-file --verify-diagnostics

func.func @concat_sizes(%a: tensor<2x3xf32>, %b: tensor<2x4xf32>) {
  // expected-error @+1 {{size of dimension 1 of the inputs is 3 and 4}}
  %0 = onnx.node "Concat"(%a, %b) {attrs = {axis = 0 : i64}, opset = 13 : i64} : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @split_sum(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{Split sizes add up to 2, but the dimension has 3}}
  %0:2 = onnx.node "Split"(%a) {attrs = {axis = 1 : i64, split = array<i64: 1, 1>}, opset = 11 : i64} : (tensor<2x3xf32>) -> (tensor<*xf32>, tensor<*xf32>)
  return
}

// -----

func.func @split_names(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{Split names 1 sizes for 2 results}}
  %0:2 = onnx.node "Split"(%a) {attrs = {axis = 1 : i64, split = array<i64: 3>}, opset = 11 : i64} : (tensor<2x3xf32>) -> (tensor<*xf32>, tensor<*xf32>)
  return
}

// -----

func.func @split_outputs(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{Split says that it has 3 results, found 2}}
  %0:2 = onnx.node "Split"(%a) {attrs = {num_outputs = 3 : i64}, opset = 18 : i64} : (tensor<2x3xf32>) -> (tensor<*xf32>, tensor<*xf32>)
  return
}

// -----

func.func @split_equal(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{Split of 3 into 2 equal parts is not possible}}
  %0:2 = onnx.node "Split"(%a) {attrs = {axis = 1 : i64}, opset = 13 : i64} : (tensor<2x3xf32>) -> (tensor<*xf32>, tensor<*xf32>)
  return
}

// -----

func.func @matmul(%a: tensor<2x3xf32>, %b: tensor<4x3xf32>) {
  // expected-error @+1 {{inner size of the product is 3 and 4}}
  %0 = onnx.node "MatMul"(%a, %b) {opset = 13 : i64} : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @gemm_bias(%a: tensor<2x3xf32>, %b: tensor<3x4xf32>, %c: tensor<3x1xf32>) {
  // expected-error @+1 {{shapes [2, 4] and [3, 1] do not broadcast: 2 is not 3}}
  %0 = onnx.node "Gemm"(%a, %b, %c) {opset = 13 : i64} : (tensor<2x3xf32>, tensor<3x4xf32>, tensor<3x1xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @softmax(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{axis -3 is outside a tensor of 2 dimensions}}
  %0 = onnx.node "Softmax"(%a) {attrs = {axis = -3 : i64}, opset = 13 : i64} : (tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @norm_scale(%a: tensor<2x3xf32>, %s: tensor<2xf32>) {
  // expected-error @+1 {{normalized size in input 1 is 2 and 3}}
  %0 = onnx.node "LayerNormalization"(%a, %s) {opset = 17 : i64} : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @norm_rank(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{input 1 of shape [2, 3] has more dimensions than are normalized, [3]}}
  %0 = onnx.node "RMSNormalization"(%a, %a) {opset = 23 : i64} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @norm_stash(%a: tensor<2x3xf32>, %s: tensor<3xf32>) {
  // expected-error @+1 {{stash_type is no data type}}
  %0 = onnx.node "LayerNormalization"(%a, %s) {attrs = {stash_type = 8 : i64}, opset = 17 : i64} : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @attention_heads(%q: tensor<1x5x12xf32>, %k: tensor<1x5x12xf32>, %v: tensor<1x5x12xf32>) {
  // expected-error @+1 {{Attention over inputs of three dimensions expects q_num_heads of at least 1, found 0}}
  %0 = onnx.node "Attention"(%q, %k, %v) {opset = 23 : i64} : (tensor<1x5x12xf32>, tensor<1x5x12xf32>, tensor<1x5x12xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @attention_huge_heads(%q: tensor<1x5x12xf32>, %k: tensor<1x5x12xf32>, %v: tensor<1x5x12xf32>) {
  // expected-error @+1 {{Attention cannot split a width of 12 into 1099511627776 heads}}
  %0 = onnx.node "Attention"(%q, %k, %v) {attrs = {q_num_heads = 1099511627776 : i64, kv_num_heads = 1099511627776 : i64}, opset = 23 : i64} : (tensor<1x5x12xf32>, tensor<1x5x12xf32>, tensor<1x5x12xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @attention_least_heads(%q: tensor<1x5x12xf32>, %k: tensor<1x5x12xf32>, %v: tensor<1x5x12xf32>) {
  // expected-error @+1 {{expects q_num_heads of at least 1, found -9223372036854775808}}
  %0 = onnx.node "Attention"(%q, %k, %v) {attrs = {q_num_heads = -9223372036854775808 : i64, kv_num_heads = 2 : i64}, opset = 23 : i64} : (tensor<1x5x12xf32>, tensor<1x5x12xf32>, tensor<1x5x12xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @attention_groups(%q: tensor<1x5x12xf32>, %k: tensor<1x5x8xf32>, %v: tensor<1x5x8xf32>) {
  // expected-error @+1 {{Attention cannot share 2 heads of keys among 3 heads of queries}}
  %0 = onnx.node "Attention"(%q, %k, %v) {attrs = {q_num_heads = 3 : i64, kv_num_heads = 2 : i64}, opset = 23 : i64} : (tensor<1x5x12xf32>, tensor<1x5x8xf32>, tensor<1x5x8xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @attention_width(%q: tensor<1x5x12xf32>, %k: tensor<1x5x8xf32>, %v: tensor<1x5x12xf32>) {
  // expected-error @+1 {{width of queries and keys is 6 and 4}}
  %0 = onnx.node "Attention"(%q, %k, %v) {attrs = {q_num_heads = 2 : i64, kv_num_heads = 2 : i64}, opset = 23 : i64} : (tensor<1x5x12xf32>, tensor<1x5x8xf32>, tensor<1x5x12xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @attention_batch(%q: tensor<1x5x12xf32>, %k: tensor<2x5x12xf32>, %v: tensor<1x5x12xf32>) {
  // expected-error @+1 {{batch size of Attention is 1 and 2}}
  %0 = onnx.node "Attention"(%q, %k, %v) {attrs = {q_num_heads = 2 : i64, kv_num_heads = 2 : i64}, opset = 23 : i64} : (tensor<1x5x12xf32>, tensor<2x5x12xf32>, tensor<1x5x12xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @attention_lengths(%q: tensor<1x5x12xf32>, %k: tensor<1x5x12xf32>, %v: tensor<1x7x12xf32>) {
  // expected-error @+1 {{length of keys and values is 5 and 7}}
  %0 = onnx.node "Attention"(%q, %k, %v) {attrs = {q_num_heads = 2 : i64, kv_num_heads = 2 : i64}, opset = 23 : i64} : (tensor<1x5x12xf32>, tensor<1x5x12xf32>, tensor<1x7x12xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @butterfly_size(%x: tensor<1x60xf32>, %v: tensor<8x4x8x1xi8>) {
  // expected-error @+1 {{size that ButterflyFactor takes is 60 and 64}}
  %0 = onnx.node "ButterflyFactor"(%x, %v) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<1x60xf32>, tensor<8x4x8x1xi8>) -> tensor<*xf32>
  return
}

// -----

func.func @butterfly_rank(%x: tensor<1x64xf32>, %v: tensor<8x8xi8>) {
  // expected-error @+1 {{ButterflyFactor expects input 1 to have 4 dimensions, found [8, 8]}}
  %0 = onnx.node "ButterflyFactor"(%x, %v) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<1x64xf32>, tensor<8x8xi8>) -> tensor<*xf32>
  return
}

// -----

func.func @ternary_codes(%c: tensor<3xui8>) {
  %s = onnx.initializer "s" dense<[5, 3]> : tensor<2xi64>
  // expected-error @+1 {{UnpackTernary of shape [5, 3] needs 4 bytes of codes, found 3}}
  %0 = onnx.node "UnpackTernary"(%c, %s) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<3xui8>, tensor<2xi64>) -> tensor<*xi8>
  return
}

// -----

func.func @ternary_negative(%c: tensor<3xui8>) {
  %s = onnx.initializer "s" dense<[-5, 3]> : tensor<2xi64>
  // expected-error @+1 {{result 0 has the impossible shape [-5, 3]}}
  %0 = onnx.node "UnpackTernary"(%c, %s) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<3xui8>, tensor<2xi64>) -> tensor<*xi8>
  return
}

// -----

func.func @group_scales(%x: tensor<1x8xf32>, %w: tensor<4x8xi8>, %s: tensor<8x2xf32>) {
  // expected-error @+1 {{number of scales and of outputs is 8 and 4}}
  %0 = onnx.node "TernaryGroupMatMul"(%x, %w, %s) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<1x8xf32>, tensor<4x8xi8>, tensor<8x2xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @ternary_scale(%x: tensor<1x8xf32>, %w: tensor<4x8xi8>, %s: tensor<8xf32>) {
  // expected-error @+1 {{number of scales and of outputs is 8 and 4}}
  %0 = onnx.node "TernaryMatMul"(%x, %w, %s) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<1x8xf32>, tensor<4x8xi8>, tensor<8xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @huge_result() {
  %s = onnx.initializer "s" dense<1099511627776> : tensor<2xi64>
  // expected-error @+1 {{result 0 of shape [1099511627776, 1099511627776] has more elements than the limit of}}
  %0 = onnx.node "ConstantOfShape"(%s) {opset = 13 : i64} : (tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @impossible_result() {
  %s = onnx.initializer "s" dense<9223372036854775807> : tensor<1xi64>
  // expected-error @+1 {{result 0 has the impossible shape [9223372036854775807]}}
  %0 = onnx.node "ConstantOfShape"(%s) {opset = 13 : i64} : (tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @attention_heads(%q: tensor<1x4x5x8xf32>, %k: tensor<1x2x5x8xf32>) {
  // expected-error @+1 {{number of heads of keys and values is 2 and 4}}
  %0 = onnx.node "Attention"(%q, %k, %q) {opset = 23 : i64} : (tensor<1x4x5x8xf32>, tensor<1x2x5x8xf32>, tensor<1x4x5x8xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @gemm_larger_bias(%a: tensor<1x3xf32>, %b: tensor<3x4xf32>, %c: tensor<3x4xf32>) {
  // expected-error @+1 {{size of the bias is 1 and 3}}
  %0 = onnx.node "Gemm"(%a, %b, %c) {opset = 13 : i64} : (tensor<1x3xf32>, tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @logic_of_floats(%a: tensor<4xf32>) {
  // expected-error @+1 {{And expects booleans, found 'f32'}}
  %0 = onnx.node "And"(%a, %a) {opset = 7 : i64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<*xi1>
  return
}

// -----

func.func @zero_points(%x: tensor<4x3xf32>, %s: tensor<3xf32>, %z: tensor<2xi8>) {
  // expected-error @+1 {{number of scales and zero points is 3 and 2}}
  %0 = onnx.node "QuantizeLinear"(%x, %s, %z) {opset = 13 : i64} : (tensor<4x3xf32>, tensor<3xf32>, tensor<2xi8>) -> tensor<*xi8>
  return
}

// -----

func.func @scales(%x: tensor<4x3xi8>, %s: tensor<4xf32>) {
  // expected-error @+1 {{size along the axis of scales is 3 and 4}}
  %0 = onnx.node "DequantizeLinear"(%x, %s) {opset = 13 : i64} : (tensor<4x3xi8>, tensor<4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @scale_axis(%x: tensor<4x3xi8>, %s: tensor<3xf32>) {
  // expected-error @+1 {{axis 2 is outside a tensor of 2 dimensions}}
  %0 = onnx.node "DequantizeLinear"(%x, %s) {attrs = {axis = 2 : i64}, opset = 13 : i64} : (tensor<4x3xi8>, tensor<3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @quantized_type(%x: tensor<4x3xf32>, %s: tensor<f32>) {
  // expected-error @+1 {{QuantizeLinear to data type STRING is not supported}}
  %0 = onnx.node "QuantizeLinear"(%x, %s) {attrs = {output_dtype = 8 : i64}, opset = 21 : i64} : (tensor<4x3xf32>, tensor<f32>) -> tensor<*xi8>
  return
}

// -----

func.func @main(%x: tensor<2x3xf32>, %w: tensor<4x5xui8>, %s: tensor<f32>) {
  // expected-error @+1 {{inner size of the product}}
  %y = onnx.node "DynamicQuantizeMatMul"(%x, %w, %s) {domain = "com.microsoft", opset = 1 : i64} : (tensor<2x3xf32>, tensor<4x5xui8>, tensor<f32>) -> tensor<*x!onnx.unknown>
  return
}

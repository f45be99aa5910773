// Everything that the table of operators refuses, with what to do about it.
// RUN: ecolm-opt %s --onnx-check-supported --split-input-file --verify-diagnostics

func.func @control_flow(%x: tensor<4xf32>, %c: tensor<i1>) {
  // expected-error @+1 {{cannot compile 'If': the operator is not supported; export the model without control flow, for example by tracing it}}
  %y = onnx.node "If"(%c) {graphs = ["then_branch", "else_branch"], opset = 13 : i64} {
    onnx.yield %x : tensor<4xf32>
  }, {
    onnx.yield %x : tensor<4xf32>
  } : (tensor<i1>) -> tensor<4xf32>
  return
}

// -----

func.func @newer_ecolm(%x: tensor<4xf32>) {
  // expected-error @+1 {{the operator is not supported; update the compiler: the model was written for a newer one}}
  %y = onnx.node "Nonesuch"(%x) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @no_such_operator(%x: tensor<4xf32>) {
  // expected-error @+1 {{the operator is not supported; export the model so that the operator is decomposed into supported ones (docs/Operators.md lists them)}}
  %y = onnx.node "Nonesuch"(%x) {opset = 13 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @other_domain(%x: tensor<4xf32>) {
  // expected-error @+1 {{the operator is not supported; export the model without operators of this domain; optimizers of other runtimes insert them}}
  %y = onnx.node "Gelu"(%x) {domain = "com.example", opset = 1 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @opset(%x: tensor<4xf32>) {
  // expected-error @+1 {{it is of opset 9; expected 13 to 28; convert the model with onnx.version_converter to an opset from 13 to 28}}
  %y = onnx.node "Relu"(%x) {opset = 9 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @attribute(%x: tensor<4xf32>) {
  // expected-error @+1 {{attribute 'slope' is not supported; export the model without this attribute}}
  %y = onnx.node "Relu"(%x) {attrs = {slope = 1 : i64}, opset = 13 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @type(%x: tensor<4xui16>) {
  // expected-error @+1 {{it has a tensor of ui16; convert the model to float32, and integers to int64, int32 or int8}}
  %y = onnx.node "Abs"(%x) {opset = 13 : i64} : (tensor<4xui16>) -> tensor<4xui16>
  return
}

// -----

func.func @shape_of_data(%x: tensor<4xf32>, %s: tensor<?xi64>) {
  // expected-error @+1 {{the shape of output 0 depends on the data; give the model's inputs fixed ranks, or fold the shape computation with onnxsim}}
  %y = onnx.node "Reshape"(%x, %s) {opset = 14 : i64} : (tensor<4xf32>, tensor<?xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @attention_mask(%q: tensor<1x2x5x8xf32>, %m: tensor<5x5xf32>) {
  // expected-error @+1 {{input attn_mask is given; export the model without a cache and with is_causal instead of a mask; the program keeps its own cache}}
  %y = onnx.node "Attention"(%q, %q, %q, %m) {opset = 23 : i64} : (tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>, tensor<5x5xf32>) -> tensor<1x2x5x8xf32>
  return
}

// -----

func.func @attention_softcap(%q: tensor<1x2x5x8xf32>) {
  // expected-error @+1 {{softcap is not 0; train or export without softcap}}
  %y = onnx.node "Attention"(%q, %q, %q) {attrs = {softcap = 5.0 : f32}, opset = 23 : i64} : (tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>) -> tensor<1x2x5x8xf32>
  return
}

// -----

func.func @attention_window(%q: tensor<1x2x5x8xf32>) {
  // expected-error @+1 {{left_window_size is set; export with attention to all earlier positions}}
  %y = onnx.node "Attention"(%q, %q, %q) {attrs = {left_window_size = 3 : i64}, opset = 23 : i64} : (tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>) -> tensor<1x2x5x8xf32>
  return
}

// -----

func.func @attention_cache(%q: tensor<1x2x5x8xf32>) {
  // expected-error @+1 {{output 1 is used; export the model so that only the first output is used}}
  %y:2 = onnx.node "Attention"(%q, %q, %q) {opset = 23 : i64} : (tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>) -> (tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>)
  %z = onnx.node "Abs"(%y#1) {opset = 13 : i64} : (tensor<1x2x5x8xf32>) -> tensor<1x2x5x8xf32>
  return
}

// -----

func.func @gelu(%x: tensor<4xf32>) {
  // expected-error @+1 {{approximate is 'cubic'; use approximate "none" or "tanh"}}
  %y = onnx.node "Gelu"(%x) {attrs = {approximate = "cubic"}, opset = 20 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @stash_type(%x: tensor<2x4xf32>, %s: tensor<4xf32>) {
  // expected-error @+1 {{stash_type is not float; export with stash_type 1}}
  %y = onnx.node "LayerNormalization"(%x, %s) {attrs = {stash_type = 11 : i64}, opset = 17 : i64} : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @range(%x: tensor<f32>) {
  // expected-error @+1 {{it counts in a type other than int32 and int64; count in int64 and cast the result}}
  %y = onnx.node "Range"(%x, %x, %x) {opset = 11 : i64} : (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<?xf32>
  return
}

// -----

func.func @computed_axes(%x: tensor<2x4xf32>, %a: tensor<1xi64>) {
  // expected-error @+1 {{axes is computed; export the model with constant axes, or fold constants with onnxsim}}
  %y = onnx.node "ReduceSum"(%x, %a) {opset = 13 : i64} : (tensor<2x4xf32>, tensor<1xi64>) -> tensor<?x?xf32>
  return
}

// -----

func.func @quantized_to_int32(%x: tensor<4xf32>, %s: tensor<f32>, %z: tensor<i32>) {
  // expected-error @+1 {{it does not quantize float to int8; quantize symmetrically to int8 with float scales}}
  %y = onnx.node "QuantizeLinear"(%x, %s, %z) {opset = 13 : i64} : (tensor<4xf32>, tensor<f32>, tensor<i32>) -> tensor<4xi32>
  return
}

// -----

func.func @dequantized_to_f16(%x: tensor<4xi8>, %s: tensor<f16>) {
  // expected-error @+1 {{it does not quantize float to int8}}
  %y = onnx.node "DequantizeLinear"(%x, %s) {opset = 19 : i64} : (tensor<4xi8>, tensor<f16>) -> tensor<4xf16>
  return
}

// -----

func.func @scales_of_blocks(%x: tensor<4x8xi8>, %s: tensor<4x2xf32>) {
  // expected-error @+1 {{it has a scale for each block; quantize by tensor or by axis}}
  %y = onnx.node "DequantizeLinear"(%x, %s) {opset = 21 : i64} : (tensor<4x8xi8>, tensor<4x2xf32>) -> tensor<4x8xf32>
  return
}

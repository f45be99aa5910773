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
  // expected-error @+1 {{it is of opset 5; expected 6 to 28; convert the model with onnx.version_converter to an opset from 6 to 28}}
  %y = onnx.node "Relu"(%x) {opset = 5 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @attribute(%x: tensor<4xf32>) {
  // expected-error @+1 {{attribute 'slope' is not supported; export the model without this attribute}}
  %y = onnx.node "Relu"(%x) {attrs = {slope = 1 : i64}, opset = 13 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @type(%x: tensor<4xf8E4M3FN>) {
  // expected-error @+1 {{it has a tensor of f8E4M3FN; convert the model to float32, and integers to int64, int32 or int8}}
  %y = onnx.node "Abs"(%x) {opset = 13 : i64} : (tensor<4xf8E4M3FN>) -> tensor<4xf8E4M3FN>
  return
}

// -----

func.func @shape_of_data(%x: tensor<4xf32>, %s: tensor<?xi64>) {
  // expected-error @+1 {{the shape of output 0 depends on the data; give the model's inputs fixed ranks, or fold the shape computation with onnxsim}}
  %y = onnx.node "Reshape"(%x, %s) {opset = 14 : i64} : (tensor<4xf32>, tensor<?xi64>) -> tensor<*xf32>
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

func.func @quantized_to_int32(%x: tensor<4xf32>, %s: tensor<f32>, %z: tensor<i32>) {
  // expected-error @+1 {{it does not quantize float to integers of 2 to 16 bits; quantize to int8 with float scales}}
  %y = onnx.node "QuantizeLinear"(%x, %s, %z) {opset = 13 : i64} : (tensor<4xf32>, tensor<f32>, tensor<i32>) -> tensor<4xi32>
  return
}

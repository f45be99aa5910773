// RUN: ecolm-opt %s --convert-onnx-to-linalg --split-input-file --verify-diagnostics

// Places that an operator cannot read or write.

func.func @gather_elements(%x: tensor<2x4xf32>, %i: tensor<2x4xi64>) -> tensor<2x4xf32> {
  // expected-error @+1 {{cannot compile operator 'GatherElements', opset 23: expects an axis below the rank}}
  %y = onnx.node "GatherElements"(%x, %i) {attrs = {axis = 2 : i64}, opset = 23 : i64} : (tensor<2x4xf32>, tensor<2x4xi64>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

func.func @scatter_elements(%x: tensor<2x4xf32>, %i: tensor<2x4xi64>) -> tensor<2x4xf32> {
  // expected-error @+1 {{cannot compile operator 'ScatterElements', opset 23: expects an axis below the rank}}
  %y = onnx.node "ScatterElements"(%x, %i, %x) {attrs = {axis = -3 : i64}, opset = 23 : i64} : (tensor<2x4xf32>, tensor<2x4xi64>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

func.func @arg_max(%x: tensor<2x4xf32>) -> tensor<1x4xi64> {
  // expected-error @+1 {{cannot compile operator 'ArgMax', opset 23: expects an axis below the rank}}
  %y = onnx.node "ArgMax"(%x) {attrs = {axis = 2 : i64}, opset = 23 : i64} : (tensor<2x4xf32>) -> tensor<1x4xi64>
  return %y : tensor<1x4xi64>
}

// -----

func.func @top_k(%x: tensor<2x4xf32>, %k: tensor<1xi64>) -> tensor<2x?xf32> {
  // expected-error @+1 {{cannot compile operator 'TopK', opset 23: expects an axis below the rank}}
  %y = onnx.node "TopK"(%x, %k) {attrs = {axis = 2 : i64}, opset = 23 : i64} : (tensor<2x4xf32>, tensor<1xi64>) -> tensor<2x?xf32>
  return %y : tensor<2x?xf32>
}

// -----

func.func @one_hot(%i: tensor<2x4xi64>, %d: tensor<i64>, %v: tensor<2xf32>) -> tensor<2x4x?xf32> {
  // expected-error @+1 {{cannot compile operator 'OneHot', opset 23: expects an axis below the rank}}
  %y = onnx.node "OneHot"(%i, %d, %v) {attrs = {axis = 3 : i64}, opset = 23 : i64} : (tensor<2x4xi64>, tensor<i64>, tensor<2xf32>) -> tensor<2x4x?xf32>
  return %y : tensor<2x4x?xf32>
}

// -----

func.func @tensor_scatter(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // expected-error @+1 {{cannot compile operator 'TensorScatter', opset 23: expects an axis behind the batch}}
  %y = onnx.node "TensorScatter"(%x, %x) {attrs = {axis = 0 : i64}, opset = 23 : i64} : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

func.func @einsum(%x: tensor<2x4xf32>) -> tensor<?xf32> {
  // expected-error @+1 {{cannot compile operator 'Einsum', opset 23: expects an equation that fits its inputs}}
  %y = onnx.node "Einsum"(%x) {attrs = {equation = "ijk->i"}, opset = 23 : i64} : (tensor<2x4xf32>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}

// -----

func.func @pads(%x: tensor<2x4xf32>, %p: tensor<3xi64>) -> tensor<?x?xf32> {
  // expected-error @+1 {{cannot compile operator 'Pad', opset 23: expects two pads for each axis}}
  %y = onnx.node "Pad"(%x, %p) {opset = 23 : i64} : (tensor<2x4xf32>, tensor<3xi64>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// -----

func.func @pad_axes(%x: tensor<2x4xf32>, %p: tensor<2xi64>) -> tensor<?x?xf32> {
  %v = onnx.initializer "v" dense<0.0> : tensor<f32>
  %a = onnx.initializer "a" dense<2> : tensor<1xi64>
  // expected-error @+1 {{cannot compile operator 'Pad', opset 23: expects axes below the rank}}
  %y = onnx.node "Pad"(%x, %p, %v, %a) {opset = 23 : i64} : (tensor<2x4xf32>, tensor<2xi64>, tensor<f32>, tensor<1xi64>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// -----

func.func @repeats(%x: tensor<2x4xf32>, %r: tensor<3xi64>) -> tensor<?x?xf32> {
  // expected-error @+1 {{cannot compile operator 'Tile', opset 23: expects a repeat for each dimension}}
  %y = onnx.node "Tile"(%x, %r) {opset = 23 : i64} : (tensor<2x4xf32>, tensor<3xi64>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// -----

func.func @cum_sum_axes(%x: tensor<2x4xf32>, %a: tensor<2xi64>) -> tensor<2x4xf32> {
  // expected-error @+1 {{cannot compile operator 'CumSum', opset 23: expects one axis}}
  %y = onnx.node "CumSum"(%x, %a) {opset = 23 : i64} : (tensor<2x4xf32>, tensor<2xi64>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

func.func @cum_sum_of_a_number(%x: tensor<f32>, %a: tensor<i64>) -> tensor<f32> {
  // expected-error @+1 {{cannot compile operator 'CumSum', opset 23: expects an input with a dimension}}
  %y = onnx.node "CumSum"(%x, %a) {opset = 23 : i64} : (tensor<f32>, tensor<i64>) -> tensor<f32>
  return %y : tensor<f32>
}

// -----

func.func @split_sizes(%x: tensor<4xf32>, %s: tensor<3xi64>) -> tensor<?xf32> {
  // expected-error @+1 {{cannot compile operator 'Split', opset 13: expects one size per output}}
  %y:2 = onnx.node "Split"(%x, %s) {opset = 13 : i64} : (tensor<4xf32>, tensor<3xi64>) -> (tensor<?xf32>, tensor<?xf32>)
  return %y#0 : tensor<?xf32>
}

// -----

func.func @slice_by_a_number(%x: tensor<4xf32>, %s: tensor<i64>, %a: tensor<1xi64>) -> tensor<?xf32> {
  // expected-error @+1 {{cannot compile operator 'Slice', opset 13: expects starts, ends, axes and steps as lists}}
  %y = onnx.node "Slice"(%x, %s, %s, %a) {opset = 13 : i64} : (tensor<4xf32>, tensor<i64>, tensor<i64>, tensor<1xi64>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}

// -----

func.func @shape_of_two_dimensions(%x: tensor<?xf32>, %s: tensor<2x2xi64>) -> tensor<?x?xf32> {
  // expected-error @+1 {{cannot compile operator 'Reshape', opset 13: expects shape as a list}}
  %y = onnx.node "Reshape"(%x, %s) {opset = 13 : i64} : (tensor<?xf32>, tensor<2x2xi64>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// -----

func.func @attention_of_integers(%q: tensor<1x2x5x8xi64>) -> tensor<1x2x5x8xi64> {
  // expected-error @+1 {{cannot compile operator 'Attention', opset 23: expects queries, keys and values of one float type and of rank 3 or 4}}
  %y = onnx.node "Attention"(%q, %q, %q) {opset = 23 : i64} : (tensor<1x2x5x8xi64>, tensor<1x2x5x8xi64>, tensor<1x2x5x8xi64>) -> tensor<1x2x5x8xi64>
  return %y : tensor<1x2x5x8xi64>
}

// -----

func.func @log_of_integers(%x: tensor<2x4xi64>) -> tensor<1x1xi64> {
  // expected-error @+1 {{cannot compile operator 'ReduceLogSumExp', opset 23: expects float elements}}
  %y = onnx.node "ReduceLogSumExp"(%x) {opset = 23 : i64} : (tensor<2x4xi64>) -> tensor<1x1xi64>
  return %y : tensor<1x1xi64>
}

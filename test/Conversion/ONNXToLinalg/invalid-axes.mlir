// RUN: ecolm-opt %s --convert-onnx-to-linalg --split-input-file --verify-diagnostics

// Axes that no dimension has, for every family of operators.

func.func @gather(%x: tensor<2x4xf32>, %i: tensor<1xi64>) -> tensor<1x4xf32> {
  // expected-error @+1 {{cannot compile operator 'Gather', opset 13: expects an axis below the rank}}
  %y = onnx.node "Gather"(%x, %i) {attrs = {axis = 2 : i64}, opset = 13 : i64} : (tensor<2x4xf32>, tensor<1xi64>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}

// -----

func.func @concat(%x: tensor<2x4xf32>) -> tensor<4x4xf32> {
  // expected-error @+1 {{cannot compile operator 'Concat', opset 13: expects an axis below the rank}}
  %y = onnx.node "Concat"(%x, %x) {attrs = {axis = -3 : i64}, opset = 13 : i64} : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<4x4xf32>
  return %y : tensor<4x4xf32>
}

// -----

func.func @split(%x: tensor<2x4xf32>) -> tensor<1x4xf32> {
  // expected-error @+1 {{cannot compile operator 'Split', opset 18: expects an axis below the rank}}
  %y:2 = onnx.node "Split"(%x) {attrs = {axis = 2 : i64}, opset = 18 : i64} : (tensor<2x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>)
  return %y#0 : tensor<1x4xf32>
}

// -----

func.func @softmax(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // expected-error @+1 {{cannot compile operator 'Softmax', opset 13: expects an axis below the rank}}
  %y = onnx.node "Softmax"(%x) {attrs = {axis = 2 : i64}, opset = 13 : i64} : (tensor<2x4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

func.func @layer_norm(%x: tensor<2x4xf32>, %s: tensor<4xf32>) -> tensor<2x4xf32> {
  // expected-error @+1 {{cannot compile operator 'LayerNormalization', opset 17: expects an axis below the rank}}
  %y = onnx.node "LayerNormalization"(%x, %s) {attrs = {axis = 2 : i64}, opset = 17 : i64} : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

func.func @layer_norm_of_integers(%x: tensor<2x4xi32>, %s: tensor<4xi32>) -> tensor<2x4xi32> {
  // expected-error @+1 {{cannot compile operator 'LayerNormalization', opset 17: expects elements of a float type}}
  %y = onnx.node "LayerNormalization"(%x, %s) {opset = 17 : i64} : (tensor<2x4xi32>, tensor<4xi32>) -> tensor<2x4xi32>
  return %y : tensor<2x4xi32>
}

// -----

func.func @flatten(%x: tensor<2x4xf32>) -> tensor<8x1xf32> {
  // expected-error @+1 {{cannot compile operator 'Flatten', opset 13: expects an axis up to the rank}}
  %y = onnx.node "Flatten"(%x) {attrs = {axis = 3 : i64}, opset = 13 : i64} : (tensor<2x4xf32>) -> tensor<8x1xf32>
  return %y : tensor<8x1xf32>
}

// -----

func.func @reduction(%x: tensor<2x4xf32>) -> tensor<2x1xf32> {
  // expected-error @+1 {{cannot compile operator 'ReduceMean', opset 13: expects axes below the rank, found 2}}
  %y = onnx.node "ReduceMean"(%x) {attrs = {axes = array<i64: 2>}, opset = 13 : i64} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  return %y : tensor<2x1xf32>
}

// -----

func.func @norm_of_integers(%x: tensor<2x4xi64>) -> tensor<1x1xi64> {
  // expected-error @+1 {{cannot compile operator 'ReduceL2', opset 13: expects float elements}}
  %y = onnx.node "ReduceL2"(%x) {opset = 13 : i64} : (tensor<2x4xi64>) -> tensor<1x1xi64>
  return %y : tensor<1x1xi64>
}

// -----

func.func @unsqueeze(%x: tensor<2x4xf32>) -> tensor<2x4x1xf32> {
  %a = onnx.initializer "a" dense<3> : tensor<1xi64>
  // expected-error @+1 {{cannot compile operator 'Unsqueeze', opset 13: expects axes below the rank, found 3}}
  %y = onnx.node "Unsqueeze"(%x, %a) {opset = 13 : i64} : (tensor<2x4xf32>, tensor<1xi64>) -> tensor<2x4x1xf32>
  return %y : tensor<2x4x1xf32>
}

// -----

func.func @slice(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %i = onnx.initializer "i" dense<2> : tensor<1xi64>
  // expected-error @+1 {{cannot compile operator 'Slice', opset 13: expects axes below the rank}}
  %y = onnx.node "Slice"(%x, %i, %i, %i) {opset = 13 : i64} : (tensor<2x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

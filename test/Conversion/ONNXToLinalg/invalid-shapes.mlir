// RUN: ecolm-opt %s --convert-onnx-to-linalg --split-input-file --verify-diagnostics

func.func @clip(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{cannot compile operator 'Clip', opset 6: expects its limits as inputs, as from opset 11 on}}
  %y = onnx.node "Clip"(%x) {attrs = {min = 0.0 : f32}, opset = 6 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

func.func @matmul_of_scalars(%x: tensor<f32>) -> tensor<f32> {
  // expected-error @+1 {{cannot compile operator 'MatMul', opset 13: expects inputs with a dimension}}
  %y = onnx.node "MatMul"(%x, %x) {opset = 13 : i64} : (tensor<f32>, tensor<f32>) -> tensor<f32>
  return %y : tensor<f32>
}

// -----

func.func @transpose(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // expected-error @+1 {{cannot compile operator 'Transpose', opset 13: expects perm to be a permutation}}
  %y = onnx.node "Transpose"(%x) {attrs = {perm = array<i64: 0, 0>}, opset = 13 : i64} : (tensor<2x4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

func.func @split_sizes_of_the_run(%x: tensor<4xf32>, %s: tensor<2xi64>) -> tensor<?xf32> {
  // expected-error @+1 {{cannot compile operator 'Split', opset 13: expects one constant size per output}}
  %y:2 = onnx.node "Split"(%x, %s) {opset = 13 : i64} : (tensor<4xf32>, tensor<2xi64>) -> (tensor<?xf32>, tensor<?xf32>)
  return %y#0 : tensor<?xf32>
}

// -----

func.func @unsigned_result(%x: tensor<4xf32>) -> tensor<4xui8> {
  // expected-error @+1 {{cannot compile operator 'Cast', opset 13: has an output of a type that is not supported}}
  %y = onnx.node "Cast"(%x) {attrs = {to = 2 : i64}, opset = 13 : i64} : (tensor<4xf32>) -> tensor<4xui8>
  return %y : tensor<4xui8>
}

// -----

func.func @control_flow(%x: tensor<4xf32>, %c: tensor<i1>) -> tensor<4xf32> {
  // expected-error @+1 {{cannot compile operator 'If', opset 13: has a subgraph, and control flow is not supported}}
  %y = onnx.node "If"(%c) {graphs = ["then_branch", "else_branch"], opset = 13 : i64} {
    onnx.yield %x : tensor<4xf32>
  }, {
    onnx.yield %x : tensor<4xf32>
  } : (tensor<i1>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

func.func @reshape(%x: tensor<?x?xf32>, %s: tensor<?xi64>) -> tensor<?x?xf32> {
  // expected-error @+1 {{cannot compile operator 'Reshape', opset 13: expects a shape of at most 16 entries}}
  %y = onnx.node "Reshape"(%x, %s) {opset = 13 : i64} : (tensor<?x?xf32>, tensor<?xi64>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// -----

func.func @constant_of_shape(%s: tensor<?xi64>) -> tensor<?x?xf32> {
  // expected-error @+1 {{cannot compile operator 'ConstantOfShape', opset 9: expects a shape of at most 16 entries}}
  %y = onnx.node "ConstantOfShape"(%s) {opset = 9 : i64} : (tensor<?xi64>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// -----

func.func @range(%x: tensor<1xi64>) -> tensor<?xi64> {
  // expected-error @+1 {{cannot compile operator 'Range', opset 11: expects scalar inputs}}
  %y = onnx.node "Range"(%x, %x, %x) {opset = 11 : i64} : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?xi64>
  return %y : tensor<?xi64>
}

// -----

func.func @slice_bounds(%x: tensor<4xf32>, %s: tensor<?xi64>) -> tensor<?xf32> {
  // expected-error @+1 {{cannot compile operator 'Slice', opset 13: expects ends of constant length}}
  %y = onnx.node "Slice"(%x, %s, %s) {opset = 13 : i64} : (tensor<4xf32>, tensor<?xi64>, tensor<?xi64>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}

// -----

func.func @slice_without_moving(%x: tensor<4xf32>) -> tensor<?xf32> {
  %i = onnx.initializer "i" dense<0> : tensor<1xi64>
  // expected-error @+1 {{cannot compile operator 'Slice', opset 13: expects constant steps other than zero}}
  %y = onnx.node "Slice"(%x, %i, %i, %i, %i) {opset = 13 : i64} : (tensor<4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}

// -----

func.func @slice_counts(%x: tensor<4xf32>) -> tensor<?xf32> {
  %i = onnx.initializer "i" dense<0> : tensor<1xi64>
  %j = onnx.initializer "j" dense<0> : tensor<2xi64>
  // expected-error @+1 {{cannot compile operator 'Slice', opset 13: expects as many ends, axes and steps as starts}}
  %y = onnx.node "Slice"(%x, %i, %j) {opset = 13 : i64} : (tensor<4xf32>, tensor<1xi64>, tensor<2xi64>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}

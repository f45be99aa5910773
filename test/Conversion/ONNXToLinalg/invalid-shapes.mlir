// RUN: ecolm-opt %s --convert-onnx-to-linalg --split-input-file --verify-diagnostics

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

func.func @complex_result(%x: tensor<4xf32>) -> tensor<4xcomplex<f32>> {
  // expected-error @+1 {{cannot compile operator 'Cast', opset 13: has an output of a type that is not supported}}
  %y = onnx.node "Cast"(%x) {attrs = {to = 14 : i64}, opset = 13 : i64} : (tensor<4xf32>) -> tensor<4xcomplex<f32>>
  return %y : tensor<4xcomplex<f32>>
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

// -----

func.func @complex_input(%x: tensor<4xcomplex<f32>>) -> tensor<4xf32> {
  // expected-error @+1 {{cannot compile operator 'Abs', opset 13: has an input of a type that is not supported}}
  %y = onnx.node "Abs"(%x) {opset = 13 : i64} : (tensor<4xcomplex<f32>>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

func.func @slice_ends(%x: tensor<4xf32>, %e: tensor<?xi64>) -> tensor<?xf32> {
  %i = onnx.initializer "i" dense<0> : tensor<1xi64>
  // expected-error @+1 {{cannot compile operator 'Slice', opset 13: expects ends of constant length}}
  %y = onnx.node "Slice"(%x, %i, %e) {opset = 13 : i64} : (tensor<4xf32>, tensor<1xi64>, tensor<?xi64>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}

// Contradictions that the rules of elementwise and reshaping operators find.
// RUN: ecolm-opt %s --onnx-infer-shapes --split-input-file --verify-diagnostics

func.func @input_missing(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{Relu takes 1 inputs, found 0}}
  %0 = onnx.node "Relu"() {opset = 13 : i64} : () -> tensor<*xf32>
  return
}

// -----

func.func @input_omitted(%a: tensor<2x3xf32>) {
  %none = onnx.none : none
  // expected-error @+1 {{Add takes 2 inputs, found 2 of which a required one is omitted}}
  %0 = onnx.node "Add"(%a, %none) {opset = 13 : i64} : (tensor<2x3xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @types_differ(%a: tensor<2x3xf32>, %b: tensor<3xi32>) {
  // expected-error @+1 {{Add expects inputs of one type, found 'f32' and 'i32'}}
  %0 = onnx.node "Add"(%a, %b) {opset = 13 : i64} : (tensor<2x3xf32>, tensor<3xi32>) -> tensor<*xf32>
  return
}

// -----

func.func @no_broadcast(%a: tensor<2x3xf32>, %b: tensor<4xf32>) {
  // expected-error @+1 {{shapes [2, 3] and [4] do not broadcast: 3 is not 4}}
  %0 = onnx.node "Mul"(%a, %b) {opset = 13 : i64} : (tensor<2x3xf32>, tensor<4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @stated_size(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{the model says that result 0 has type 'tensor<2x4xf32>', but Relu gives 'tensor<2x3xf32>'}}
  %0 = onnx.node "Relu"(%a) {opset = 13 : i64} : (tensor<2x3xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @stated_rank(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{the model says that result 0 has type 'tensor<6xf32>', but Relu gives 'tensor<2x3xf32>'}}
  %0 = onnx.node "Relu"(%a) {opset = 13 : i64} : (tensor<2x3xf32>) -> tensor<6xf32>
  return
}

// -----

func.func @stated_type(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{the model says that result 0 has type 'tensor<*xf16>', but Relu gives 'tensor<2x3xf32>'}}
  %0 = onnx.node "Relu"(%a) {opset = 13 : i64} : (tensor<2x3xf32>) -> tensor<*xf16>
  return
}

// -----

func.func @condition(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{Where expects a condition of booleans, found 'f32'}}
  %0 = onnx.node "Where"(%a, %a, %a) {opset = 13 : i64} : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @cast(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{Cast to data type STRING is not supported; cast to float32, int64, int32, int8 or bool}}
  %0 = onnx.node "Cast"(%a) {attrs = {to = 8 : i64}, opset = 13 : i64} : (tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @range_step(%a: tensor<i64>) {
  %z = onnx.initializer "z" dense<0> : tensor<i64>
  // expected-error @+1 {{Range has a step of zero}}
  %0 = onnx.node "Range"(%a, %a, %z) {opset = 13 : i64} : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<*xi64>
  return
}

// -----

func.func @fill(%a: tensor<2xi64>) {
  // expected-error @+1 {{ConstantOfShape expects a value of one element}}
  %0 = onnx.node "ConstantOfShape"(%a) {attrs = {value = dense<[1.0, 2.0]> : tensor<2xf32>}, opset = 13 : i64} : (tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @reshape_count(%a: tensor<2x3xf32>) {
  %t = onnx.initializer "t" dense<[7, 1]> : tensor<2xi64>
  // expected-error @+1 {{Reshape of [2, 3] to [7, 1] changes the number of elements}}
  %0 = onnx.node "Reshape"(%a, %t) {opset = 13 : i64} : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @reshape_rest(%a: tensor<2x3xf32>) {
  %t = onnx.initializer "t" dense<[4, -1]> : tensor<2xi64>
  // expected-error @+1 {{Reshape of [2, 3] to [4, -1] changes the number of elements}}
  %0 = onnx.node "Reshape"(%a, %t) {opset = 13 : i64} : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @reshape_two_rests(%a: tensor<2x3xf32>) {
  %t = onnx.initializer "t" dense<[-1, -1]> : tensor<2xi64>
  // expected-error @+1 {{Reshape expects sizes of 0 or more and at most one -1, found [-1, -1]}}
  %0 = onnx.node "Reshape"(%a, %t) {opset = 13 : i64} : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @reshape_copy(%a: tensor<2x3xf32>) {
  %t = onnx.initializer "t" dense<[2, 3, 0]> : tensor<3xi64>
  // expected-error @+1 {{Reshape to [2, 3, 0] copies dimension 2, which the input does not have}}
  %0 = onnx.node "Reshape"(%a, %t) {opset = 13 : i64} : (tensor<2x3xf32>, tensor<3xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @flatten(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{axis 3 is outside a tensor of 2 dimensions}}
  %0 = onnx.node "Flatten"(%a) {attrs = {axis = 3 : i64}, opset = 13 : i64} : (tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @transpose(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{perm of Transpose is no permutation of 2 dimensions}}
  %0 = onnx.node "Transpose"(%a) {attrs = {perm = array<i64: 0, 0>}, opset = 13 : i64} : (tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @squeeze(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{Squeeze of dimension 0 of [2, 3], which is not 1}}
  %0 = onnx.node "Squeeze"(%a) {attrs = {axes = array<i64: 0>}, opset = 11 : i64} : (tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @unsqueeze_twice(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{axis -4 is given twice}}
  %0 = onnx.node "Unsqueeze"(%a) {attrs = {axes = array<i64: 0, -4>}, opset = 11 : i64} : (tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @gather_axis(%a: tensor<2x3xf32>, %i: tensor<i64>) {
  // expected-error @+1 {{axis 2 is outside a tensor of 2 dimensions}}
  %0 = onnx.node "Gather"(%a, %i) {attrs = {axis = 2 : i64}, opset = 13 : i64} : (tensor<2x3xf32>, tensor<i64>) -> tensor<*xf32>
  return
}

// -----

func.func @gather_index_type(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{Gather expects indices of int32 or int64, found 'f32'}}
  %0 = onnx.node "Gather"(%a, %a) {opset = 13 : i64} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @gather_of_shape() {
  %s = onnx.initializer "s" dense<[4, 5]> : tensor<2xi64>
  %i = onnx.initializer "i" dense<2> : tensor<i64>
  // expected-error @+1 {{Gather takes element 2 of [4, 5]}}
  %0 = onnx.node "Gather"(%s, %i) {opset = 13 : i64} : (tensor<2xi64>, tensor<i64>) -> tensor<*xi64>
  return
}

// -----

func.func @gather_of_scalar(%a: tensor<f32>, %i: tensor<i64>) {
  // expected-error @+1 {{Gather expects input 0 to have 1 to 64 dimensions, found []}}
  %0 = onnx.node "Gather"(%a, %i) {opset = 13 : i64} : (tensor<f32>, tensor<i64>) -> tensor<*xf32>
  return
}

// -----

func.func @slice_step(%a: tensor<2x3xf32>) {
  %z = onnx.initializer "z" dense<0> : tensor<1xi64>
  // expected-error @+1 {{Slice has a step of zero}}
  %0 = onnx.node "Slice"(%a, %z, %z, %z, %z) {opset = 13 : i64} : (tensor<2x3xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @slice_lengths(%a: tensor<2x3xf32>) {
  %z = onnx.initializer "z" dense<0> : tensor<1xi64>
  %y = onnx.initializer "y" dense<0> : tensor<2xi64>
  // expected-error @+1 {{Slice expects starts, ends, axes and steps of one length}}
  %0 = onnx.node "Slice"(%a, %z, %y) {opset = 13 : i64} : (tensor<2x3xf32>, tensor<1xi64>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @slice_twice(%a: tensor<2x3xf32>) {
  %y = onnx.initializer "y" dense<0> : tensor<2xi64>
  // expected-error @+1 {{Slice cuts axis 0 twice}}
  %0 = onnx.node "Slice"(%a, %y, %y, %y) {opset = 13 : i64} : (tensor<2x3xf32>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>) -> tensor<*xf32>
  return
}

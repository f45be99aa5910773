// RUN: ecolm-opt %s --onnx-infer-shapes --split-input-file --verify-diagnostics

// Operators that choose, place and repeat elements, with inputs that do not fit.

func.func @indices_of_floats(%x: tensor<2x4xf32>) {
  // expected-error @+1 {{GatherElements expects indices of int32 or int64, found 'f32'}}
  %y = onnx.node "GatherElements"(%x, %x) {opset = 23 : i64} : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @gather_depth(%x: tensor<2x4xf32>, %i: tensor<5x3xi64>) {
  // expected-error @+1 {{GatherND with indices [5, 3] addresses more than the 2 dimensions of its input}}
  %y = onnx.node "GatherND"(%x, %i) {opset = 23 : i64} : (tensor<2x4xf32>, tensor<5x3xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @gather_batch_dims(%x: tensor<2x4xf32>, %i: tensor<5x1xi64>) {
  // expected-error @+1 {{GatherND has 2 batch_dims, more than its inputs have}}
  %y = onnx.node "GatherND"(%x, %i) {attrs = {batch_dims = 2 : i64}, opset = 23 : i64} : (tensor<2x4xf32>, tensor<5x1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @gather_batch(%x: tensor<2x4xf32>, %i: tensor<5x1xi64>) {
  // expected-error @+1 {{batch size of GatherND is 5 and 2}}
  %y = onnx.node "GatherND"(%x, %i) {attrs = {batch_dims = 1 : i64}, opset = 23 : i64} : (tensor<2x4xf32>, tensor<5x1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @scatter_updates(%x: tensor<2x4xf32>, %i: tensor<2x4xi64>, %u: tensor<2x3xf32>) {
  // expected-error @+1 {{size of indices and updates is 4 and 3}}
  %y = onnx.node "ScatterElements"(%x, %i, %u) {opset = 23 : i64} : (tensor<2x4xf32>, tensor<2x4xi64>, tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @scatter_nd_updates(%x: tensor<2x4xf32>, %i: tensor<5x1xi64>, %u: tensor<5x3xf32>) {
  // expected-error @+1 {{size of the updates is 4 and 3}}
  %y = onnx.node "ScatterND"(%x, %i, %u) {opset = 23 : i64} : (tensor<2x4xf32>, tensor<5x1xi64>, tensor<5x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @cache_batch(%x: tensor<2x4xf32>, %i: tensor<3xi64>) {
  // expected-error @+1 {{batch size of the cache and the indices is 2 and 3}}
  %y = onnx.node "TensorScatter"(%x, %x, %i) {attrs = {axis = 1 : i64}, opset = 23 : i64} : (tensor<2x4xf32>, tensor<2x4xf32>, tensor<3xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @cache_update(%x: tensor<2x4xf32>, %u: tensor<3x1xf32>) {
  // expected-error @+1 {{size of the cache and the update is 2 and 3}}
  %y = onnx.node "TensorScatter"(%x, %u) {attrs = {axis = 1 : i64}, opset = 23 : i64} : (tensor<2x4xf32>, tensor<3x1xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @arg_max_of_nothing(%x: tensor<2x0xf32>) {
  // expected-error @+1 {{ArgMax has no element to choose along axis 1}}
  %y = onnx.node "ArgMax"(%x) {attrs = {axis = 1 : i64}, opset = 23 : i64} : (tensor<2x0xf32>) -> tensor<*xi64>
  return
}

// -----

func.func @top_k(%x: tensor<2x4xf32>) {
  %k = onnx.initializer "k" dense<5> : tensor<1xi64>
  // expected-error @+1 {{TopK takes 5 elements of a dimension of [4]}}
  %y = onnx.node "TopK"(%x, %k) {opset = 23 : i64} : (tensor<2x4xf32>, tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @one_hot_values(%i: tensor<3xi64>, %d: tensor<i64>, %v: tensor<3xf32>) {
  // expected-error @+1 {{number of values is 3 and 2}}
  %y = onnx.node "OneHot"(%i, %d, %v) {opset = 23 : i64} : (tensor<3xi64>, tensor<i64>, tensor<3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @pads(%x: tensor<2x4xf32>) {
  %p = onnx.initializer "p" dense<1> : tensor<3xi64>
  // expected-error @+1 {{Pad expects two pads for each of 2 axes, found 3}}
  %y = onnx.node "Pad"(%x, %p) {opset = 23 : i64} : (tensor<2x4xf32>, tensor<3xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @repeats(%x: tensor<2x4xf32>, %r: tensor<3xi64>) {
  // expected-error @+1 {{number of repeats and of dimensions is 3 and 2}}
  %y = onnx.node "Tile"(%x, %r) {opset = 23 : i64} : (tensor<2x4xf32>, tensor<3xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @einsum(%x: tensor<2x4xf32>) {
  // expected-error @+1 {{Einsum equation 'ijk' does not fit its inputs}}
  %y = onnx.node "Einsum"(%x) {attrs = {equation = "ijk"}, opset = 23 : i64} : (tensor<2x4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @einsum_sizes(%x: tensor<2x4xf32>) {
  // expected-error @+1 {{size of one letter of the equation is 4 and 2}}
  %y = onnx.node "Einsum"(%x, %x) {attrs = {equation = "ij,jk->ik"}, opset = 23 : i64} : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @rotary_width(%x: tensor<2x3x5x8xf32>, %c: tensor<50x4xf32>, %p: tensor<2x5xi64>) {
  // expected-error @+1 {{RotaryEmbedding cannot rotate 10 columns of [8]}}
  %y = onnx.node "RotaryEmbedding"(%x, %c, %c, %p) {attrs = {rotary_embedding_dim = 10 : i64}, opset = 23 : i64} : (tensor<2x3x5x8xf32>, tensor<50x4xf32>, tensor<50x4xf32>, tensor<2x5xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @rotary_heads(%x: tensor<2x5x8xf32>, %c: tensor<50x4xf32>, %p: tensor<2x5xi64>) {
  // expected-error @+1 {{RotaryEmbedding over three dimensions expects num_heads of at least 1, found 0}}
  %y = onnx.node "RotaryEmbedding"(%x, %c, %c, %p) {opset = 23 : i64} : (tensor<2x5x8xf32>, tensor<50x4xf32>, tensor<50x4xf32>, tensor<2x5xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @rotary_cache(%x: tensor<2x3x5x8xf32>, %c: tensor<50x3xf32>, %p: tensor<2x5xi64>) {
  // expected-error @+1 {{half of what rotates and the width of a cache is 4 and 3}}
  %y = onnx.node "RotaryEmbedding"(%x, %c, %c, %p) {opset = 23 : i64} : (tensor<2x3x5x8xf32>, tensor<50x3xf32>, tensor<50x3xf32>, tensor<2x5xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @rotary_batch(%x: tensor<2x3x5x8xf32>, %c: tensor<50x4xf32>, %p: tensor<3x5xi64>) {
  // expected-error @+1 {{batch size of RotaryEmbedding is 2 and 3}}
  %y = onnx.node "RotaryEmbedding"(%x, %c, %c, %p) {opset = 23 : i64} : (tensor<2x3x5x8xf32>, tensor<50x4xf32>, tensor<50x4xf32>, tensor<3x5xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @rotary_length(%x: tensor<2x3x5x8xf32>, %c: tensor<50x4xf32>, %p: tensor<2x4xi64>) {
  // expected-error @+1 {{length of RotaryEmbedding is 5 and 4}}
  %y = onnx.node "RotaryEmbedding"(%x, %c, %c, %p) {opset = 23 : i64} : (tensor<2x3x5x8xf32>, tensor<50x4xf32>, tensor<50x4xf32>, tensor<2x4xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @rotary_sines(%x: tensor<2x3x5x8xf32>, %c: tensor<50x4xf32>, %s: tensor<40x4xf32>, %p: tensor<2x5xi64>) {
  // expected-error @+1 {{number of cosines and sines is 50 and 40}}
  %y = onnx.node "RotaryEmbedding"(%x, %c, %s, %p) {opset = 23 : i64} : (tensor<2x3x5x8xf32>, tensor<50x4xf32>, tensor<40x4xf32>, tensor<2x5xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @bitwise_of_floats(%x: tensor<2x4xf32>) {
  // expected-error @+1 {{BitwiseAnd expects integers, found 'f32'}}
  %y = onnx.node "BitwiseAnd"(%x, %x) {opset = 23 : i64} : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @bit_cast_to_strings(%x: tensor<2x4xf32>) {
  // expected-error @+1 {{BitCast to data type STRING is not supported}}
  %y = onnx.node "BitCast"(%x) {attrs = {to = 8 : i64}, opset = 26 : i64} : (tensor<2x4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @bit_cast_of_another_width(%x: tensor<2x4xf32>) {
  // expected-error @+1 {{BitCast expects types of one width, found 'f32' and 'i64'}}
  %y = onnx.node "BitCast"(%x) {attrs = {to = 7 : i64}, opset = 26 : i64} : (tensor<2x4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @zero_points_of_rows(%a: tensor<2x4xi8>, %b: tensor<4x3xi8>, %z: tensor<3xi8>) {
  // expected-error @+1 {{number of zero points or scales is 3 and 2}}
  %y = onnx.node "MatMulInteger"(%a, %b, %z) {opset = 23 : i64} : (tensor<2x4xi8>, tensor<4x3xi8>, tensor<3xi8>) -> tensor<*xi32>
  return
}

// -----

func.func @blocks(%x: tensor<4x8xi8>, %s: tensor<4x2xf32>) {
  // expected-error @+1 {{DequantizeLinear of [4, 8] does not fit scales [4, 2] of blocks of 0}}
  %y = onnx.node "DequantizeLinear"(%x, %s) {opset = 23 : i64} : (tensor<4x8xi8>, tensor<4x2xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @number_of_blocks(%x: tensor<4x8xi8>, %s: tensor<4x2xf32>) {
  // expected-error @+1 {{number of blocks and scales is 3 and 2}}
  %y = onnx.node "DequantizeLinear"(%x, %s) {attrs = {block_size = 3 : i64}, opset = 23 : i64} : (tensor<4x8xi8>, tensor<4x2xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @zero_points_of_one_scale(%x: tensor<4x8xi8>, %s: tensor<f32>, %z: tensor<2xi8>) {
  // expected-error @+1 {{number of zero points is 2 and 1}}
  %y = onnx.node "DequantizeLinear"(%x, %s, %z) {opset = 23 : i64} : (tensor<4x8xi8>, tensor<f32>, tensor<2xi8>) -> tensor<*xf32>
  return
}

// -----

func.func @unsqueeze_axes(%x: tensor<2x4xf32>, %a: tensor<2x2xi64>) {
  // expected-error @+1 {{Unsqueeze expects axes as a list}}
  %y = onnx.node "Unsqueeze"(%x, %a) {opset = 23 : i64} : (tensor<2x4xf32>, tensor<2x2xi64>) -> tensor<*xf32>
  return
}

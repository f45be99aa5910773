// Every way of a token that the derivation cannot follow.
// RUN: ecolm-opt %s -ecolm-derive-incremental=context-length=8 -split-input-file -verify-diagnostics

// A number that grows with the sequence.
func.func @main(%ids: tensor<1x?xi64>) -> tensor<1x?x8xf32> {
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %ids, %c1 : tensor<1x?xi64>
  %x = tensor.splat %zero[%n] : tensor<1x?x8xf32>
  %i = arith.index_cast %n : index to i32
  %f = arith.sitofp %i : i32 to f32
  %e = tensor.empty() : tensor<8xf32>
  // expected-error@below {{'linalg.fill' op keeps the model from being evaluated token by token: it computes with the number of tokens}}
  %y = linalg.fill ins(%f : f32) outs(%e : tensor<8xf32>) -> tensor<8xf32>
  return %x : tensor<1x?x8xf32>
}

// -----

func.func @main(%ids: tensor<1x?xi64>) -> tensor<1x?x8xf32> {
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %ids, %c1 : tensor<1x?xi64>
  %x = tensor.splat %zero[%n] : tensor<1x?x8xf32>
  %e = tensor.empty(%c3) : tensor<1x?x8xf32>
  // expected-error@below {{'linalg.copy' op keeps the model from being evaluated token by token: an operand has places for tokens, but does not come from them}}
  %y = linalg.copy ins(%x : tensor<1x?x8xf32>) outs(%e : tensor<1x?x8xf32>) -> tensor<1x?x8xf32>
  return %x : tensor<1x?x8xf32>
}

// -----

// Every row of these holds all tokens.
func.func @main(%ids: tensor<1x?xi64>) -> tensor<1x?x8xf32> {
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %ids, %c1 : tensor<1x?xi64>
  %x = tensor.splat %zero[%n] : tensor<1x?x8xf32>
  %t = tensor.splat %zero[%n] : tensor<1x8x?xf32>
  // expected-error@below {{'ecolm.log_quantize' op keeps the model from being evaluated token by token: it combines different tokens}}
  %y = ecolm.log_quantize %t : tensor<1x8x?xf32> -> tensor<1x8x?x!ecolm.pot<min = -3, max = 3>>
  return %x : tensor<1x?x8xf32>
}

// -----

func.func @main(%ids: tensor<1x?xi64>) -> tensor<1x?x8xf32> {
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %ids, %c1 : tensor<1x?xi64>
  %x = tensor.splat %zero[%n] : tensor<1x?x8xf32>
  %a = tensor.splat %zero[%n, %c3] : tensor<1x?x?xf32>
  %b = tensor.splat %zero[%c3, %n] : tensor<1x?x?xf32>
  // expected-error@below {{'arith.addf' op keeps the model from being evaluated token by token: it combines different tokens}}
  %y = arith.addf %a, %b : tensor<1x?x?xf32>
  return %x : tensor<1x?x8xf32>
}

// -----

func.func @main(%ids: tensor<1x?xi64>) -> tensor<1x?x8xf32> {
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %ids, %c1 : tensor<1x?xi64>
  %x = tensor.splat %zero[%n] : tensor<1x?x8xf32>
  %w = tensor.splat %zero[%n] : tensor<?x8xf32>
  // expected-error@below {{'ecolm.matmul' op keeps the model from being evaluated token by token: a weight depends on the tokens}}
  %y = ecolm.matmul %x, %w : tensor<1x?x8xf32>, tensor<?x8xf32> -> tensor<1x?x?xf32>
  return %x : tensor<1x?x8xf32>
}

// -----

// Keys of other tokens are not in the cache.
func.func @main(%ids: tensor<1x?xi64>) -> tensor<1x?x8xf32> {
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %ids, %c1 : tensor<1x?xi64>
  %x = tensor.splat %zero[%n] : tensor<1x?x8xf32>
  %k = tensor.splat %zero[%c3] : tensor<1x?x8xf32>
  // expected-error@below {{'ecolm.attention' op keeps the model from being evaluated token by token: expected queries, keys and values of the same tokens}}
  %y = ecolm.attention %x, %k, %k heads 2 kv_heads 2 scale 0.5 causal : tensor<1x?x8xf32>, tensor<1x?x8xf32>, tensor<1x?x8xf32>
  return %x : tensor<1x?x8xf32>
}

// -----

func.func @main(%ids: tensor<1x?xi64>) -> tensor<1x?x8xf32> {
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %ids, %c1 : tensor<1x?xi64>
  %x = tensor.splat %zero[%n] : tensor<1x?x8xf32>
  %m = arith.addi %n, %c1 : index
  // expected-error@below {{'tensor.empty' op keeps the model from being evaluated token by token: a size is computed from the number of tokens}}
  %y = tensor.empty(%m) : tensor<1x?x8xf32>
  return %x : tensor<1x?x8xf32>
}

// -----

func.func @main(%ids: tensor<1x?xi64>) -> tensor<1x?x8xf32> {
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %ids, %c1 : tensor<1x?xi64>
  %x = tensor.splat %zero[%n] : tensor<1x?x8xf32>
  %s = tensor.splat %zero[%c3] : tensor<1x?xf32>
  // expected-error@below {{'tensor.expand_shape' op keeps the model from being evaluated token by token: a size is computed from the number of tokens}}
  %y = tensor.expand_shape %s [[0], [1, 2]] output_shape [1, %n, 8] : tensor<1x?xf32> into tensor<1x?x8xf32>
  return %x : tensor<1x?x8xf32>
}

// -----

func.func @main(%ids: tensor<1x?xi64>) -> tensor<1x?x8xf32> {
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %ids, %c1 : tensor<1x?xi64>
  %x = tensor.splat %zero[%n] : tensor<1x?x8xf32>
  // expected-error@below {{'tensor.pad' op keeps the model from being evaluated token by token: it appends tokens}}
  %y = tensor.pad %x low[0, 1, 0] high[0, 0, 0] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<1x?x8xf32> to tensor<1x?x8xf32>
  return %x : tensor<1x?x8xf32>
}

// -----

func.func @main(%ids: tensor<1x?xi64>) -> tensor<1x?x8xf32> {
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %ids, %c1 : tensor<1x?xi64>
  %x = tensor.splat %zero[%n] : tensor<1x?x8xf32>
  %i = arith.index_cast %n : index to i32
  %f = arith.sitofp %i : i32 to f32
  // expected-error@below {{'tensor.pad' op keeps the model from being evaluated token by token: its body reads a value that knows of other tokens}}
  %y = tensor.pad %x low[0, 0, 1] high[0, 0, 0] {
  ^bb0(%j: index, %k: index, %l: index):
    tensor.yield %f : f32
  } : tensor<1x?x8xf32> to tensor<1x?x9xf32>
  return %x : tensor<1x?x8xf32>
}

// -----

func.func @main(%ids: tensor<1x?xi64>) -> tensor<1x?x8xf32> {
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %ids, %c1 : tensor<1x?xi64>
  %x = tensor.splat %zero[%n] : tensor<1x?x8xf32>
  %c2 = arith.constant 2 : index
  %h = arith.divui %n, %c2 : index
  // expected-error@below {{'tensor.expand_shape' op keeps the model from being evaluated token by token: it divides the tokens}}
  %y = tensor.expand_shape %x [[0], [1, 2], [3]] output_shape [1, %h, 2, 8] : tensor<1x?x8xf32> into tensor<1x?x2x8xf32>
  return %x : tensor<1x?x8xf32>
}

// -----

// A tensor that is said to hold one token.
func.func @main(%ids: tensor<1x?xi64>) -> tensor<1x?x8xf32> {
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %ids, %c1 : tensor<1x?xi64>
  %x = tensor.splat %zero[%n] : tensor<1x?x8xf32>
  %one = tensor.cast %ids : tensor<1x?xi64> to tensor<1x1xi64>
  // expected-error@below {{'tensor.collapse_shape' op keeps the model from being evaluated token by token: it loses the tokens}}
  %y = tensor.collapse_shape %one [] : tensor<1x1xi64> into tensor<i64>
  return %x : tensor<1x?x8xf32>
}

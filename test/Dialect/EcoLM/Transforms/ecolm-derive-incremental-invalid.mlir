// RUN: ecolm-opt %s -ecolm-derive-incremental=context-length=8 -split-input-file -verify-diagnostics
// RUN: not ecolm-opt %s -ecolm-derive-incremental=context-length=-1 -split-input-file 2>&1 | FileCheck %s

// CHECK: expected the option context-length or the attribute ecolm.context_length to be positive, but found -1

// expected-error@below {{expected a body and the type (tensor<1x?xi64>) -> tensor<1x?xVxf32>, but found '(tensor<1x?x8xf32>) -> tensor<1x?x8xf32>'}}
func.func @main(%x: tensor<1x?x8xf32>) -> tensor<1x?x8xf32> {
  return %x : tensor<1x?x8xf32>
}

// -----

// expected-error@below {{expected a function 'main'}}
module {
}

// -----

func.func @main(%ids: tensor<1x?xi64>) -> tensor<1x?x8xf32> {
  %c1 = arith.constant 1 : index
  %n = tensor.dim %ids, %c1 : tensor<1x?xi64>
  %zero = arith.constant 0.0 : f32
  %x = tensor.splat %zero[%n] : tensor<1x?x8xf32>
  // expected-error@below {{keeps the model from being evaluated token by token: it is not causal}}
  %y = ecolm.attention %x, %x, %x heads 2 kv_heads 2 scale 0.5 : tensor<1x?x8xf32>, tensor<1x?x8xf32>, tensor<1x?x8xf32>
  return %y : tensor<1x?x8xf32>
}

// -----

func.func @main(%ids: tensor<1x?xi64>) -> tensor<1x?x8xf32> {
  %c1 = arith.constant 1 : index
  %n = tensor.dim %ids, %c1 : tensor<1x?xi64>
  %zero = arith.constant 0.0 : f32
  %x = tensor.splat %zero[%n] : tensor<1x?x8xf32>
  %init = tensor.empty() : tensor<1x8xf32>
  %filled = linalg.fill ins(%zero : f32) outs(%init : tensor<1x8xf32>) -> tensor<1x8xf32>
  // expected-error@below {{'linalg.reduce' op keeps the model from being evaluated token by token: it reduces over tokens}}
  %mean = linalg.reduce { arith.addf } ins(%x : tensor<1x?x8xf32>) outs(%filled : tensor<1x8xf32>) dimensions = [1]
  %y = linalg.broadcast ins(%mean : tensor<1x8xf32>) outs(%x : tensor<1x?x8xf32>) dimensions = [1]
  return %y : tensor<1x?x8xf32>
}

// -----

#rows = affine_map<(b, t, c) -> (b, t, c)>
#shifted = affine_map<(b, t, c) -> (b, 0, c)>
func.func @main(%ids: tensor<1x?xi64>) -> tensor<1x?x8xf32> {
  %c1 = arith.constant 1 : index
  %n = tensor.dim %ids, %c1 : tensor<1x?xi64>
  %zero = arith.constant 0.0 : f32
  %x = tensor.splat %zero[%n] : tensor<1x?x8xf32>
  // expected-error@below {{it combines different tokens}}
  %y = linalg.generic {indexing_maps = [#shifted, #rows], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x : tensor<1x?x8xf32>) outs(%x : tensor<1x?x8xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<1x?x8xf32>
  return %y : tensor<1x?x8xf32>
}

// -----

#rows = affine_map<(b, t, c) -> (b, t, c)>
func.func @main(%ids: tensor<1x?xi64>) -> tensor<1x?x8xf32> {
  %c1 = arith.constant 1 : index
  %n = tensor.dim %ids, %c1 : tensor<1x?xi64>
  %zero = arith.constant 0.0 : f32
  %x = tensor.splat %zero[%n] : tensor<1x?x8xf32>
  %i = arith.index_cast %n : index to i32
  %f = arith.sitofp %i : i32 to f32
  // expected-error@below {{its body reads a value that knows of other tokens}}
  %y = linalg.generic {indexing_maps = [#rows, #rows], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x : tensor<1x?x8xf32>) outs(%x : tensor<1x?x8xf32>) {
  ^bb0(%a: f32, %o: f32):
    %p = arith.mulf %a, %f : f32
    linalg.yield %p : f32
  } -> tensor<1x?x8xf32>
  return %y : tensor<1x?x8xf32>
}

// -----

// A table that ends before the context does.
func.func @main(%ids: tensor<1x?xi64>) -> tensor<1x?x8xf32> {
  %c1 = arith.constant 1 : index
  %n = tensor.dim %ids, %c1 : tensor<1x?xi64>
  %c7 = arith.constant 7 : index
  %rows = arith.minsi %n, %c7 : index
  %table = arith.constant dense<1.0> : tensor<1x7x8xf32>
  // expected-error@below {{nothing shows that its table has a row for each of the 8 tokens of the context}}
  %y = tensor.extract_slice %table[0, 0, 0] [1, %rows, 8] [1, 1, 1] : tensor<1x7x8xf32> to tensor<1x?x8xf32>
  return %y : tensor<1x?x8xf32>
}

// -----

// The last rows of a table are others for every number of tokens.
func.func @main(%ids: tensor<1x?xi64>) -> tensor<1x?x8xf32> {
  %c1 = arith.constant 1 : index
  %c32 = arith.constant 32 : index
  %n = tensor.dim %ids, %c1 : tensor<1x?xi64>
  %start = arith.subi %c32, %n : index
  %table = arith.constant dense<1.0> : tensor<1x32x8xf32>
  // expected-error@below {{it takes another part of a table for every sequence}}
  %y = tensor.extract_slice %table[0, %start, 0] [1, %n, 8] [1, 1, 1] : tensor<1x32x8xf32> to tensor<1x?x8xf32>
  return %y : tensor<1x?x8xf32>
}

// -----

// A part of a table that holds no row for a token.
func.func @main(%ids: tensor<1x?xi64>) -> tensor<1x?x8xf32> {
  %c1 = arith.constant 1 : index
  %n = tensor.dim %ids, %c1 : tensor<1x?xi64>
  %m = arith.addi %n, %c1 : index
  %table = arith.constant dense<1.0> : tensor<1x32x8xf32>
  // expected-error@below {{it takes another part of a table for every sequence}}
  %y = tensor.extract_slice %table[0, 0, 0] [1, %m, 8] [1, 1, 1] : tensor<1x32x8xf32> to tensor<1x?x8xf32>
  return %y : tensor<1x?x8xf32>
}

// -----

// Rows behind those that there are tokens for.
func.func @main(%ids: tensor<1x?xi64>) -> tensor<1x?x8xf32> {
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %ids, %c1 : tensor<1x?xi64>
  %m = arith.addi %n, %c1 : index
  %x = tensor.splat %zero[%n] : tensor<1x?x8xf32>
  %e = tensor.splat %zero[%n] : tensor<1x?x8xf32>
  // expected-error@below {{it puts tokens behind others}}
  %y = tensor.insert_slice %x into %e[0, 1, 0] [1, %n, 8] [1, 1, 1] : tensor<1x?x8xf32> into tensor<1x?x8xf32>
  return %y : tensor<1x?x8xf32>
}

// -----

#rows = affine_map<(b, t, c) -> (b, t, c)>
func.func @main(%ids: tensor<1x?xi64>) -> tensor<1x?x8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %ids, %c1 : tensor<1x?xi64>
  %zero = arith.constant 0.0 : f32
  %x = tensor.splat %zero[%n] : tensor<1x?x8xf32>
  // The first token, whatever the own.
  // expected-error@below {{its body reads a value that knows of other tokens}}
  %y = linalg.generic {indexing_maps = [#rows], iterator_types = ["parallel", "parallel", "parallel"]}
      outs(%x : tensor<1x?x8xf32>) {
  ^bb0(%o: f32):
    %c = linalg.index 2 : index
    %v = tensor.extract %x[%c0, %c0, %c] : tensor<1x?x8xf32>
    linalg.yield %v : f32
  } -> tensor<1x?x8xf32>
  return %y : tensor<1x?x8xf32>
}

// -----

func.func @main(%ids: tensor<1x?xi64>) -> tensor<1x?x8xf32> {
  %c1 = arith.constant 1 : index
  %n = tensor.dim %ids, %c1 : tensor<1x?xi64>
  %zero = arith.constant 0.0 : f32
  %x = tensor.splat %zero[%n] : tensor<1x?x8xf32>
  %less = arith.subi %n, %c1 : index
  // expected-error@below {{it takes some of the tokens}}
  %y = tensor.extract_slice %x[0, 0, 0] [1, %less, 8] [1, 1, 1] : tensor<1x?x8xf32> to tensor<1x?x8xf32>
  return %y : tensor<1x?x8xf32>
}

// -----

func.func @main(%ids: tensor<1x?xi64>) -> tensor<1x?x8xf32> {
  %c1 = arith.constant 1 : index
  %n = tensor.dim %ids, %c1 : tensor<1x?xi64>
  %zero = arith.constant 0.0 : f32
  %x = tensor.splat %zero[%n] : tensor<1x?x8xf32>
  // expected-error@below {{it merges the tokens with another dimension}}
  %flat = tensor.collapse_shape %x [[0], [1, 2]] : tensor<1x?x8xf32> into tensor<1x?xf32>
  %y = tensor.expand_shape %flat [[0], [1, 2]] output_shape [1, %n, 8] : tensor<1x?xf32> into tensor<1x?x8xf32>
  return %y : tensor<1x?x8xf32>
}

// -----

func.func private @elsewhere(tensor<1x?xi64>) -> tensor<1x?x8xf32>
func.func @main(%ids: tensor<1x?xi64>) -> tensor<1x?x8xf32> {
  // expected-error@below {{it is not known to treat tokens one by one}}
  %y = call @elsewhere(%ids) : (tensor<1x?xi64>) -> tensor<1x?x8xf32>
  return %y : tensor<1x?x8xf32>
}

// -----

func.func @main(%ids: tensor<1x?xi64>) -> tensor<1x?x8xf32> {
  %c3 = arith.constant 3 : index
  // expected-error@below {{expected one position for each token, from 0}}
  %p = ecolm.positions %c3 : tensor<?xi64>
  %y = tensor.empty(%c3) : tensor<1x?x8xf32>
  return %y : tensor<1x?x8xf32>
}

// -----

func.func @main(%ids: tensor<1x?xi64>) -> tensor<1x?x8xf32> {
  %c3 = arith.constant 3 : index
  %y = tensor.empty(%c3) : tensor<1x?x8xf32>
  // expected-error@below {{expected results with the tokens in dimension 1}}
  return %y : tensor<1x?x8xf32>
}

// RUN: ecolm-opt %s --ecolm-quantize-weights --split-input-file --verify-diagnostics

func.func @activations(%x: tensor<2x4xf32>) -> tensor<2x4x!ecolm.ternary> {
  // expected-error @+1 {{expected weights or a constant to quantize, but found a value of the run}}
  %c, %s = ecolm.ternary_quantize %x rule <twn>
      : tensor<2x4xf32> -> tensor<2x4x!ecolm.ternary>, tensor<f32>
  return %c : tensor<2x4x!ecolm.ternary>
}

// -----

func.func @computed_scale(%s: tensor<f32>) -> tensor<4x!ecolm.pot<min = 0, max = 7>> {
  %w = arith.constant dense<1.0> : tensor<4xf32>
  // expected-error @+1 {{expected weights or a constant to quantize, but found a value of the run}}
  %c = ecolm.pot_quantize %w, %s : tensor<4xf32>, tensor<f32>
      -> tensor<4x!ecolm.pot<min = 0, max = 7>>
  return %c : tensor<4x!ecolm.pot<min = 0, max = 7>>
}

// -----

func.func @terms() -> tensor<4x!ecolm.pot<min = 0, max = 7, terms = 2>> {
  %w = arith.constant dense<1.0> : tensor<4xf32>
  %s = arith.constant dense<1.0> : tensor<f32>
  // expected-error @+1 {{expected powers of two of one term, but found '!ecolm.pot<min = 0, max = 7, terms = 2>'}}
  %c = ecolm.pot_quantize %w, %s : tensor<4xf32>, tensor<f32>
      -> tensor<4x!ecolm.pot<min = 0, max = 7, terms = 2>>
  return %c : tensor<4x!ecolm.pot<min = 0, max = 7, terms = 2>>
}

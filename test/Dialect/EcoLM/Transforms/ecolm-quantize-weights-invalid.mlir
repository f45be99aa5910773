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

// -----

// expected-error @+1 {{'ecolm.weight' op the source has no bytes}}
ecolm.weight @elided : tensor<4xf32> = dense_resource<elided> : tensor<4xf32>
func.func @elided_weight() -> tensor<4x!ecolm.ternary> {
  %w = ecolm.get_weight @elided : tensor<4xf32>
  %c, %s = ecolm.ternary_quantize %w rule <twn>
      : tensor<4xf32> -> tensor<4x!ecolm.ternary>, tensor<f32>
  return %c : tensor<4x!ecolm.ternary>
}

// -----

// expected-error @+1 {{'ecolm.weight' op the source has 8 bytes, but its type asks for 16}}
ecolm.weight @short : tensor<4xf32> = dense_resource<short> : tensor<4xf32>
func.func @short_weight() -> tensor<4x!ecolm.ternary> {
  %w = ecolm.get_weight @short : tensor<4xf32>
  %c, %s = ecolm.ternary_quantize %w rule <twn>
      : tensor<4xf32> -> tensor<4x!ecolm.ternary>, tensor<f32>
  return %c : tensor<4x!ecolm.ternary>
}

{-#
  dialect_resources: { builtin: { short: "0x040000000000803f00000040" } }
#-}

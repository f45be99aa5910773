// RUN: ecolm-opt %s --split-input-file --verify-diagnostics

func.func @log_quantize_input(%x: tensor<8xf16>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of 32-bit float values, but got 'tensor<8xf16>'}}
  %q = ecolm.log_quantize %x : tensor<8xf16> -> tensor<8x!ecolm.pot<min = -6, max = 1>>
  return
}

// -----

func.func @log_quantize_result(%x: tensor<8xf32>) {
  // expected-error @+1 {{result #0 must be ranked tensor of a signed power of two, or a sum of several values, but got 'tensor<8xi8>'}}
  %q = ecolm.log_quantize %x : tensor<8xf32> -> tensor<8xi8>
  return
}

// -----

func.func @log_quantize_terms(%x: tensor<8xf32>) {
  // expected-error @+1 {{expected a result type of one term, but found 2}}
  %q = ecolm.log_quantize %x : tensor<8xf32>
      -> tensor<8x!ecolm.pot<min = -6, max = 1, terms = 2>>
  return
}

// -----

func.func @log_quantize_zero(%x: tensor<8xf32>) {
  // expected-error @+1 {{expected a result type with zero, but found '!ecolm.pot<min = -6, max = 1, zero = false>'}}
  %q = ecolm.log_quantize %x underflow <clamp> : tensor<8xf32>
      -> tensor<8x!ecolm.pot<min = -6, max = 1, zero = false>>
  return
}

// -----

func.func @log_quantize_shape(%x: tensor<4x8xf32>) {
  // expected-error @+1 {{expected a result of shape [4, 8], but found [4, 7]}}
  %q = ecolm.log_quantize %x : tensor<4x8xf32> -> tensor<4x7x!ecolm.pot<min = -6, max = 1>>
  return
}

// -----

func.func @ternary_codes(%x: tensor<4x8xf32>) {
  // expected-error @+1 {{expected codes of shape [4, 8], but found [8, 4]}}
  %c, %s = ecolm.ternary_quantize %x rule <twn>
      : tensor<4x8xf32> -> tensor<8x4x!ecolm.ternary>, tensor<f32>
  return
}

// -----

func.func @ternary_given(%x: tensor<4x8xf32>) {
  // expected-error @+1 {{expected a threshold for the rule 'given'}}
  %c, %s = ecolm.ternary_quantize %x rule <given>
      : tensor<4x8xf32> -> tensor<4x8x!ecolm.ternary>, tensor<f32>
  return
}

// -----

func.func @ternary_not_given(%x: tensor<4x8xf32>) {
  // expected-error @+1 {{expected no threshold for the rule 'twn'}}
  %c, %s = ecolm.ternary_quantize %x rule <twn> threshold 0.5
      : tensor<4x8xf32> -> tensor<4x8x!ecolm.ternary>, tensor<f32>
  return
}

// -----

func.func @ternary_threshold(%x: tensor<4x8xf32>) {
  // expected-error @+1 {{expected a threshold that is not negative, but found -5.000000e-01 : f32}}
  %c, %s = ecolm.ternary_quantize %x rule <given> threshold -0.5
      : tensor<4x8xf32> -> tensor<4x8x!ecolm.ternary>, tensor<f32>
  return
}

// -----

func.func @ternary_group(%x: tensor<4x8xf32>) {
  // expected-error @+1 {{expected a group of -1, 0 or more, but found -2}}
  %c, %s = ecolm.ternary_quantize %x rule <twn> group -2
      : tensor<4x8xf32> -> tensor<4x8x!ecolm.ternary>, tensor<f32>
  return
}

// -----

func.func @ternary_tensor_scale(%x: tensor<4x8xf32>) {
  // expected-error @+1 {{expected a scale of shape [], but found [4]}}
  %c, %s = ecolm.ternary_quantize %x rule <twn>
      : tensor<4x8xf32> -> tensor<4x8x!ecolm.ternary>, tensor<4xf32>
  return
}

// -----

func.func @ternary_matrix(%x: tensor<8xf32>) {
  // expected-error @+1 {{expected a matrix where rows or groups have scales, but found rank 1}}
  %c, %s = ecolm.ternary_quantize %x rule <twn> group -1
      : tensor<8xf32> -> tensor<8x!ecolm.ternary>, tensor<8xf32>
  return
}

// -----

func.func @ternary_row_scale(%x: tensor<4x8xf32>) {
  // expected-error @+1 {{expected a scale of shape [4], but found [8]}}
  %c, %s = ecolm.ternary_quantize %x rule <twn> group -1
      : tensor<4x8xf32> -> tensor<4x8x!ecolm.ternary>, tensor<8xf32>
  return
}

// -----

func.func @ternary_group_scale(%x: tensor<4x8xf32>) {
  // expected-error @+1 {{expected a scale of shape [4, 3], but found [4, 2]}}
  %c, %s = ecolm.ternary_quantize %x rule <twn> group 3
      : tensor<4x8xf32> -> tensor<4x8x!ecolm.ternary>, tensor<4x2xf32>
  return
}

// -----

func.func @pot_codes(%x: tensor<4x8xf32>, %s: tensor<f32>) {
  // expected-error @+1 {{expected codes of shape [4, 8], but found [8, 4]}}
  %c = ecolm.pot_quantize %x, %s
      : tensor<4x8xf32>, tensor<f32> -> tensor<8x4x!ecolm.pot<min = -6, max = 1>>
  return
}

// -----

func.func @pot_underflow(%x: tensor<4x8xf32>, %s: tensor<f32>) {
  // expected-error @+1 {{expected underflow 'clamp' for a type without zero, but found 'zero'}}
  %c = ecolm.pot_quantize %x, %s : tensor<4x8xf32>, tensor<f32>
      -> tensor<4x8x!ecolm.pot<min = 0, max = 7, zero = false>>
  return
}

// -----

func.func @pot_matrix(%x: tensor<8xf32>, %s: tensor<8xf32>) {
  // expected-error @+1 {{expected a matrix where rows or groups have scales, but found rank 1}}
  %c = ecolm.pot_quantize %x, %s
      : tensor<8xf32>, tensor<8xf32> -> tensor<8x!ecolm.pot<min = -6, max = 1>>
  return
}

// -----

func.func @pot_scale_rank(%x: tensor<4x8xf32>, %s: tensor<4x2x2xf32>) {
  // expected-error @+1 {{expected a scale of rank 0, 1 or 2, but found rank 3}}
  %c = ecolm.pot_quantize %x, %s
      : tensor<4x8xf32>, tensor<4x2x2xf32> -> tensor<4x8x!ecolm.pot<min = -6, max = 1>>
  return
}

// -----

func.func @pot_row_scale(%x: tensor<4x8xf32>, %s: tensor<8xf32>) {
  // expected-error @+1 {{expected a scale of shape [4], but found [8]}}
  %c = ecolm.pot_quantize %x, %s
      : tensor<4x8xf32>, tensor<8xf32> -> tensor<4x8x!ecolm.pot<min = -6, max = 1>>
  return
}

// -----

func.func @pot_group_scale(%x: tensor<4x8xf32>, %s: tensor<4x3xf32>) {
  // expected-error @+1 {{expected the groups of a row to divide its 8 elements, but found 3}}
  %c = ecolm.pot_quantize %x, %s
      : tensor<4x8xf32>, tensor<4x3xf32> -> tensor<4x8x!ecolm.pot<min = -6, max = 1>>
  return
}

// -----

func.func @int8_scalar(%x: tensor<f32>) {
  // expected-error @+1 {{expected an input of at least rank 1, but found rank 0}}
  %c, %s = ecolm.quantize_int8 %x : tensor<f32> -> tensor<i8>, tensor<f32>
  return
}

// -----

func.func @int8_codes(%x: tensor<4x8xf32>) {
  // expected-error @+1 {{expected codes of shape [4, 8], but found [4]}}
  %c, %s = ecolm.quantize_int8 %x : tensor<4x8xf32> -> tensor<4xi8>, tensor<4xf32>
  return
}

// -----

func.func @int8_scale(%x: tensor<4x8xf32>) {
  // expected-error @+1 {{expected a scale of shape [4], but found [4, 1]}}
  %c, %s = ecolm.quantize_int8 %x : tensor<4x8xf32> -> tensor<4x8xi8>, tensor<4x1xf32>
  return
}

// -----

func.func @dequantize_codes(%x: tensor<4x8xf32>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of a number in {-1, 0, +1} or a signed power of two, or a sum of several or signless integer values, but got 'tensor<4x8xf32>'}}
  %y = ecolm.dequantize %x : tensor<4x8xf32> -> tensor<4x8xf32>
  return
}

// -----

func.func @dequantize_result(%x: tensor<4x8xi8>) {
  // expected-error @+1 {{expected a result of shape [4, 8], but found [8, 4]}}
  %y = ecolm.dequantize %x : tensor<4x8xi8> -> tensor<8x4xf32>
  return
}

// -----

func.func @dequantize_scalar(%x: tensor<i8>, %s: tensor<1xf32>) {
  // expected-error @+1 {{expected codes of at least rank 1, but found rank 0}}
  %y = ecolm.dequantize %x scale %s : tensor<i8>, tensor<1xf32> -> tensor<f32>
  return
}

// -----

func.func @dequantize_group(%x: tensor<4x8xi8>, %s: tensor<4x5xf32>) {
  // expected-error @+1 {{expected the groups of a row to divide its 8 elements, but found 5}}
  %y = ecolm.dequantize %x scale %s
      : tensor<4x8xi8>, tensor<4x5xf32> -> tensor<4x8xf32>
  return
}

// -----

func.func @dequantize_group_rows(%x: tensor<4x8xi8>, %s: tensor<2x4xf32>) {
  // expected-error @+1 {{expected a scale of shape [4, 4], but found [2, 4]}}
  %y = ecolm.dequantize %x scale %s
      : tensor<4x8xi8>, tensor<2x4xf32> -> tensor<4x8xf32>
  return
}

// -----

func.func @int8_without_bound(%x: tensor<4x8xf32>) {
  // expected-error @+1 {{expects a positive normal epsilon, found 0.000000e+00}}
  %c, %s = ecolm.quantize_int8 %x epsilon 0.0 : tensor<4x8xf32> -> tensor<4x8xi8>, tensor<4xf32>
  return
}

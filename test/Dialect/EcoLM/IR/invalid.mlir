// RUN: ecolm-opt %s --split-input-file --verify-diagnostics

func.func @factor_scalar_input(%x: tensor<f32>, %v: tensor<1x1x1x1xf32>) {
  // expected-error @+1 {{expected an input of at least rank 1, but found rank 0}}
  %y = ecolm.butterfly_factor %x, %v : tensor<f32>, tensor<1x1x1x1xf32> -> tensor<f32>
  return
}

// -----

func.func @factor_product(%x: tensor<8xi8>, %v: tensor<4x2x2x1xf32>) {
  // expected-error @+1 {{expected element types with an exact product, but found 'i8' and 'f32'}}
  %y = ecolm.butterfly_factor %x, %v : tensor<8xi8>, tensor<4x2x2x1xf32> -> tensor<8xi32>
  return
}

// -----

func.func @factor_result_element(%x: tensor<8xi8>, %v: tensor<4x2x2x1x!ecolm.ternary>) {
  // expected-error @+1 {{expected a result of 'i32' for inputs of 'i8' and weights of '!ecolm.ternary', but found 'f32'}}
  %y = ecolm.butterfly_factor %x, %v : tensor<8xi8>, tensor<4x2x2x1x!ecolm.ternary> -> tensor<8xf32>
  return
}

// -----

func.func @factor_rank(%x: tensor<4x8xf32>, %v: tensor<2x4x2x2x1xf32>) {
  // expected-error @+1 {{expected a factor of rank 4, but found rank 5}}
  %y = ecolm.butterfly_factor %x, %v : tensor<4x8xf32>, tensor<2x4x2x2x1xf32> -> tensor<4x16xf32>
  return
}

// -----

func.func @factor_dynamic(%x: tensor<4x8xf32>, %v: tensor<?x2x2x1xf32>) {
  // expected-error @+1 {{expected a factor of static, positive sizes, but found [?, 2, 2, 1]}}
  %y = ecolm.butterfly_factor %x, %v : tensor<4x8xf32>, tensor<?x2x2x1xf32> -> tensor<4x8xf32>
  return
}

// -----

func.func @factor_empty(%x: tensor<4x8xf32>, %v: tensor<4x0x2x1xf32>) {
  // expected-error @+1 {{expected a factor of static, positive sizes, but found [4, 0, 2, 1]}}
  %y = ecolm.butterfly_factor %x, %v : tensor<4x8xf32>, tensor<4x0x2x1xf32> -> tensor<4x0xf32>
  return
}

// -----

func.func @factor_inputs(%x: tensor<4x8xf32>, %v: tensor<2x2x2x1xf32>) {
  // expected-error @+1 {{expected a last dimension of 4, but found 8}}
  %y = ecolm.butterfly_factor %x, %v : tensor<4x8xf32>, tensor<2x2x2x1xf32> -> tensor<4x4xf32>
  return
}

// -----

func.func @factor_result(%x: tensor<4x8xf32>, %v: tensor<4x3x2x1xf32>) {
  // expected-error @+1 {{expected a result of shape [4, 12], but found [4, 8]}}
  %y = ecolm.butterfly_factor %x, %v : tensor<4x8xf32>, tensor<4x3x2x1xf32> -> tensor<4x8xf32>
  return
}

// -----

func.func @factor_value_type(%x: tensor<4x8xf32>, %v: tensor<4x2x2x1xi16>) {
  // expected-error @+1 {{operand #1 must be ranked tensor of 32-bit float or 2-bit signless integer or 4-bit signless integer or 8-bit signless integer or a number in {-1, 0, +1} or a signed power of two, or a sum of several values, but got 'tensor<4x2x2x1xi16>'}}
  %y = ecolm.butterfly_factor %x, %v : tensor<4x8xf32>, tensor<4x2x2x1xi16> -> tensor<4x8xf32>
  return
}

// -----

func.func @butterfly_scalar_input(%x: tensor<f32>, %v: tensor<1x1x1x1xf32>) {
  // expected-error @+1 {{expected an input of at least rank 1, but found rank 0}}
  %y = ecolm.butterfly %x, %v : (tensor<f32>, tensor<1x1x1x1xf32>) -> tensor<f32>
  return
}

// -----

func.func @butterfly_without_factors(%x: tensor<4x8xf32>) {
  // expected-error @+1 {{expected at least one factor, but found none}}
  %y = "ecolm.butterfly"(%x) : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @butterfly_rank(%x: tensor<4x8xf32>, %f: tensor<8x8xf32>) {
  // expected-error @+1 {{expected a factor of rank 4 or 5, but found rank 2}}
  %y = ecolm.butterfly %x, %f : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @butterfly_partial_element(%x: tensor<4x8xf32>, %f: tensor<4x2x2x1xf32>, %g: tensor<4x2x2x1xi8>, %z: tensor<8xi8>) {
  // expected-error @+1 {{expected element types with an exact product, but found 'i32' and 'f32'}}
  %y = ecolm.butterfly %z, %g, %f : (tensor<8xi8>, tensor<4x2x2x1xi8>, tensor<4x2x2x1xf32>) -> tensor<8xi32>
  return
}

// -----

func.func @butterfly_stacks(%x: tensor<4x8xf32>, %f: tensor<2x4x2x2x1xf32>, %g: tensor<2x2x2x2xf32>) {
  // expected-error @+1 {{expected 2 stacks in factor 1, but found 1}}
  %y = ecolm.butterfly %x, %f, %g : (tensor<4x8xf32>, tensor<2x4x2x2x1xf32>, tensor<2x2x2x2xf32>) -> tensor<4x16xf32>
  return
}

// -----

func.func @butterfly_chain(%x: tensor<4x8xf32>, %f: tensor<4x2x2x1xf32>, %g: tensor<2x2x3x2xf32>) {
  // expected-error @+1 {{expected factor 1 to take 8 inputs, but found 12}}
  %y = ecolm.butterfly %x, %f, %g : (tensor<4x8xf32>, tensor<4x2x2x1xf32>, tensor<2x2x3x2xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @butterfly_inputs(%x: tensor<4x9xf32>, %f: tensor<4x2x2x1xf32>) {
  // expected-error @+1 {{expected at most 8 inputs, but found 9}}
  %y = ecolm.butterfly %x, %f : (tensor<4x9xf32>, tensor<4x2x2x1xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @butterfly_outputs(%x: tensor<4x8xf32>, %f: tensor<2x4x2x2x1xf32>) {
  // expected-error @+1 {{expected at most 16 outputs, but found 17}}
  %y = ecolm.butterfly %x, %f : (tensor<4x8xf32>, tensor<2x4x2x2x1xf32>) -> tensor<4x17xf32>
  return
}

// -----

func.func @butterfly_rows(%x: tensor<4x8xf32>, %f: tensor<4x2x2x1xf32>) {
  // expected-error @+1 {{expected a result of shape [4, 8], but found [5, 8]}}
  %y = ecolm.butterfly %x, %f : (tensor<4x8xf32>, tensor<4x2x2x1xf32>) -> tensor<5x8xf32>
  return
}

// -----

func.func @butterfly_arithmetic(%x: tensor<4x8xf32>, %f: tensor<4x2x2x1xf32>) {
  // expected-error @+1 {{expected native or exponent_add arithmetic for results of 'f32', but found shift_add}}
  %y = ecolm.butterfly %x, %f arithmetic <shift_add>
      : (tensor<4x8xf32>, tensor<4x2x2x1xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @matmul_scalar_input(%x: tensor<f32>, %w: tensor<3x8xf32>) {
  // expected-error @+1 {{expected an input of at least rank 1, but found rank 0}}
  %y = ecolm.matmul %x, %w : tensor<f32>, tensor<3x8xf32> -> tensor<3xf32>
  return
}

// -----

func.func @matmul_product(%x: tensor<8x!ecolm.pot<min = 0, max = 7>>, %w: tensor<3x8xf32>) {
  // expected-error @+1 {{expected element types with an exact product, but found '!ecolm.pot<min = 0, max = 7>' and 'f32'}}
  %y = ecolm.matmul %x, %w : tensor<8x!ecolm.pot<min = 0, max = 7>>, tensor<3x8xf32> -> tensor<3xf32>
  return
}

// -----

func.func @matmul_weights(%x: tensor<4x8xf32>, %w: tensor<3x7xf32>) {
  // expected-error @+1 {{expected weights of shape [?, 8], but found [3, 7]}}
  %y = ecolm.matmul %x, %w : tensor<4x8xf32>, tensor<3x7xf32> -> tensor<4x3xf32>
  return
}

// -----

func.func @matmul_weights_rank(%x: tensor<4x8xf32>, %w: tensor<8xf32>) {
  // expected-error @+1 {{expected weights of shape [?, 8], but found [8]}}
  %y = ecolm.matmul %x, %w : tensor<4x8xf32>, tensor<8xf32> -> tensor<4x1xf32>
  return
}

// -----

func.func @matmul_result(%x: tensor<4x8xf32>, %w: tensor<3x8xf32>) {
  // expected-error @+1 {{expected a result of shape [4, 3], but found [4, 8]}}
  %y = ecolm.matmul %x, %w : tensor<4x8xf32>, tensor<3x8xf32> -> tensor<4x8xf32>
  return
}

// -----

func.func @matmul_arithmetic(%x: tensor<4x8xi8>, %w: tensor<3x8xi8>) {
  // expected-error @+1 {{expected native or shift_add arithmetic for results of 'i32', but found exponent_add}}
  %y = ecolm.matmul %x, %w arithmetic <exponent_add>
      : tensor<4x8xi8>, tensor<3x8xi8> -> tensor<4x3xi32>
  return
}

// -----

func.func @shift_scalar(%x: tensor<f32>) {
  // expected-error @+1 {{expected an input of at least rank 1, but found rank 0}}
  %y = ecolm.shift %x by [1] : tensor<f32>
  return
}

// -----

func.func @shift_element(%x: tensor<4xf16>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of 32-bit float or 8-bit signless integer or 16-bit signless integer or 32-bit signless integer or 64-bit signless integer values, but got 'tensor<4xf16>'}}
  %y = ecolm.shift %x by [1] : tensor<4xf16>
  return
}

// -----

func.func @shift_count(%x: tensor<4x8xf32>) {
  // expected-error @+1 {{expected one exponent or one for each element of the last dimension of [4, 8], but found 3}}
  %y = ecolm.shift %x by [1, 2, 3] : tensor<4x8xf32>
  return
}

// -----

func.func @shift_count_empty(%x: tensor<4x8xf32>) {
  // expected-error @+1 {{expected one exponent or one for each element of the last dimension of [4, 8], but found 0}}
  %y = ecolm.shift %x by [] : tensor<4x8xf32>
  return
}

// -----

func.func @shift_count_dynamic(%x: tensor<4x?xf32>) {
  // expected-error @+1 {{expected one exponent or one for each element of the last dimension of [4, ?], but found 2}}
  %y = ecolm.shift %x by [1, 2] : tensor<4x?xf32>
  return
}

// -----

func.func @shift_range(%x: tensor<4x8xf32>) {
  // expected-error @+1 {{expected exponents in [-252, 252] for 'f32', but found 253}}
  %y = ecolm.shift %x by [253] : tensor<4x8xf32>
  return
}

// -----

func.func @shift_range_integer(%x: tensor<8xi32>) {
  // expected-error @+1 {{expected exponents in [-31, 31] for 'i32', but found -32}}
  %y = ecolm.shift %x by [-32] : tensor<8xi32>
  return
}

// -----

func.func @shift_rounding(%x: tensor<4x8xf32>) {
  // expected-error @+1 {{expected rounding 'floor' for f32, but found 'half_up'}}
  %y = ecolm.shift %x by [-1] rounding <half_up> : tensor<4x8xf32>
  return
}

// -----

func.func @shift_arithmetic(%x: tensor<4x8xf32>) {
  // expected-error @+1 {{expected native or exponent_add arithmetic for results of 'f32', but found shift_add}}
  %y = ecolm.shift %x by [-1] arithmetic <shift_add> : tensor<4x8xf32>
  return
}

// -----

func.func @dot_bytes(%s: vector<16xi32>, %x: vector<32xi8>) {
  // expected-error @+1 {{expected vectors of 64 bytes, four for each lane, but found 'vector<32xi8>'}}
  %y = ecolm.dot %s + (%x) * (%x) bound 2 : vector<16xi32>, vector<32xi8>
  return
}

// -----

func.func @lookup_of_narrow(%table: vector<16xf32>, %i: vector<64xi8>) {
  // expected-error @+1 {{expected indices of 32 bits, as the table's elements have, but found 'vector<64xi8>'}}
  %y = ecolm.lookup %table at %i : vector<16xf32>, vector<64xi8> -> vector<64xf32>
  return
}

// -----

func.func @lookup_of_many_floats(%table: vector<256xf32>, %i: vector<16xi32>) {
  // expected-error @+1 {{expected a table of 16 elements, or of 256 bytes, but found 'vector<256xf32>'}}
  %y = ecolm.lookup %table at %i : vector<256xf32>, vector<16xi32> -> vector<16xf32>
  return
}

// -----

func.func @lookup_result(%table: vector<16xi8>, %i: vector<64xi8>) {
  // expected-error @+1 {{expected a result of 'vector<64xi8>', but found 'vector<32xi8>'}}
  %y = ecolm.lookup %table at %i : vector<16xi8>, vector<64xi8> -> vector<32xi8>
  return
}

// -----

func.func @dot_nothing(%s: vector<16xi32>) {
  // expected-error @+1 {{expected at least one term}}
  %y = "ecolm.dot"(%s) {bound = 2 : i32} : (vector<16xi32>) -> vector<16xi32>
  return
}

// RUN: ecolm-opt %s --split-input-file --verify-diagnostics

// expected-error @+1 {{type attribute of statically shaped tensor of any type values}}
ecolm.weight @dynamic : tensor<?xf32>
    = dense<0.0> : tensor<4xf32>

// -----

// expected-error @+1 {{expected a matrix for a transposed source, but found rank 1}}
ecolm.weight @transposed_vector : tensor<4xf32>
    = dense<0.0> : tensor<4xf32> transposed

// -----

// expected-error @+1 {{expected a source of 'f32', but found 'i8'}}
ecolm.weight @source_element : tensor<4xf32>
    = dense<0> : tensor<4xi8>

// -----

// expected-error @+1 {{expected a source of '!ecolm.ternary', but found 'i8'}}
ecolm.weight @unpacked_ternary : tensor<4x!ecolm.ternary>
    = dense<0> : tensor<4xi8>

// -----

// expected-error @+1 {{expected a source of shape [2, 4], but found [4, 2]}}
ecolm.weight @source_shape : tensor<2x4xf32>
    = dense<0.0> : tensor<4x2xf32>

// -----

// expected-error @+1 {{expected a source of shape [4, 2], but found [2, 4]}}
ecolm.weight @source_transposed_shape : tensor<2x4xf32>
    = dense<0.0> : tensor<2x4xf32> transposed

// -----

// expected-error @+1 {{expected a source of shape [2, 4], but found [7]}}
ecolm.weight @source_flat : tensor<2x4xf32>
    = dense<0.0> : tensor<7xf32>

// -----

// expected-error @+1 {{expected a source packing of bytes, codes2, base3 or nibbles, but found plain}}
ecolm.weight @packing_plain : tensor<4xf32>
    = dense<0.0> : tensor<4xf32> packing <plain>

// -----

// expected-error @+1 {{expected a source packing of bytes, codes2, base3 or nibbles, but found bitplanes}}
ecolm.weight @packing_bitplanes : tensor<4x!ecolm.ternary>
    = dense<0> : tensor<1xui8> packing <bitplanes>

// -----

// expected-error @+1 {{expected ternary elements or i2 for packing codes2, but found 'f32'}}
ecolm.weight @packing_element : tensor<4xf32>
    = dense<0> : tensor<1xui8> packing <codes2>

// -----

// expected-error @+1 {{expected a source of 8-bit integers, but found 'i16'}}
ecolm.weight @bytes_element : tensor<4x!ecolm.ternary>
    = dense<0> : tensor<4xi16> packing <bytes>

// -----

// expected-error @+1 {{expected a source of shape [2, 2], but found [1, 4]}}
ecolm.weight @bytes_shape : tensor<2x2x!ecolm.ternary>
    = dense<0> : tensor<1x4xi8> packing <bytes>

// -----

// expected-error @+1 {{expected a source of ui8, but found 'i8'}}
ecolm.weight @codes2_element : tensor<4x!ecolm.ternary>
    = dense<0> : tensor<1xi8> packing <codes2>

// -----

// expected-error @+1 {{expected a source of shape [3], but found [2]}}
ecolm.weight @codes2_size : tensor<9x!ecolm.ternary>
    = dense<0> : tensor<2xui8> packing <codes2>

// -----

// expected-error @+1 {{expected a source of shape [2], but found [3]}}
ecolm.weight @base3_size : tensor<10x!ecolm.ternary>
    = dense<0> : tensor<3xui8> packing <base3>

// -----

// expected-error @+1 {{expected a source of shape [5], but found [4]}}
ecolm.weight @nibbles_size : tensor<9x!ecolm.pot<min = 0, max = 6>>
    = dense<0> : tensor<4xui8> packing <nibbles>

// -----

// expected-error @+1 {{expected a source packing for elements of 'i4', but found none}}
ecolm.weight @narrow : tensor<4xi4> = dense<0> : tensor<4xi4>

// -----

// expected-error @+1 {{expected a source of shape [3], but found [2]}}
ecolm.weight @i4_size : tensor<5xi4> = dense<0> : tensor<2xui8> packing <nibbles>

// -----

func.func @unknown() {
  // expected-error @+1 {{expected @missing to name an ecolm.weight, but found no symbol}}
  %w = ecolm.get_weight @missing : tensor<4xf32>
  return
}

// -----

// expected-note @+1 {{the symbol is declared here}}
func.func private @callee()
func.func @other_symbol() {
  // expected-error @+1 {{expected @callee to name an ecolm.weight, but found another symbol}}
  %w = ecolm.get_weight @callee : tensor<4xf32>
  return
}

// -----

// expected-note @+1 {{the weight is declared here}}
ecolm.weight @gamma : tensor<4xf32> = dense<1.0> : tensor<4xf32>
func.func @declared_type() {
  // expected-error @+1 {{expected the declared type 'tensor<4xf32>', but found 'tensor<5xf32>'}}
  %w = ecolm.get_weight @gamma : tensor<5xf32>
  return
}

// -----

// expected-error @+1 {{attribute 'type' failed to satisfy constraint: type attribute of statically shaped tensor of any type values}}
ecolm.weight @dynamic : tensor<?x4xf32> = dense<1.0> : tensor<4x4xf32>

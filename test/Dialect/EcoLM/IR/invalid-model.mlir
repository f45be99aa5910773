// RUN: ecolm-opt %s --split-input-file --verify-diagnostics

func.func @norm_scalar(%x: tensor<f32>, %g: tensor<1xf32>) {
  // expected-error @+1 {{expected an input of at least rank 1, but found rank 0}}
  %y = ecolm.rms_norm %x, %g epsilon 0.0 : tensor<f32>, tensor<1xf32>
  return
}

// -----

func.func @norm_gamma(%x: tensor<4x8xf32>, %g: tensor<4xf32>) {
  // expected-error @+1 {{expected gamma of shape [8], but found [4]}}
  %y = ecolm.layer_norm %x, %g epsilon 0.0 : tensor<4x8xf32>, tensor<4xf32>
  return
}

// -----

func.func @norm_beta(%x: tensor<4x8xf32>, %g: tensor<8xf32>, %b: tensor<4xf32>) {
  // expected-error @+1 {{expected beta of shape [8], but found [4]}}
  %y = ecolm.layer_norm %x, %g, %b epsilon 0.0
      : tensor<4x8xf32>, tensor<8xf32>, tensor<4xf32>
  return
}

// -----

func.func @norm_epsilon(%x: tensor<4x8xf32>, %g: tensor<8xf32>) {
  // expected-error @+1 {{expected a finite epsilon that is not negative, but found -1.000000e+00 : f32}}
  %y = ecolm.layer_norm %x, %g epsilon -1.0 : tensor<4x8xf32>, tensor<8xf32>
  return
}

// -----

func.func @norm_epsilon_nan(%x: tensor<4x8xf32>, %g: tensor<8xf32>) {
  // expected-error @+1 {{expected a finite epsilon that is not negative, but found 0x7FC00000 : f32}}
  %y = ecolm.rms_norm %x, %g epsilon 0x7FC00000 : tensor<4x8xf32>, tensor<8xf32>
  return
}

// -----

func.func @attention_groups(%q: tensor<1x5x8xf32>, %k: tensor<1x5x4xf32>, %v: tensor<1x5x4xf32>) {
  // expected-error @+1 {{expected kv_heads to divide heads, but found heads 4 and kv_heads 3}}
  %y = ecolm.attention %q, %k, %v heads 4 kv_heads 3 scale 0.5
      : tensor<1x5x8xf32>, tensor<1x5x4xf32>, tensor<1x5x4xf32>
  return
}

// -----

func.func @attention_no_heads(%q: tensor<1x5x8xf32>, %k: tensor<1x5x4xf32>, %v: tensor<1x5x4xf32>) {
  // expected-error @+1 {{expected kv_heads to divide heads, but found heads 4 and kv_heads 0}}
  %y = ecolm.attention %q, %k, %v heads 4 kv_heads 0 scale 0.5
      : tensor<1x5x8xf32>, tensor<1x5x4xf32>, tensor<1x5x4xf32>
  return
}

// -----

func.func @attention_scale(%q: tensor<1x5x8xf32>, %k: tensor<1x5x4xf32>, %v: tensor<1x5x4xf32>) {
  // expected-error @+1 {{expected a finite scale, but found 0x7F800000 : f32}}
  %y = ecolm.attention %q, %k, %v heads 4 kv_heads 2 scale 0x7F800000
      : tensor<1x5x8xf32>, tensor<1x5x4xf32>, tensor<1x5x4xf32>
  return
}

// -----

func.func @attention_rank(%q: tensor<5x8xf32>, %k: tensor<5x4xf32>, %v: tensor<5x4xf32>) {
  // expected-error @+1 {{expected a query of rank 3, but found rank 2}}
  %y = ecolm.attention %q, %k, %v heads 4 kv_heads 2 scale 0.5
      : tensor<5x8xf32>, tensor<5x4xf32>, tensor<5x4xf32>
  return
}

// -----

func.func @attention_heads(%q: tensor<1x5x8xf32>, %k: tensor<1x5x4xf32>, %v: tensor<1x5x4xf32>) {
  // expected-error @+1 {{expected heads to divide the query's last dimension, but found 3 and 8}}
  %y = ecolm.attention %q, %k, %v heads 3 kv_heads 1 scale 0.5
      : tensor<1x5x8xf32>, tensor<1x5x4xf32>, tensor<1x5x4xf32>
  return
}

// -----

func.func @attention_key(%q: tensor<1x5x8xf32>, %k: tensor<1x5x4xf32>, %v: tensor<1x5x4xf32>) {
  // expected-error @+1 {{expected a key of shape [1, ?, 8], but found [1, 5, 4]}}
  %y = ecolm.attention %q, %k, %v heads 4 kv_heads 4 scale 0.5
      : tensor<1x5x8xf32>, tensor<1x5x4xf32>, tensor<1x5x4xf32>
  return
}

// -----

func.func @attention_value(%q: tensor<1x5x8xf32>, %k: tensor<1x5x4xf32>, %v: tensor<1x6x4xf32>) {
  // expected-error @+1 {{expected a value of shape [1, 5, 4], but found [1, 6, 4]}}
  %y = ecolm.attention %q, %k, %v heads 4 kv_heads 2 scale 0.5
      : tensor<1x5x8xf32>, tensor<1x5x4xf32>, tensor<1x6x4xf32>
  return
}

// -----

func.func @cached_groups(%q: tensor<1x5x8xf32>, %k: tensor<1x5x4xf32>, %v: tensor<1x5x4xf32>,
    %p: index, %kc: memref<2x1x2x16xf32>, %vc: memref<2x16x2xf32>) {
  // expected-error @+1 {{expected kv_heads to divide heads, but found heads 3 and kv_heads 2}}
  %y = ecolm.cached_attention %q, %k, %v at %p cache %kc, %vc heads 3 kv_heads 2 scale 0.5
      : tensor<1x5x8xf32>, tensor<1x5x4xf32>, tensor<1x5x4xf32>,
        memref<2x1x2x16xf32>, memref<2x16x2xf32>
  return
}

// -----

func.func @cached_batch(%q: tensor<2x5x8xf32>, %k: tensor<2x5x4xf32>, %v: tensor<2x5x4xf32>,
    %p: index, %kc: memref<2x1x2x16xf32>, %vc: memref<2x16x2xf32>) {
  // expected-error @+1 {{expected a query of shape [1, 5, 8], but found [2, 5, 8]}}
  %y = ecolm.cached_attention %q, %k, %v at %p cache %kc, %vc heads 4 kv_heads 2 scale 0.5
      : tensor<2x5x8xf32>, tensor<2x5x4xf32>, tensor<2x5x4xf32>,
        memref<2x1x2x16xf32>, memref<2x16x2xf32>
  return
}

// -----

func.func @cached_length(%q: tensor<1x5x8xf32>, %k: tensor<1x6x4xf32>, %v: tensor<1x6x4xf32>,
    %p: index, %kc: memref<2x1x2x16xf32>, %vc: memref<2x16x2xf32>) {
  // expected-error @+1 {{expected a key of shape [1, 5, ?], but found [1, 6, 4]}}
  %y = ecolm.cached_attention %q, %k, %v at %p cache %kc, %vc heads 4 kv_heads 2 scale 0.5
      : tensor<1x5x8xf32>, tensor<1x6x4xf32>, tensor<1x6x4xf32>,
        memref<2x1x2x16xf32>, memref<2x16x2xf32>
  return
}

// -----

func.func @cached_keys(%q: tensor<1x5x8xf32>, %k: tensor<1x5x4xf32>, %v: tensor<1x5x4xf32>,
    %p: index, %kc: memref<2x1x16x2xf32>, %vc: memref<2x16x2xf32>) {
  // expected-error @+1 {{expected a key cache of shape [2, ?, 2, ?], but found [2, 1, 16, 2]}}
  %y = ecolm.cached_attention %q, %k, %v at %p cache %kc, %vc heads 4 kv_heads 2 scale 0.5
      : tensor<1x5x8xf32>, tensor<1x5x4xf32>, tensor<1x5x4xf32>,
        memref<2x1x16x2xf32>, memref<2x16x2xf32>
  return
}

// -----

func.func @cached_values(%q: tensor<1x5x8xf32>, %k: tensor<1x5x4xf32>, %v: tensor<1x5x4xf32>,
    %p: index, %kc: memref<2x1x2x16xf32>, %vc: memref<2x2x16xf32>) {
  // expected-error @+1 {{expected a value cache of shape [2, 16, 2], but found [2, 2, 16]}}
  %y = ecolm.cached_attention %q, %k, %v at %p cache %kc, %vc heads 4 kv_heads 2 scale 0.5
      : tensor<1x5x8xf32>, tensor<1x5x4xf32>, tensor<1x5x4xf32>,
        memref<2x1x2x16xf32>, memref<2x2x16xf32>
  return
}

// -----

func.func @cached_element(%q: tensor<1x5x8xf32>, %k: tensor<1x5x4xf32>, %v: tensor<1x5x4xf32>,
    %p: index, %kc: memref<2x1x2x16xbf16>, %vc: memref<2x16x2xf32>) {
  // expected-error @+1 {{operand #4 must be 4D memref of 32-bit float or 16-bit float or 8-bit signless integer values, but got 'memref<2x1x2x16xbf16>'}}
  %y = ecolm.cached_attention %q, %k, %v at %p cache %kc, %vc heads 4 kv_heads 2 scale 0.5
      : tensor<1x5x8xf32>, tensor<1x5x4xf32>, tensor<1x5x4xf32>,
        memref<2x1x2x16xbf16>, memref<2x16x2xf32>
  return
}

// -----

func.func @cached_elements(%q: tensor<1x5x8xf32>, %k: tensor<1x5x4xf32>, %v: tensor<1x5x4xf32>,
    %p: index, %kc: memref<2x1x2x16xf16>, %vc: memref<2x16x2xf32>) {
  // expected-error @+1 {{expected caches of one element type, but found 'f16' and 'f32'}}
  %y = ecolm.cached_attention %q, %k, %v at %p cache %kc, %vc heads 4 kv_heads 2 scale 0.5
      : tensor<1x5x8xf32>, tensor<1x5x4xf32>, tensor<1x5x4xf32>,
        memref<2x1x2x16xf16>, memref<2x16x2xf32>
  return
}

// -----

// The scale of a row of bytes has four of its own.
func.func @cached_scales(%q: tensor<1x5x8xf32>, %k: tensor<1x5x4xf32>, %v: tensor<1x5x4xf32>,
    %p: index, %kc: memref<2x1x2x16xi8>, %vc: memref<2x16x2xi8>) {
  // expected-error @+1 {{expected a key cache of shape [2, ?, 6, ?], but found [2, 1, 2, 16]}}
  %y = ecolm.cached_attention %q, %k, %v at %p cache %kc, %vc heads 4 kv_heads 2 scale 0.5
      : tensor<1x5x8xf32>, tensor<1x5x4xf32>, tensor<1x5x4xf32>,
        memref<2x1x2x16xi8>, memref<2x16x2xi8>
  return
}

// -----

func.func @positions_type(%n: index) {
  // expected-error @+1 {{result #0 must be 1D tensor of 64-bit signless integer values, but got 'tensor<?xi32>'}}
  %p = ecolm.positions %n : tensor<?xi32>
  return
}

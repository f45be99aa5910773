// RUN: ecolm-opt %s --split-input-file --verify-diagnostics

func.func @rotate_scalar(%x: tensor<f32>, %a: tensor<1xf32>) {
  // expected-error @+1 {{expected an input of at least rank 1, but found rank 0}}
  %y = ecolm.rotate %x, %a stride 1 : tensor<f32>, tensor<1xf32>
  return
}

// -----

func.func @rotate_dynamic(%x: tensor<4x?xf32>, %a: tensor<4xf32>) {
  // expected-error @+1 {{expected a static last dimension, but found [4, ?]}}
  %y = ecolm.rotate %x, %a stride 1 : tensor<4x?xf32>, tensor<4xf32>
  return
}

// -----

func.func @rotate_odd(%x: tensor<4x7xf32>, %a: tensor<3xf32>) {
  // expected-error @+1 {{expected an even last dimension, but found 7}}
  %y = ecolm.rotate %x, %a stride 1 : tensor<4x7xf32>, tensor<3xf32>
  return
}

// -----

func.func @rotate_angles(%x: tensor<4x8xf32>, %a: tensor<8xf32>) {
  // expected-error @+1 {{expected angles of shape [4], but found [8]}}
  %y = ecolm.rotate %x, %a stride 1 : tensor<4x8xf32>, tensor<8xf32>
  return
}

// -----

func.func @rotate_neither(%x: tensor<4x8xf32>, %a: tensor<4xf32>) {
  // expected-error @+1 {{expected either a stride or pairs, but found neither}}
  %y = ecolm.rotate %x, %a : tensor<4x8xf32>, tensor<4xf32>
  return
}

// -----

func.func @rotate_both(%x: tensor<4x8xf32>, %a: tensor<4xf32>, %p: tensor<4x2xi64>) {
  // expected-error @+1 {{expected either a stride or pairs, but found both}}
  %y = ecolm.rotate %x, %a stride 1 pairs %p
      : tensor<4x8xf32>, tensor<4xf32>, tensor<4x2xi64>
  return
}

// -----

func.func @rotate_pairs(%x: tensor<4x8xf32>, %a: tensor<4xf32>, %p: tensor<2x4xi32>) {
  // expected-error @+1 {{expected pairs of shape [4, 2], but found [2, 4]}}
  %y = ecolm.rotate %x, %a pairs %p
      : tensor<4x8xf32>, tensor<4xf32>, tensor<2x4xi32>
  return
}

// -----

func.func @rotate_stride(%x: tensor<4x8xf32>, %a: tensor<4xf32>) {
  // expected-error @+1 {{expected a stride whose double divides 8, but found 3}}
  %y = ecolm.rotate %x, %a stride 3 : tensor<4x8xf32>, tensor<4xf32>
  return
}

// -----

func.func @rotate_stride_zero(%x: tensor<4x8xf32>, %a: tensor<4xf32>) {
  // expected-error @+1 {{expected a stride whose double divides 8, but found 0}}
  %y = ecolm.rotate %x, %a stride 0 : tensor<4x8xf32>, tensor<4xf32>
  return
}

// -----

func.func @permute_scalar(%x: tensor<f32>) {
  // expected-error @+1 {{expected an input of at least rank 1, but found rank 0}}
  %y = ecolm.permute %x bit_reversal : tensor<f32>
  return
}

// -----

func.func @permute_dynamic(%x: tensor<4x?xf32>) {
  // expected-error @+1 {{expected a static last dimension, but found [4, ?]}}
  %y = ecolm.permute %x bit_reversal : tensor<4x?xf32>
  return
}

// -----

func.func @permute_neither(%x: tensor<4x8xf32>) {
  // expected-error @+1 {{expected either bit_reversal or indices, but found neither}}
  %y = ecolm.permute %x : tensor<4x8xf32>
  return
}

// -----

func.func @permute_both(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected either bit_reversal or indices, but found both}}
  %y = ecolm.permute %x bit_reversal indices [1, 0] : tensor<4x2xf32>
  return
}

// -----

func.func @permute_power(%x: tensor<4x6xf32>) {
  // expected-error @+1 {{expected a power of two as last dimension for bit_reversal, but found 6}}
  %y = ecolm.permute %x bit_reversal : tensor<4x6xf32>
  return
}

// -----

func.func @permute_count(%x: tensor<4x3xf32>) {
  // expected-error @+1 {{expected 3 indices, but found 2}}
  %y = ecolm.permute %x indices [1, 0] : tensor<4x3xf32>
  return
}

// -----

func.func @permute_range(%x: tensor<4x3xf32>) {
  // expected-error @+1 {{expected indices in [0, 3), but found 3}}
  %y = ecolm.permute %x indices [1, 0, 3] : tensor<4x3xf32>
  return
}

// -----

func.func @permute_negative(%x: tensor<4x3xf32>) {
  // expected-error @+1 {{expected indices in [0, 3), but found -1}}
  %y = ecolm.permute %x indices [1, 0, -1] : tensor<4x3xf32>
  return
}

// -----

func.func @permute_twice(%x: tensor<4x3xf32>) {
  // expected-error @+1 {{expected different indices, but found 1 twice}}
  %y = ecolm.permute %x indices [1, 0, 1] : tensor<4x3xf32>
  return
}

// RUN: ecolm-opt %s -split-input-file -verify-diagnostics

func.func @element(%x: tensor<4x8xf32>, %w: tensor<3x8xf32>, %s: tensor<3x2xf32>) {
  // expected-error @+1 {{operand #1 must be ranked tensor of 2-bit signless integer or 4-bit signless integer or 8-bit signless integer or a number in {-1, 0, +1} or a signed power of two, or a sum of several values, but got 'tensor<3x8xf32>'}}
  %y = ecolm.group_matmul %x, %w scales %s group 4 : tensor<4x8xf32>, tensor<3x8xf32>, tensor<3x2xf32> -> tensor<4x3xf32>
  return
}

// -----

func.func @group(%x: tensor<4x8xf32>, %w: tensor<3x8xi4>, %s: tensor<3x2xf32>) {
  // expected-error @+1 {{attribute 'group' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
  %y = ecolm.group_matmul %x, %w scales %s group 0 : tensor<4x8xf32>, tensor<3x8xi4>, tensor<3x2xf32> -> tensor<4x3xf32>
  return
}

// -----

func.func @input(%x: tensor<f32>, %w: tensor<3x8xi4>, %s: tensor<3x2xf32>) {
  // expected-error @+1 {{expected an input of at least rank 1, but found rank 0}}
  %y = ecolm.group_matmul %x, %w scales %s group 4 : tensor<f32>, tensor<3x8xi4>, tensor<3x2xf32> -> tensor<3xf32>
  return
}

// -----

func.func @weights(%x: tensor<4x8xf32>, %w: tensor<3x9xi4>, %s: tensor<3x2xf32>) {
  // expected-error @+1 {{expected weights of shape [?, 8], but found [3, 9]}}
  %y = ecolm.group_matmul %x, %w scales %s group 5 : tensor<4x8xf32>, tensor<3x9xi4>, tensor<3x2xf32> -> tensor<4x3xf32>
  return
}

// -----

// Nine inputs are three groups of four, the last one short.
func.func @scales(%x: tensor<4x9xf32>, %w: tensor<3x9xi4>, %s: tensor<3x2xf32>) {
  // expected-error @+1 {{expected scales of shape [3, 3], but found [3, 2]}}
  %y = ecolm.group_matmul %x, %w scales %s group 4 : tensor<4x9xf32>, tensor<3x9xi4>, tensor<3x2xf32> -> tensor<4x3xf32>
  return
}

// -----

func.func @offsets(%x: tensor<4x8xf32>, %w: tensor<3x8xi4>, %s: tensor<3x2xf32>, %o: tensor<2x3xf32>) {
  // expected-error @+1 {{expected offsets of shape [3, 2], but found [2, 3]}}
  %y = ecolm.group_matmul %x, %w scales %s offsets %o group 4 : tensor<4x8xf32>, tensor<3x8xi4>, tensor<3x2xf32>, tensor<2x3xf32> -> tensor<4x3xf32>
  return
}

// -----

func.func @result(%x: tensor<4x8xf32>, %w: tensor<3x8xi4>, %s: tensor<3x2xf32>) {
  // expected-error @+1 {{expected a result of shape [4, 3], but found [4, 8]}}
  %y = ecolm.group_matmul %x, %w scales %s group 4 : tensor<4x8xf32>, tensor<3x8xi4>, tensor<3x2xf32> -> tensor<4x8xf32>
  return
}

// -----

func.func @scale_type(%x: tensor<4x8xf32>, %w: tensor<3x8xi4>, %s: tensor<3x2xf16>) {
  // expected-error @+1 {{operand #2 must be ranked tensor of 32-bit float or bfloat16 type values, but got 'tensor<3x2xf16>'}}
  %y = ecolm.group_matmul %x, %w scales %s group 4 : tensor<4x8xf32>, tensor<3x8xi4>, tensor<3x2xf16> -> tensor<4x3xf32>
  return
}

// -----

func.func @table(%ids: tensor<4xindex>, %w: tensor<8xi4>, %s: tensor<3x2xf32>) {
  // expected-error @+1 {{expected weights of shape [?, ?], but found [8]}}
  %y = ecolm.embedding %ids, %w scales %s group 4 : tensor<4xindex>, tensor<8xi4>, tensor<3x2xf32> -> tensor<4x8xf32>
  return
}

// -----

func.func @table_scales(%ids: tensor<4xindex>, %w: tensor<3x8xi4>, %s: tensor<3x1xf32>) {
  // expected-error @+1 {{expected scales of shape [3, 2], but found [3, 1]}}
  %y = ecolm.embedding %ids, %w scales %s group 4 : tensor<4xindex>, tensor<3x8xi4>, tensor<3x1xf32> -> tensor<4x8xf32>
  return
}

// -----

func.func @table_result(%ids: tensor<4xindex>, %w: tensor<3x8xi4>, %s: tensor<3x2xf32>) {
  // expected-error @+1 {{expected a result of shape [4, 8], but found [4, 3]}}
  %y = ecolm.embedding %ids, %w scales %s group 4 : tensor<4xindex>, tensor<3x8xi4>, tensor<3x2xf32> -> tensor<4x3xf32>
  return
}

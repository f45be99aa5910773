// RUN: ecolm-opt %s --convert-ecolm-to-gpu="all-functions workgroup-memory=1024" \
// RUN:   --split-input-file --verify-diagnostics

func.func @no_layout(%x: tensor<2x4xi8>, %w: tensor<8x4x!ecolm.ternary>)
    -> tensor<2x8xi32> {
  // expected-remark @below {{stays off the gpu: its weights have no packed layout}}
  %y = ecolm.matmul %x, %w
      : tensor<2x4xi8>, tensor<8x4x!ecolm.ternary> -> tensor<2x8xi32>
  return %y : tensor<2x8xi32>
}

// -----

!w = tensor<8x4x!ecolm.ternary, #ecolm.packed<codes2, lanes = 16, depth = 4>>
func.func @bytes(%x: tensor<2x4xi8>, %w: !w) -> tensor<2x8xi32> {
  // expected-remark @below {{stays off the gpu: no kernel reads weights of depth 4}}
  %y = ecolm.matmul %x, %w : tensor<2x4xi8>, !w -> tensor<2x8xi32>
  return %y : tensor<2x8xi32>
}

// -----

!f = tensor<1x2x2x32x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 32 in chunks of 2, 32 apart>>
func.func @chunks(%x: tensor<2x64xi8>, %f: !f) -> tensor<2x64xi32> {
  // expected-remark @below {{stays off the gpu: no kernel reads weights in chunks}}
  %y = ecolm.butterfly %x, %f : (tensor<2x64xi8>, !f) -> tensor<2x64xi32>
  return %y : tensor<2x64xi32>
}

// -----

!w = tensor<8x4x!ecolm.ternary, #ecolm.packed<base3>>
func.func @five_to_a_byte(%x: tensor<2x4xi8>, %w: !w) -> tensor<2x8xi32> {
  // expected-remark @below {{stays off the gpu: no kernel reads weights packed as base3}}
  %y = ecolm.matmul %x, %w : tensor<2x4xi8>, !w -> tensor<2x8xi32>
  return %y : tensor<2x8xi32>
}

// -----

!x = tensor<2x4x!ecolm.pot<min = -30, max = 8>>
!w = tensor<8x4x!ecolm.ternary, #ecolm.packed<codes2>>
func.func @wide_range(%x: !x, %w: !w) -> tensor<2x8xi32> {
  // expected-remark @below {{stays off the gpu: no kernel reads activations of type !ecolm.pot<min = -30, max = 8>}}
  %y = ecolm.matmul %x, %w : !x, !w -> tensor<2x8xi32>
  return %y : tensor<2x8xi32>
}

// -----

!w = tensor<8x4x!ecolm.pot<min = -30, max = 8>, #ecolm.packed<bytes>>
func.func @wide_shifts(%x: tensor<2x4xi8>, %w: !w) -> tensor<2x8xi32> {
  // expected-remark @below {{stays off the gpu: its powers of two span more than 31 exponents}}
  %y = ecolm.matmul %x, %w : tensor<2x4xi8>, !w -> tensor<2x8xi32>
  return %y : tensor<2x8xi32>
}

// -----

!f = tensor<4x2x2x1x!ecolm.ternary, #ecolm.packed<codes2>>
func.func @single_factor(%x: tensor<2x8xf32>, %f: !f) -> tensor<2x8xf32> {
  // expected-remark @below {{stays off the gpu: fuse butterfly stages before}}
  %y = ecolm.butterfly_factor %x, %f : tensor<2x8xf32>, !f -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

// -----

!f0 = tensor<256x2x2x1x!ecolm.ternary, #ecolm.packed<codes2>>
!f1 = tensor<128x2x2x2x!ecolm.ternary, #ecolm.packed<codes2>>
func.func @wide_row(%x: tensor<2x512xi32>, %f0: !f0, %f1: !f1)
    -> tensor<2x512xi32> {
  // expected-remark @below {{stays off the gpu: it needs 2048 bytes of workgroup memory of 1024}}
  %y = ecolm.butterfly %x, %f0, %f1
      : (tensor<2x512xi32>, !f0, !f1) -> tensor<2x512xi32>
  return %y : tensor<2x512xi32>
}

// -----

func.func @float_factors(%x: tensor<2x8xf32>, %f: tensor<4x2x2x1xf32>)
    -> tensor<2x8xf32> {
  // expected-remark @below {{stays off the gpu: its weights have no packed layout}}
  %y = ecolm.butterfly %x, %f
      : (tensor<2x8xf32>, tensor<4x2x2x1xf32>) -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

// -----

func.func @computed_weights(%x: tensor<2x4xi8>, %w: tensor<?x4x!ecolm.ternary>)
    -> tensor<2x?xi32> {
  // expected-remark @below {{stays off the gpu: its weights have no static shape}}
  %y = ecolm.matmul %x, %w
      : tensor<2x4xi8>, tensor<?x4x!ecolm.ternary> -> tensor<2x?xi32>
  return %y : tensor<2x?xi32>
}

// -----

!f = tensor<4x2x2x1x!ecolm.pot<min = -3, max = 3>, #ecolm.packed<bytes>>
func.func @factors_of_powers(%x: tensor<2x8xi8>, %f: !f) -> tensor<2x8xi32> {
  // expected-remark @below {{stays off the gpu: its factors are not ternary}}
  %y = ecolm.butterfly %x, %f : (tensor<2x8xi8>, !f) -> tensor<2x8xi32>
  return %y : tensor<2x8xi32>
}

// -----

!w = tensor<8x4x!ecolm.ternary, #ecolm.packed<codes2>>
func.func @dynamic_width(%x: tensor<2x?xi8>, %w: !w) -> tensor<2x8xi32> {
  // expected-remark @below {{stays off the gpu: the last dimension of its input is not static}}
  %y = ecolm.matmul %x, %w : tensor<2x?xi8>, !w -> tensor<2x8xi32>
  return %y : tensor<2x8xi32>
}

// -----

!w = tensor<8x4x!ecolm.ternary, #ecolm.packed<codes2>>
func.func @groups(%x: tensor<2x4xf32>, %w: !w, %s: tensor<8x2xf32>) -> tensor<2x8xf32> {
  // expected-remark @below {{stays off the gpu: no kernel scales groups of weights}}
  %y = ecolm.group_matmul %x, %w scales %s group 2 : tensor<2x4xf32>, !w, tensor<8x2xf32> -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

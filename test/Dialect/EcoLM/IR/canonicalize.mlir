// RUN: ecolm-opt %s --canonicalize | FileCheck %s

!act = tensor<4x8x!ecolm.pot<min = -6, max = 1>>

// CHECK-LABEL: func @requantize_same_type
// CHECK-SAME: (%[[Q:.*]]: tensor<4x8x
// CHECK-NEXT: return %[[Q]]
func.func @requantize_same_type(%q: !act) -> !act {
  %x = ecolm.dequantize %q : !act -> tensor<4x8xf32>
  %r = ecolm.log_quantize %x : tensor<4x8xf32> -> !act
  return %r : !act
}

// CHECK-LABEL: func @requantize_other_type
// CHECK: ecolm.dequantize
// CHECK: ecolm.log_quantize
func.func @requantize_other_type(%q: !act)
    -> tensor<4x8x!ecolm.pot<min = -5, max = 1>> {
  %x = ecolm.dequantize %q : !act -> tensor<4x8xf32>
  %r = ecolm.log_quantize %x : tensor<4x8xf32>
      -> tensor<4x8x!ecolm.pot<min = -5, max = 1>>
  return %r : tensor<4x8x!ecolm.pot<min = -5, max = 1>>
}

// CHECK-LABEL: func @requantize_scaled
// CHECK: ecolm.dequantize
// CHECK: ecolm.log_quantize
func.func @requantize_scaled(%q: !act, %s: tensor<f32>) -> !act {
  %x = ecolm.dequantize %q scale %s : !act, tensor<f32> -> tensor<4x8xf32>
  %r = ecolm.log_quantize %x : tensor<4x8xf32> -> !act
  return %r : !act
}

// 1.4142135 is below the square root of two, 1.41421366 above it; 0.0078125 is
// 2^-7, below the range; 0x7F800000 is infinity, 0x7FC00000 NaN.
// CHECK-LABEL: func @quantized_constant
// CHECK-DAG: %[[FLOOR:.*]] = arith.constant dense<[1.000000e+00, 1.000000e+00, -2.000000e+00, 0.000000e+00, 0.000000e+00, 2.000000e+00, 0.000000e+00]>
// CHECK-DAG: %[[LOG:.*]] = arith.constant dense<[1.000000e+00, 2.000000e+00, -2.000000e+00, 1.562500e-02, 0.000000e+00, 2.000000e+00, 0.000000e+00]>
// CHECK: return %[[FLOOR]], %[[LOG]]
func.func @quantized_constant() -> (tensor<7xf32>, tensor<7xf32>) {
  %x = arith.constant dense<[1.4142135, 1.41421366, -3.0, 0.0078125, -0.0,
                             0x7F800000, 0x7FC00000]> : tensor<7xf32>
  %q = ecolm.log_quantize %x : tensor<7xf32>
      -> tensor<7x!ecolm.pot<min = -6, max = 1>>
  %y = ecolm.dequantize %q
      : tensor<7x!ecolm.pot<min = -6, max = 1>> -> tensor<7xf32>
  %r = ecolm.log_quantize %x rounding <nearest_log> underflow <clamp>
      : tensor<7xf32> -> tensor<7x!ecolm.pot<min = -6, max = 1>>
  %z = ecolm.dequantize %r
      : tensor<7x!ecolm.pot<min = -6, max = 1>> -> tensor<7xf32>
  return %y, %z : tensor<7xf32>, tensor<7xf32>
}

// CHECK-LABEL: func @quantized_splat
// CHECK: %[[C:.*]] = arith.constant dense<2.500000e-01> : tensor<9999xf32>
// CHECK: return %[[C]]
func.func @quantized_splat() -> tensor<9999xf32> {
  %x = arith.constant dense<0.3> : tensor<9999xf32>
  %q = ecolm.log_quantize %x : tensor<9999xf32>
      -> tensor<9999x!ecolm.pot<min = -6, max = 1>>
  %y = ecolm.dequantize %q
      : tensor<9999x!ecolm.pot<min = -6, max = 1>> -> tensor<9999xf32>
  return %y : tensor<9999xf32>
}

// CHECK-LABEL: func @identity_permutation
// CHECK-SAME: (%[[X:.*]]: tensor<8x3xf32>, %[[Y:.*]]: tensor<8x2xf32>)
// CHECK-NEXT: return %[[X]], %[[Y]]
func.func @identity_permutation(%x: tensor<8x3xf32>, %y: tensor<8x2xf32>)
    -> (tensor<8x3xf32>, tensor<8x2xf32>) {
  %p = ecolm.permute %x indices [0, 1, 2] : tensor<8x3xf32>
  %r = ecolm.permute %y bit_reversal : tensor<8x2xf32>
  return %p, %r : tensor<8x3xf32>, tensor<8x2xf32>
}

// CHECK-LABEL: func @bit_reversal_twice
// CHECK-SAME: (%[[X:.*]]: tensor<8x8xf32>)
// CHECK-NEXT: return %[[X]]
func.func @bit_reversal_twice(%x: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %p = ecolm.permute %x bit_reversal : tensor<8x8xf32>
  %r = ecolm.permute %p bit_reversal : tensor<8x8xf32>
  return %r : tensor<8x8xf32>
}

// y[i] = p[q[i]] with p = [1, 2, 0, 3] and q = [3, 0, 1, 2].
// CHECK-LABEL: func @merge_permutations
// CHECK-SAME: (%[[X:.*]]: tensor<8x4xf32>)
// CHECK-NEXT: %[[P:.*]] = ecolm.permute %[[X]] indices [3, 1, 2, 0] : tensor<8x4xf32>
// CHECK-NEXT: return %[[P]]
func.func @merge_permutations(%x: tensor<8x4xf32>) -> tensor<8x4xf32> {
  %p = ecolm.permute %x indices [1, 2, 0, 3] : tensor<8x4xf32>
  %r = ecolm.permute %p indices [3, 0, 1, 2] : tensor<8x4xf32>
  return %r : tensor<8x4xf32>
}

// CHECK-LABEL: func @merge_bit_reversal
// CHECK-NEXT: ecolm.permute %{{.*}} indices [2, 0, 1, 3]
func.func @merge_bit_reversal(%x: tensor<8x4xf32>) -> tensor<8x4xf32> {
  %p = ecolm.permute %x bit_reversal : tensor<8x4xf32>
  %r = ecolm.permute %p indices [1, 0, 2, 3] : tensor<8x4xf32>
  return %r : tensor<8x4xf32>
}

// CHECK-LABEL: func @shift_by_zeros
// CHECK-SAME: (%[[X:.*]]: tensor<8x3xf32>)
// CHECK-NEXT: return %[[X]]
func.func @shift_by_zeros(%x: tensor<8x3xf32>) -> tensor<8x3xf32> {
  %y = ecolm.shift %x by [0, 0, 0] : tensor<8x3xf32>
  return %y : tensor<8x3xf32>
}

// CHECK-LABEL: func @shift_uniform
// CHECK-NEXT: ecolm.shift %{{.*}} by [3] : tensor<8x3xf32>
func.func @shift_uniform(%x: tensor<8x3xf32>) -> tensor<8x3xf32> {
  %y = ecolm.shift %x by [3, 3, 3] : tensor<8x3xf32>
  return %y : tensor<8x3xf32>
}

// CHECK-LABEL: func @merge_left_shifts
// CHECK-NEXT: ecolm.shift %{{.*}} by [3, 5, 31] : tensor<8x3xi32>
func.func @merge_left_shifts(%x: tensor<8x3xi32>) -> tensor<8x3xi32> {
  %y = ecolm.shift %x by [2] : tensor<8x3xi32>
  %z = ecolm.shift %y by [1, 3, 29] : tensor<8x3xi32>
  return %z : tensor<8x3xi32>
}

// CHECK-LABEL: func @merge_floor_shifts
// CHECK-NEXT: ecolm.shift %{{.*}} by [-5] : tensor<8x3xi32>
func.func @merge_floor_shifts(%x: tensor<8x3xi32>) -> tensor<8x3xi32> {
  %y = ecolm.shift %x by [-2] : tensor<8x3xi32>
  %z = ecolm.shift %y by [-3] : tensor<8x3xi32>
  return %z : tensor<8x3xi32>
}

// Bits would be lost or kept differently: nothing merges.
// CHECK-LABEL: func @keep_integer_shifts
// CHECK-COUNT-8: ecolm.shift
func.func @keep_integer_shifts(%x: tensor<3xi32>)
    -> (tensor<3xi32>, tensor<3xi32>, tensor<3xi32>, tensor<3xi32>) {
  %a = ecolm.shift %x by [16] : tensor<3xi32>
  %wide = ecolm.shift %a by [16] : tensor<3xi32>
  %b = ecolm.shift %x by [-3] : tensor<3xi32>
  %mixed = ecolm.shift %b by [3] : tensor<3xi32>
  %c = ecolm.shift %x by [3] : tensor<3xi32>
  %dropped = ecolm.shift %c by [-3] : tensor<3xi32>
  %d = ecolm.shift %x by [-1] rounding <half_up> : tensor<3xi32>
  %rounded = ecolm.shift %d by [-1] : tensor<3xi32>
  return %wide, %mixed, %dropped, %rounded
      : tensor<3xi32>, tensor<3xi32>, tensor<3xi32>, tensor<3xi32>
}

// CHECK-LABEL: func @merge_converted_shifts
// CHECK: %[[F:.*]] = arith.sitofp
// CHECK-NEXT: ecolm.shift %[[F]] by [-126, 96, 1] : tensor<8x3xf32>
func.func @merge_converted_shifts(%i: tensor<8x3xi32>) -> tensor<8x3xf32> {
  %x = arith.sitofp %i : tensor<8x3xi32> to tensor<8x3xf32>
  %y = ecolm.shift %x by [-6] : tensor<8x3xf32>
  %z = ecolm.shift %y by [-120, 102, 7] : tensor<8x3xf32>
  return %z : tensor<8x3xf32>
}

// 2^-127 is subnormal, 2^31 * 2^97 is infinite: a second shift would not undo
// what the first one lost. Floats of unknown size and wide integers stay too.
// CHECK-LABEL: func @keep_float_shifts
// CHECK-COUNT-8: ecolm.shift
func.func @keep_float_shifts(%i: tensor<3xi32>, %w: tensor<3xi64>,
                             %f: tensor<3xf32>)
    -> (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) {
  %x = arith.sitofp %i : tensor<3xi32> to tensor<3xf32>
  %a = ecolm.shift %x by [-127] : tensor<3xf32>
  %small = ecolm.shift %a by [10] : tensor<3xf32>
  %b = ecolm.shift %x by [97] : tensor<3xf32>
  %large = ecolm.shift %b by [-10] : tensor<3xf32>
  %c = ecolm.shift %f by [-1] : tensor<3xf32>
  %unknown = ecolm.shift %c by [-1] : tensor<3xf32>
  %v = arith.sitofp %w : tensor<3xi64> to tensor<3xf32>
  %d = ecolm.shift %v by [-1] : tensor<3xf32>
  %wide = ecolm.shift %d by [-1] : tensor<3xf32>
  return %small, %large, %unknown, %wide
      : tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>
}

// CHECK-LABEL: func @merge_butterflies
// CHECK-SAME: (%[[X:.*]]: tensor<4x8x!ecolm.pot<min = -6, max = 1>>, %[[F:.*]]: tensor<4x2x2x1x!ecolm.ternary>, %[[G:.*]]: tensor<2x2x2x2x!ecolm.ternary>)
// CHECK-NEXT: %[[Y:.*]] = ecolm.butterfly %[[X]], %[[F]], %[[G]], %[[F]] :
// CHECK-NEXT: return %[[Y]]
func.func @merge_butterflies(%x: !act, %f: tensor<4x2x2x1x!ecolm.ternary>,
                             %g: tensor<2x2x2x2x!ecolm.ternary>)
    -> tensor<4x8xi32> {
  %y = ecolm.butterfly %x, %f, %g
      : (!act, tensor<4x2x2x1x!ecolm.ternary>, tensor<2x2x2x2x!ecolm.ternary>)
      -> tensor<4x8xi32>
  %z = ecolm.butterfly %y, %f
      : (tensor<4x8xi32>, tensor<4x2x2x1x!ecolm.ternary>) -> tensor<4x8xi32>
  return %z : tensor<4x8xi32>
}

// A cut, a pad, a second use, and another arithmetic.
// CHECK-LABEL: func @keep_butterflies
// CHECK-COUNT-7: ecolm.butterfly
func.func @keep_butterflies(%x: tensor<4x8xi32>, %f: tensor<4x2x2x1xi8>,
                            %g: tensor<1x6x6x1xi8>)
    -> (tensor<4x8xi32>, tensor<4x8xi32>, tensor<4x8xi32>, tensor<4x8xi32>) {
  %a = ecolm.butterfly %x, %f : (tensor<4x8xi32>, tensor<4x2x2x1xi8>) -> tensor<4x6xi32>
  %cut = ecolm.butterfly %a, %g : (tensor<4x6xi32>, tensor<1x6x6x1xi8>) -> tensor<4x6xi32>
  %pad = ecolm.butterfly %cut, %f : (tensor<4x6xi32>, tensor<4x2x2x1xi8>) -> tensor<4x8xi32>
  %c = ecolm.butterfly %x, %f : (tensor<4x8xi32>, tensor<4x2x2x1xi8>) -> tensor<4x8xi32>
  %used = ecolm.butterfly %c, %f : (tensor<4x8xi32>, tensor<4x2x2x1xi8>) -> tensor<4x8xi32>
  %d = ecolm.butterfly %x, %f arithmetic <shift_add>
      : (tensor<4x8xi32>, tensor<4x2x2x1xi8>) -> tensor<4x8xi32>
  %other = ecolm.butterfly %d, %f : (tensor<4x8xi32>, tensor<4x2x2x1xi8>) -> tensor<4x8xi32>
  return %pad, %c, %used, %other
      : tensor<4x8xi32>, tensor<4x8xi32>, tensor<4x8xi32>, tensor<4x8xi32>
}

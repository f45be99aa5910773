// RUN: ecolm-opt %s --ecolm-quantize-weights | FileCheck %s
// RUN: ecolm-opt %s --ecolm-quantize-weights | FileCheck %s --check-prefix=WEIGHTS

// WEIGHTS-DAG: ecolm.weight @w_codes : tensor<2x4x!ecolm.ternary> = dense<{{\[\[}}1, -1, 0, 0], [0, 0, 1, -1]]> : tensor<2x4xi8> packing <bytes>
// WEIGHTS-DAG: ecolm.weight @w_codes_0 : tensor<2x4x!ecolm.ternary> = dense<{{\[\[}}1, 0, 0, 0], [0, 0, 0, 0]]> : tensor<2x4xi8> packing <bytes>
ecolm.weight @w : tensor<2x4xf32> = dense<[[20.0, -16.0, 4.0, 0.0], [0.5, 0.0, 1.0, -2.5]]> : tensor<2x4xf32>

// Rows: thresholds 7 and 0.7, scales 18 and 1.75.
// CHECK-LABEL: func @rows
// CHECK-DAG: %[[C:.*]] = ecolm.get_weight @w_codes : tensor<2x4x!ecolm.ternary>
// CHECK-DAG: %[[S:.*]] = arith.constant dense<[1.800000e+01, 1.750000e+00]> : tensor<2xf32>
// CHECK: return %[[C]], %[[S]]
func.func @rows() -> (tensor<2x4x!ecolm.ternary>, tensor<2xf32>) {
  %w = ecolm.get_weight @w : tensor<2x4xf32>
  %c, %s = ecolm.ternary_quantize %w rule <twn> scale <absmean_above> group -1
      : tensor<2x4xf32> -> tensor<2x4x!ecolm.ternary>, tensor<2xf32>
  return %c, %s : tensor<2x4x!ecolm.ternary>, tensor<2xf32>
}

// Groups of three: 20 -16 4 | 0 | 0.5 0 1 | -2.5. Means 40/3, 0, 0.5, 2.5.
// CHECK-LABEL: func @groups
// CHECK: arith.constant dense<{{\[\[}}13.333333, 0.000000e+00], [5.000000e-01, 2.500000e+00]]> : tensor<2x2xf32>
func.func @groups() -> (tensor<2x4x!ecolm.ternary>, tensor<2x2xf32>) {
  %w = ecolm.get_weight @w : tensor<2x4xf32>
  %c, %s = ecolm.ternary_quantize %w rule <given> scale <absmean> group 3 threshold 17.0
      : tensor<2x4xf32> -> tensor<2x4x!ecolm.ternary>, tensor<2x2xf32>
  return %c, %s : tensor<2x4x!ecolm.ternary>, tensor<2x2xf32>
}

// The source holds [K, N]; the codes are those of [N, K], one threshold.
// WEIGHTS-DAG: ecolm.weight @t_codes : tensor<2x3x!ecolm.ternary> = dense<{{\[\[}}1, -1, 0], [0, 1, 0]]> : tensor<2x3xi8> packing <bytes>
ecolm.weight @t : tensor<2x3xf32> = dense<[[1.0, 0.0], [-1.0, 1.0], [0.0, 0.0]]> : tensor<3x2xf32> transposed

// CHECK-LABEL: func @transposed
// CHECK-DAG: ecolm.get_weight @t_codes : tensor<2x3x!ecolm.ternary>
// CHECK-DAG: arith.constant dense<1.000000e+00> : tensor<f32>
func.func @transposed() -> (tensor<2x3x!ecolm.ternary>, tensor<f32>) {
  %w = ecolm.get_weight @t : tensor<2x3xf32>
  %c, %s = ecolm.ternary_quantize %w rule <half_std>
      : tensor<2x3xf32> -> tensor<2x3x!ecolm.ternary>, tensor<f32>
  return %c, %s : tensor<2x3x!ecolm.ternary>, tensor<f32>
}

// PoT-LLM: integers first, then powers of two: 3 -> 4, 5 -> 4, 6 -> 8, and
// 0.4 -> 0. The exponents 2, 2 and 3 have the codes 3, 3 and 4.
// CHECK-LABEL: func @round_to_integer
// CHECK: ecolm.get_weight @quantized : tensor<4x!ecolm.pot<min = 0, max = 7>>
func.func @round_to_integer() -> tensor<4x!ecolm.pot<min = 0, max = 7>> {
  %w = arith.constant dense<[6.0, 10.0, -12.0, 0.8]> : tensor<4xf32>
  %s = arith.constant dense<2.0> : tensor<f32>
  %c = ecolm.pot_quantize %w, %s round_to_integer : tensor<4xf32>, tensor<f32>
      -> tensor<4x!ecolm.pot<min = 0, max = 7>>
  return %c : tensor<4x!ecolm.pot<min = 0, max = 7>>
}
// WEIGHTS-DAG: ecolm.weight @quantized : tensor<4x!ecolm.pot<min = 0, max = 7>> = dense<[3, 3, -4, 0]> : tensor<4xi8> packing <bytes>

// PoTPTQ: no zero, so 0 is +2^min and what is too small is +-2^min; a scale for
// every two columns.
// CHECK-LABEL: func @without_zero
// CHECK: ecolm.get_weight @p_codes
func.func @without_zero() -> tensor<2x4x!ecolm.pot<min = 0, max = 7, zero = false>> {
  %w = ecolm.get_weight @p : tensor<2x4xf32>
  %s = arith.constant dense<[[1.0, 2.0], [4.0, 0.5]]> : tensor<2x2xf32>
  %c = ecolm.pot_quantize %w, %s underflow <clamp> : tensor<2x4xf32>, tensor<2x2xf32>
      -> tensor<2x4x!ecolm.pot<min = 0, max = 7, zero = false>>
  return %c : tensor<2x4x!ecolm.pot<min = 0, max = 7, zero = false>>
}
ecolm.weight @p : tensor<2x4xf32> = dense<[[0.0, -0.25, 16.0, -2.0], [4.0, 1024.0, 1.0, -1.0]]> : tensor<2x4xf32>
// WEIGHTS-DAG: ecolm.weight @p_codes : tensor<2x4x!ecolm.pot<min = 0, max = 7, zero = false>> = dense<{{\[\[}}1, -1, 4, -1], [1, 8, 2, -2]]> : tensor<2x4xi8> packing <bytes>

// Large codes are a resource.
// WEIGHTS-DAG: ecolm.weight @large_codes : tensor<5x13x!ecolm.ternary> = dense_resource<large_codes> : tensor<5x13xi8> packing <bytes>
ecolm.weight @large : tensor<5x13xf32> = dense<-1.0> : tensor<5x13xf32>

// CHECK-LABEL: func @large_codes_are_a_resource
// CHECK: ecolm.get_weight @large_codes
func.func @large_codes_are_a_resource() -> tensor<5x13x!ecolm.ternary> {
  %w = ecolm.get_weight @large : tensor<5x13xf32>
  %c, %s = ecolm.ternary_quantize %w rule <absmean>
      : tensor<5x13xf32> -> tensor<5x13x!ecolm.ternary>, tensor<f32>
  return %c : tensor<5x13x!ecolm.ternary>
}

// WEIGHTS-NOT: _quantize %

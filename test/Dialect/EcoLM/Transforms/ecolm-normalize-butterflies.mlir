// RUN: ecolm-opt %s --ecolm-normalize-butterflies | FileCheck %s
// RUN: ecolm-opt %s --ecolm-normalize-butterflies "--ecolm-pack-weights=butterfly-registers=8 first-cache-bytes=0" | FileCheck %s --check-prefix=PACKED
// RUN: ecolm-opt %s --ecolm-normalize-butterflies "--ecolm-pack-weights=butterfly-registers=8" | FileCheck %s --check-prefix=FEW
// RUN: ecolm-opt %s --ecolm-normalize-butterflies=ternary=true | FileCheck %s --check-prefix=SIGNS
// RUN: ecolm-opt %s --ecolm-normalize-butterflies=ternary=true "--ecolm-pack-weights=butterfly-registers=8 masks=true" | FileCheck %s --check-prefix=PLANES

// Rows are [[2, 4], [1, -8]] and, behind them, [[1, 1], [1/2, 1]], and the units of the first sums 2 and -8:
// [[1, 2], [-1/8, 1]], and for the second factor [[2, -8], [1, -8]].
// CHECK: ecolm.weight @first_normalized : tensor<1x2x2x1x!ecolm.pot<min = -3, max = 1, zero = false>> =
// CHECK-SAME: [4], [5]
// CHECK-SAME: [-1], [4]
// CHECK: ecolm.weight @last_normalized : tensor<1x2x2x1x!ecolm.pot<min = 0, max = 3, zero = false>> =
// CHECK-SAME: [2], [-4]
// CHECK-SAME: [1], [-4]
ecolm.weight @first : tensor<1x2x2x1x!ecolm.pot<min = 0, max = 3>> = dense<[2, 3, 1, -4]> : tensor<4xi8> packing <bytes>
ecolm.weight @last : tensor<1x2x2x1x!ecolm.pot<min = -1, max = 0, zero = false>> = dense<[2, 2, 1, 2]> : tensor<4xi8> packing <bytes>
// CHECK-LABEL: func.func @two(
// CHECK: %[[F:.*]] = ecolm.get_weight @first_normalized {ecolm.unit_diagonal}
// CHECK: %[[L:.*]] = ecolm.get_weight @last_normalized :
// CHECK: ecolm.butterfly %{{.*}}, %[[F]], %[[L]]
func.func @two(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %f = ecolm.get_weight @first : tensor<1x2x2x1x!ecolm.pot<min = 0, max = 3>>
  %l = ecolm.get_weight @last : tensor<1x2x2x1x!ecolm.pot<min = -1, max = 0, zero = false>>
  %y = ecolm.butterfly %x, %f, %l : (tensor<?x2xf32>, tensor<1x2x2x1x!ecolm.pot<min = 0, max = 3>>, tensor<1x2x2x1x!ecolm.pot<min = -1, max = 0, zero = false>>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// The layouts of factors in registers, as floats where that takes little.
// PACKED: ecolm.weight @wide_normalized{{.*}} : {{.*}}#ecolm.packed<partners, lanes = 16 in chunks of 2, 16 apart>>
// PACKED: ecolm.weight @wide_normalized{{.*}} : {{.*}}#ecolm.packed<halves, lanes = 16 in chunks of 2, 16 apart>>
// PACKED: ecolm.weight @zeros : {{.*}}#ecolm.packed<halves, lanes = 16 in chunks of 2, 16 apart>>
// FEW: ecolm.weight @wide_normalized{{.*}} : {{.*}}#ecolm.packed<float_partners, lanes = 16 in chunks of 2, 16 apart>>
// FEW: ecolm.weight @wide_normalized{{.*}} : {{.*}}#ecolm.packed<floats, lanes = 16 in chunks of 2, 16 apart>>
// FEW: ecolm.weight @zeros : {{.*}}#ecolm.packed<floats, lanes = 16 in chunks of 2, 16 apart>>
ecolm.weight @wide : tensor<1x2x2x16x!ecolm.pot<min = 0, max = 3>> = dense<2> : tensor<64xi8> packing <bytes>
func.func @wide_twice(%x: tensor<?x32xf32>) -> tensor<?x32xf32> {
  %f = ecolm.get_weight @wide : tensor<1x2x2x16x!ecolm.pot<min = 0, max = 3>>
  %y = ecolm.butterfly %x, %f, %f : (tensor<?x32xf32>, tensor<1x2x2x16x!ecolm.pot<min = 0, max = 3>>, tensor<1x2x2x16x!ecolm.pot<min = 0, max = 3>>) -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// Rows are [[-1, 1], [-1, 0]] and, behind them, [[1, -1], [0, -1]]: units of the first sums are -1 and -1 (of the partner,
// since its own weight is 0), which leaves [[1, -1], [1, 0]], and for the second factor [[-1, 1], [0, 1]].
// SIGNS: ecolm.weight @signs_normalized
// SIGNS-SAME: [1], [-1]
// SIGNS-SAME: [1], [0]
// SIGNS: ecolm.weight @behind_normalized
// SIGNS-SAME: [-1], [1]
// SIGNS-SAME: [0], [1]
ecolm.weight @signs : tensor<1x2x2x1x!ecolm.ternary> = dense<[-1, 1, -1, 0]> : tensor<4xi8> packing <bytes>
ecolm.weight @behind : tensor<1x2x2x1x!ecolm.ternary> = dense<[1, -1, 0, -1]> : tensor<4xi8> packing <bytes>
// SIGNS-LABEL: func.func @ternary(
// SIGNS: ecolm.get_weight @signs_normalized {ecolm.unit_diagonal}
// SIGNS: ecolm.get_weight @behind_normalized :
func.func @ternary(%x: tensor<?x2xi8>) -> tensor<?x2xi32> {
  %f = ecolm.get_weight @signs : tensor<1x2x2x1x!ecolm.ternary>
  %l = ecolm.get_weight @behind : tensor<1x2x2x1x!ecolm.ternary>
  %y = ecolm.butterfly %x, %f, %l : (tensor<?x2xi8>, tensor<1x2x2x1x!ecolm.ternary>, tensor<1x2x2x1x!ecolm.ternary>) -> tensor<?x2xi32>
  return %y : tensor<?x2xi32>
}

// PLANES: ecolm.weight @minus_normalized{{.*}} : {{.*}}#ecolm.packed<planes3, lanes = 32 in chunks of 2, 32 apart>>
// PLANES: ecolm.weight @minus_normalized{{.*}} : {{.*}}#ecolm.packed<bitplanes, lanes = 32 in chunks of 2, 32 apart>>
ecolm.weight @minus : tensor<1x2x2x32x!ecolm.ternary> = dense<-1> : tensor<128xi8> packing <bytes>
func.func @minus_twice(%x: tensor<?x64xi8>) -> tensor<?x64xi32> {
  %f = ecolm.get_weight @minus : tensor<1x2x2x32x!ecolm.ternary>
  %y = ecolm.butterfly %x, %f, %f arithmetic <shift_add> : (tensor<?x64xi8>, tensor<1x2x2x32x!ecolm.ternary>, tensor<1x2x2x32x!ecolm.ternary>) -> tensor<?x64xi32>
  return %y : tensor<?x64xi32>
}

// What stays: a weight of 0, units beyond 2^48, quotients of more than 127 exponents, sums of integers, other arithmetic, and a single factor.
ecolm.weight @zeros : tensor<1x2x2x16x!ecolm.pot<min = 0, max = 3>> = dense<0> : tensor<64xi8> packing <bytes>
// Units of 2^40 and 2^-40, one over the other and the other over the one.
ecolm.weight @apart : tensor<1x2x2x1x!ecolm.pot<min = -40, max = 40>> = dense<[81, 41, 41, 1]> : tensor<4xi8> packing <bytes>
ecolm.weight @large : tensor<1x2x2x1x!ecolm.pot<min = 0, max = 25>> = dense<26> : tensor<4xi8> packing <bytes>
// CHECK-LABEL: func.func @unchanged(
// CHECK-NOT: normalized
func.func @unchanged(%x: tensor<?x32xf32>, %p: tensor<?x2xf32>, %i: tensor<?x2xi8>)
    -> (tensor<?x32xf32>, tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>) {
  %z = ecolm.get_weight @zeros : tensor<1x2x2x16x!ecolm.pot<min = 0, max = 3>>
  %l = ecolm.get_weight @large : tensor<1x2x2x1x!ecolm.pot<min = 0, max = 25>>
  %f = ecolm.get_weight @first : tensor<1x2x2x1x!ecolm.pot<min = 0, max = 3>>
  %0 = ecolm.butterfly %x, %z, %z : (tensor<?x32xf32>, tensor<1x2x2x16x!ecolm.pot<min = 0, max = 3>>, tensor<1x2x2x16x!ecolm.pot<min = 0, max = 3>>) -> tensor<?x32xf32>
  %1 = ecolm.butterfly %p, %l, %l : (tensor<?x2xf32>, tensor<1x2x2x1x!ecolm.pot<min = 0, max = 25>>, tensor<1x2x2x1x!ecolm.pot<min = 0, max = 25>>) -> tensor<?x2xf32>
  %2 = ecolm.butterfly %i, %f, %f : (tensor<?x2xi8>, tensor<1x2x2x1x!ecolm.pot<min = 0, max = 3>>, tensor<1x2x2x1x!ecolm.pot<min = 0, max = 3>>) -> tensor<?x2xi32>
  %3 = ecolm.butterfly %p, %f, %f arithmetic <exponent_add> : (tensor<?x2xf32>, tensor<1x2x2x1x!ecolm.pot<min = 0, max = 3>>, tensor<1x2x2x1x!ecolm.pot<min = 0, max = 3>>) -> tensor<?x2xf32>
  %4 = ecolm.butterfly %p, %f : (tensor<?x2xf32>, tensor<1x2x2x1x!ecolm.pot<min = 0, max = 3>>) -> tensor<?x2xf32>
  %a = ecolm.get_weight @apart : tensor<1x2x2x1x!ecolm.pot<min = -40, max = 40>>
  %5 = ecolm.butterfly %p, %a, %f, %f : (tensor<?x2xf32>, tensor<1x2x2x1x!ecolm.pot<min = -40, max = 40>>, tensor<1x2x2x1x!ecolm.pot<min = 0, max = 3>>, tensor<1x2x2x1x!ecolm.pot<min = 0, max = 3>>) -> tensor<?x2xf32>
  return %0, %1, %2, %3, %4, %5 : tensor<?x32xf32>, tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>
}

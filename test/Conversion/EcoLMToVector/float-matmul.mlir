// RUN: ecolm-opt %s --ecolm-place-weights "--convert-ecolm-to-vector=fma=true sums=16" --canonicalize --cse | FileCheck %s
// RUN: ecolm-opt %s --ecolm-place-weights --convert-ecolm-to-vector --canonicalize --cse | FileCheck %s --check-prefix=ROUNDED

!pot = !ecolm.pot<min = -6, max = 0>
!matrix = tensor<256x16x!pot, #ecolm.packed<nibbles, lanes = 128, depth = 4>>
ecolm.weight @pot_w : !matrix = dense<27> : tensor<2048xui8> packing <nibbles>

// Four rows share four vectors of decoded weights; one row sums eight. Values count units of 2^-6,
// so that no product is rounded.
// CHECK-LABEL: func.func @pot(
// CHECK: %[[TABLE:.*]] = arith.constant dense<[0.000000e+00, 1.000000e+00, 2.000000e+00, {{.*}}, -6.400000e+01]> : vector<16xf32>
// CHECK: scf.forall (%{{.*}}) in (2)
// CHECK: scf.for {{.*}} step %c4
// CHECK: scf.for {{.*}} step %c4
// CHECK: scf.for {{.*}} step %c8
// CHECK-COUNT-4: memref.prefetch
// CHECK: ecolm.lookup %[[TABLE]] at
// CHECK-COUNT-128: math.fma
// CHECK: arith.mulf %{{.*}}, %cst{{.*}} : vector<16xf32>
// CHECK: scf.for {{.*}} step %c1
// CHECK-COUNT-64: math.fma
// CHECK: scf.yield

// Without an instruction for both: fewer registers, one vector at a time for several rows.
// ROUNDED-LABEL: func.func @pot(
// ROUNDED: scf.for {{.*}} step %c4
// ROUNDED: scf.for {{.*}} step %c1
// ROUNDED: %[[PRODUCT:.*]] = arith.mulf
// ROUNDED: arith.addf %{{.*}}, %[[PRODUCT]]
func.func @pot(%x: tensor<?x16xf32>) -> tensor<?x256xf32> {
  %w = ecolm.get_weight @pot_w : !matrix
  %y = ecolm.matmul %x, %w : tensor<?x16xf32>, !matrix -> tensor<?x256xf32>
  return %y : tensor<?x256xf32>
}

!four = tensor<16x16xi4, #ecolm.packed<nibbles, lanes = 16, depth = 4>>
!scales = tensor<16x2xf32, #ecolm.packed<plain, lanes = 16>>
ecolm.weight @four : !four = dense<27> : tensor<128xui8> packing <nibbles>
ecolm.weight @scales : !scales = dense<0.5> : tensor<16x2xf32>

// Products with integers are rounded before they are added.
// CHECK-LABEL: func.func @groups(
// CHECK-NOT: math.fma
// CHECK: scf.for {{.*}} step %c8
// CHECK: vector.load %{{.*}} : memref<32xf32>, vector<16xf32>
func.func @groups(%x: tensor<?x16xf32>) -> tensor<?x16xf32> {
  %w = ecolm.get_weight @four : !four
  %s = ecolm.get_weight @scales : !scales
  %y = ecolm.group_matmul %x, %w scales %s offsets %s group 8
      : tensor<?x16xf32>, !four, !scales, !scales -> tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}

// Integers of eight bits need no table.
!eight = tensor<16x16xi8, #ecolm.packed<plain, lanes = 16, depth = 4>>
ecolm.weight @eight_w : !eight = dense<27> : tensor<16x16xi8>
// CHECK-LABEL: func.func @eight(
// CHECK-NOT: ecolm.lookup
// CHECK: arith.shrsi
// CHECK: arith.sitofp
func.func @eight(%x: tensor<?x16xf32>) -> tensor<?x16xf32> {
  %w = ecolm.get_weight @eight_w : !eight
  %y = ecolm.matmul %x, %w : tensor<?x16xf32>, !eight -> tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}

// RUN: ecolm-opt %s --ecolm-place-weights --convert-ecolm-to-vector --canonicalize --cse | FileCheck %s

!ternary = tensor<32x20x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>>
!i4 = tensor<32x20xi4, #ecolm.packed<nibbles, lanes = 16>>
!i2 = tensor<32x20xi2, #ecolm.packed<codes2, lanes = 16>>
!pots = tensor<32x20x!ecolm.pot<min = -3, max = 3>, #ecolm.packed<bytes, lanes = 16>>
!scales = tensor<32x3xf32, #ecolm.packed<plain, lanes = 16>>
ecolm.weight @ternary : !ternary = dense<27> : tensor<160xui8> packing <codes2>
ecolm.weight @i4 : !i4 = dense<27> : tensor<320xui8> packing <nibbles>
ecolm.weight @i2 : !i2 = dense<27> : tensor<160xui8> packing <codes2>
ecolm.weight @pots : !pots = dense<1> : tensor<32x20xi8> packing <bytes>
ecolm.weight @scales : !scales = dense<1.0> : tensor<32x3xf32>
ecolm.weight @offsets : !scales = dense<2.0> : tensor<32x3xf32>

// Groups of eight, the last one of four: a group ends where the row ends.
// CHECK-LABEL: func.func @on_floats(
// CHECK: scf.forall
// CHECK: scf.for {{.*}} to %c32 step %c16
// CHECK: scf.for %[[START:.*]] = %c0 to %c20 step %c8
// CHECK: %[[STOP:.*]] = arith.addi %[[START]], %c8
// CHECK: %[[END:.*]] = arith.minui %[[STOP]], %c20
// CHECK: %[[SUM:.*]]:2 = scf.for {{.*}} = %[[START]] to %[[END]] step %c1 {{.*}}(vector<16xf32>
// CHECK-COUNT-2: arith.select
// CHECK: arith.addf
// CHECK: scf.yield
// CHECK: %[[SCALE:.*]] = vector.load {{.*}} vector<16xf32>
// CHECK: %[[PRODUCT:.*]] = arith.mulf %[[SUM]]#0, %[[SCALE]]
// CHECK: arith.addf %{{.*}}, %[[PRODUCT]]
// CHECK: return
func.func @on_floats(%x: tensor<?x20xf32>) -> tensor<?x32xf32> {
  %w = ecolm.get_weight @ternary : !ternary
  %s = ecolm.get_weight @scales : !scales
  %y = ecolm.group_matmul %x, %w scales %s group 8 : tensor<?x20xf32>, !ternary, !scales -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// The sums of the row are computed once, the nibbles in registers.
// CHECK-LABEL: func.func @with_offsets(
// CHECK: %[[SUMS:.*]]:2 = scf.for {{.*}} to %c20 step %c8 {{.*}}(tensor<3xf32>, index)
// CHECK: scf.for {{.*}} to %c32 step %c16
// CHECK: %[[BYTES:.*]] = vector.load {{.*}} vector<8xi8>
// CHECK: vector.shuffle %[[BYTES]], %[[BYTES]] [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7]
// CHECK: arith.shli
// CHECK: %[[INT:.*]] = arith.shrsi
// CHECK: arith.sitofp %[[INT]] : vector<16xi32> to vector<16xf32>
// CHECK: tensor.extract %[[SUMS]]#0
// CHECK: return
func.func @with_offsets(%x: tensor<?x20xf32>) -> tensor<?x32xf32> {
  %w = ecolm.get_weight @i4 : !i4
  %s = ecolm.get_weight @scales : !scales
  %o = ecolm.get_weight @offsets : !scales
  %y = ecolm.group_matmul %x, %w scales %s offsets %o group 8 : tensor<?x20xf32>, !i4, !scales, !scales -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// Integers add up exactly; the unit of powers of two is one product of a group.
// CHECK-LABEL: func.func @on_integers(
// CHECK: vector.shuffle {{.*}} [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]
// CHECK: arith.muli {{.*}} vector<16xi32>
// CHECK: arith.sitofp {{.*}} vector<16xi32> to vector<16xf32>
// CHECK: arith.shli
// CHECK: %[[SUM:.*]] = arith.sitofp {{.*}} vector<16xi32> to vector<16xf32>
// CHECK: arith.mulf %[[SUM]], %cst{{.*}}
// CHECK: return
func.func @on_integers(%x: tensor<?x20xi8>) -> (tensor<?x32xf32>, tensor<?x32xf32>) {
  %w = ecolm.get_weight @i2 : !i2
  %p = ecolm.get_weight @pots : !pots
  %s = ecolm.get_weight @scales : !scales
  %y = ecolm.group_matmul %x, %w scales %s group 8 : tensor<?x20xi8>, !i2, !scales -> tensor<?x32xf32>
  %z = ecolm.group_matmul %x, %p scales %s group 8 : tensor<?x20xi8>, !pots, !scales -> tensor<?x32xf32>
  return %y, %z : tensor<?x32xf32>, tensor<?x32xf32>
}

// RUN: ecolm-opt %s --ecolm-place-weights --convert-ecolm-to-vector --canonicalize --cse | FileCheck %s

!ternary = tensor<32x32x!ecolm.ternary, #ecolm.packed<codes2, lanes = 16, depth = 4>>
!four = tensor<20x12xi4, #ecolm.packed<nibbles, lanes = 16, depth = 4>>
ecolm.weight @two_bits : !ternary = dense<27> : tensor<256xui8> packing <codes2>
ecolm.weight @four : !four = dense<27> : tensor<120xui8> packing <nibbles>

// Eight rows share the unpacked codes of a tile; what is left is taken one by one, and sums its
// tile apart.
// CHECK-LABEL: func.func @ternary(
// CHECK: %[[INPUT:.*]] = tensor.collapse_shape
// CHECK: scf.forall (%{{.*}}) in (2)
// CHECK: scf.for {{.*}} step %c8
// CHECK: scf.for {{.*}} step %c16
// CHECK: memref.prefetch {{.*}} read, locality<3>, data
// CHECK: %[[TILE:.*]] = vector.load {{.*}} vector<64xi8>
// CHECK: %[[WIDE:.*]] = vector.bitcast %[[TILE]] : vector<64xi8> to vector<32xi16>
// CHECK: arith.andi %[[TILE]]
// CHECK-COUNT-3: arith.shrui %[[WIDE]]
// CHECK-COUNT-8: ecolm.dot %{{.*}} + ({{.*}}) * ({{.*}}) bound 2
// CHECK: scf.for {{.*}} step %c1
// CHECK: %[[SUM:.*]] = ecolm.dot %cst
// CHECK: arith.addi %{{.*}}, %[[SUM]]
// CHECK: tensor.parallel_insert_slice
// CHECK: tensor.expand_shape
func.func @ternary(%x: tensor<2x?x32xi8>) -> tensor<2x?x32xi32> {
  %w = ecolm.get_weight @two_bits : !ternary
  %y = ecolm.matmul %x, %w : tensor<2x?x32xi8>, !ternary -> tensor<2x?x32xi32>
  return %y : tensor<2x?x32xi32>
}

// Twelve inputs of four bits are padded to two tiles of eight; signs are flipped away; the last
// group writes four outputs.
// CHECK-LABEL: func.func @four_bits(
// CHECK: linalg.fill
// CHECK: tensor.insert_slice {{.*}} into tensor<?x16xi8>
// CHECK: scf.forall (%{{.*}}) in (2)
// CHECK: arith.minui
// CHECK: arith.xori
// CHECK: ecolm.dot {{.*}} bound 15
// CHECK: vector.transfer_write %{{.*}}[%{{.*}}, %c0] : vector<16xi32>, tensor<?x?xi32>
func.func @four_bits(%x: tensor<?x12xi8>) -> tensor<?x20xi32> {
  %w = ecolm.get_weight @four : !four
  %y = ecolm.matmul %x, %w : tensor<?x12xi8>, !four -> tensor<?x20xi32>
  return %y : tensor<?x20xi32>
}

// CHECK-LABEL: func.func @one_row(
// CHECK: tensor.expand_shape
// CHECK: tensor.collapse_shape
func.func @one_row(%x: tensor<32xi8>) -> tensor<32xi32> {
  %w = ecolm.get_weight @two_bits : !ternary
  %y = ecolm.matmul %x, %w : tensor<32xi8>, !ternary -> tensor<32xi32>
  return %y : tensor<32xi32>
}

// CHECK-LABEL: func.func @unknown_batch(
// CHECK: tensor.collapse_shape
// CHECK: %[[SHAPE:.*]] = tensor.from_elements
// CHECK: tensor.reshape %{{.*}}(%[[SHAPE]])
func.func @unknown_batch(%x: tensor<?x?x32xi8>) -> tensor<?x?x32xi32> {
  %w = ecolm.get_weight @two_bits : !ternary
  %y = ecolm.matmul %x, %w : tensor<?x?x32xi8>, !ternary -> tensor<?x?x32xi32>
  return %y : tensor<?x?x32xi32>
}

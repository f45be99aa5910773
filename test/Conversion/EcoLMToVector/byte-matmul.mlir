// RUN: ecolm-opt %s --ecolm-place-weights --convert-ecolm-to-vector --canonicalize --cse | FileCheck %s
// RUN: ecolm-opt %s --ecolm-place-weights --convert-ecolm-to-vector="in-place=255 rows=4" --canonicalize --cse | FileCheck %s --check-prefix=DOTS

!ternary = tensor<32x32x!ecolm.ternary, #ecolm.packed<codes2, lanes = 16, depth = 4>>
!four = tensor<20x12xi4, #ecolm.packed<nibbles, lanes = 16, depth = 4>>
!base3 = tensor<32x40x!ecolm.ternary, #ecolm.packed<base3, lanes = 16, depth = 4>>
ecolm.weight @digits : !base3 = dense<121> : tensor<256xui8> packing <base3>
ecolm.weight @two_bits : !ternary = dense<27> : tensor<256xui8> packing <codes2>
ecolm.weight @four : !four = dense<27> : tensor<120xui8> packing <nibbles>

// Eight rows (or as many as `rows` says) share the unpacked codes of a tile; what is left is taken one by one, and sums
// its tile apart. Where products of larger codes cost nothing, a single row leaves codes where they stand, and shifts four sums.
// DOTS-LABEL: func.func @ternary(
// DOTS: scf.for {{.*}} step %c4
// DOTS-COUNT-3: arith.shrui
// DOTS-NOT: arith.shrui
// DOTS-COUNT-4: arith.andi
// DOTS-NOT: arith.shrui
// DOTS: ecolm.dot {{.*}} bound 128
// DOTS-COUNT-3: arith.shrsi
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

// Digits to the base 3: five codes in a byte, of which the fifth has a table of its own.
// CHECK-LABEL: func.func @base3(
// CHECK: ecolm.lookup %{{.*}} : vector<256xi8>, vector<64xi8> -> vector<64xi8>
// CHECK: %[[FIFTH:.*]] = ecolm.lookup %{{.*}} : vector<256xi8>, vector<64xi8> -> vector<64xi8>
// CHECK: ecolm.dot {{.*}}%[[FIFTH]]) * {{.*}} bound 2
func.func @base3(%x: tensor<?x40xi8>) -> tensor<?x32xi32> {
  %w = ecolm.get_weight @digits : !base3
  %y = ecolm.matmul %x, %w : tensor<?x40xi8>, !base3 -> tensor<?x32xi32>
  return %y : tensor<?x32xi32>
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

// Powers of two are looked up; what they count is taken off together with what made them positive.
!pot = !ecolm.pot<min = -6, max = 0>
!powers = tensor<16x8x!pot, #ecolm.packed<nibbles, lanes = 16, depth = 4>>
ecolm.weight @powers_w : !powers = dense<27> : tensor<64xui8> packing <nibbles>
// CHECK-LABEL: func.func @powers(
// CHECK-DAG: arith.constant dense<[64, 65, 66, 68, 72, 80, 96, -128, 64, 63, 62, 60, 56, 48, 32, 0]> : vector<16xi8>
// CHECK-DAG: arith.constant -64 : i32
// CHECK: ecolm.lookup
// CHECK: ecolm.dot {{.*}} bound 128
func.func @powers(%x: tensor<?x8xi8>) -> tensor<?x16xi32> {
  %w = ecolm.get_weight @powers_w : !powers
  %y = ecolm.matmul %x, %w : tensor<?x8xi8>, !powers -> tensor<?x16xi32>
  return %y : tensor<?x16xi32>
}

!eight = tensor<16x8xi8, #ecolm.packed<plain, lanes = 16, depth = 4>>
ecolm.weight @eight_w : !eight = dense<27> : tensor<16x8xi8>
// CHECK-LABEL: func.func @eight_bits(
// CHECK: arith.xori
// CHECK-NOT: arith.shrui
// CHECK: ecolm.dot {{.*}} bound 255
func.func @eight_bits(%x: tensor<?x8xi8>) -> tensor<?x16xi32> {
  %w = ecolm.get_weight @eight_w : !eight
  %y = ecolm.matmul %x, %w : tensor<?x8xi8>, !eight -> tensor<?x16xi32>
  return %y : tensor<?x16xi32>
}

// Sums of groups are integers; scales and offsets make floats of them.
!scales = tensor<32x2xbf16, #ecolm.packed<plain, lanes = 16>>
ecolm.weight @scales : !scales = dense<0.5> : tensor<32x2xbf16>
// CHECK-LABEL: func.func @groups(
// CHECK: tensor.insert %{{.*}} into %{{.*}} : tensor<?x2xi32>
// CHECK: scf.forall (%{{.*}}) in (2)
// CHECK: ecolm.dot
// CHECK: arith.sitofp %{{.*}} : vector<16xi32> to vector<16xf32>
// CHECK: arith.extf
// CHECK: vector.transfer_write {{.*}} vector<16xf32>
func.func @groups(%x: tensor<?x32xi8>) -> tensor<?x32xf32> {
  %w = ecolm.get_weight @two_bits : !ternary
  %s = ecolm.get_weight @scales : !scales
  %y = ecolm.group_matmul %x, %w scales %s offsets %s group 16
      : tensor<?x32xi8>, !ternary, !scales, !scales -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// RUN: ecolm-opt %s --ecolm-place-weights --convert-ecolm-to-vector --canonicalize --cse | FileCheck %s

!pot = tensor<?x256x!ecolm.pot<min = -6, max = 1>>
!wide = tensor<4x4x4x16x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>>
!narrow = tensor<4x4x4x4x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>>
!blocks = tensor<8x4x4x1x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>>
!odd = tensor<4x3x2x1x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>>

ecolm.weight @wide : !wide = dense<27> : tensor<256xui8> packing <codes2>
ecolm.weight @narrow : !narrow = dense<27> : tensor<64xui8> packing <codes2>
ecolm.weight @blocks : !blocks = dense<27> : tensor<32xui8> packing <codes2>
ecolm.weight @odd : !odd = dense<27> : tensor<6xui8> packing <codes2>

// CHECK-LABEL: func.func @wide_stride(
// CHECK: linalg.generic
// CHECK: memref.view {{.*}} to memref<128xi16>
// CHECK: scf.forall
// CHECK: scf.for {{.*}} to %c256 step %c64
// CHECK: scf.for {{.*}} to %c4 step %c1
// CHECK: scf.for {{.*}} step %c16 {{.*}} tensor<256xi32>
// CHECK: scf.for {{.*}} step %c16 {{.*}}(vector<16xi32>
// CHECK: %[[X:.*]] = vector.transfer_read {{.*}} vector<16xi32>
// CHECK: %[[P:.*]] = vector.bitcast {{.*}} vector<16xi1>
// CHECK: %[[M:.*]] = vector.bitcast {{.*}} vector<16xi1>
// CHECK: %[[A:.*]] = arith.select %[[P]], %[[X]]
// CHECK: %[[S:.*]] = arith.select %[[M]], %[[X]]
// CHECK: %[[SUM:.*]] = arith.addi %{{.*}}, %[[A]]
// CHECK: arith.subi %[[SUM]], %[[S]]
// CHECK: vector.transfer_write
// CHECK: scf.forall.in_parallel
// CHECK-NOT: muli
func.func @wide_stride(%f32: tensor<?x256xf32>) -> tensor<?x256xi32> {
  %x = ecolm.log_quantize %f32 : tensor<?x256xf32> -> !pot
  %f = ecolm.get_weight @wide : !wide
  %y = ecolm.butterfly %x, %f : (!pot, !wide) -> tensor<?x256xi32>
  return %y : tensor<?x256xi32>
}

// CHECK-LABEL: func.func @narrow_stride(
// CHECK: memref.view {{.*}} to memref<32xi16>
// CHECK: scf.forall
// CHECK: arith.extsi {{.*}} i8 to i32
// CHECK: scf.for {{.*}} to %c64 step %c16
// CHECK: scf.for {{.*}} step %c4 {{.*}}(vector<16xi32>
// CHECK: %[[X:.*]] = vector.transfer_read {{.*}} vector<4xi32>
// CHECK: vector.shuffle %[[X]], %[[X]] [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3]
// CHECK: vector.transfer_write {{.*}} vector<16xi32>
func.func @narrow_stride(%x: tensor<?x64xi8>) -> tensor<?x64xi32> {
  %f = ecolm.get_weight @narrow : !narrow
  %y = ecolm.butterfly %x, %f : (tensor<?x64xi8>, !narrow) -> tensor<?x64xi32>
  return %y : tensor<?x64xi32>
}

// CHECK-LABEL: func.func @window(
// CHECK: scf.for {{.*}} to %c32 step %c16
// CHECK: %[[X:.*]] = vector.transfer_read {{.*}} vector<16xf32>
// CHECK: vector.shuffle %[[X]], %[[X]] [0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12]
// CHECK: arith.negf
// CHECK: arith.addf
// CHECK: vector.shuffle %[[X]], %[[X]] [1, 1, 1, 1, 5,
// CHECK: vector.shuffle %[[X]], %[[X]] [2, 2, 2, 2, 6,
// CHECK: vector.shuffle %[[X]], %[[X]] [3, 3, 3, 3, 7, 7, 7, 7, 11, 11, 11, 11, 15, 15, 15, 15]
// CHECK-NOT: vector.shuffle
// CHECK: vector.transfer_write
func.func @window(%x: tensor<?x32xf32>) -> tensor<?x32xf32> {
  %f = ecolm.get_weight @blocks : !blocks
  %y = ecolm.butterfly %x, %f : (tensor<?x32xf32>, !blocks) -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// CHECK-LABEL: func.func @scalar(
// CHECK: scf.forall
// CHECK: tensor.insert %cst {{.*}} tensor<16xf32>
// CHECK-NOT: vector<
// CHECK: arith.shrui {{.*}} i16
// CHECK: arith.trunci {{.*}} i16 to i1
// CHECK: %[[NEG:.*]] = arith.negf
// CHECK: %[[W:.*]] = arith.select %{{.*}}, %[[NEG]]
// CHECK: arith.addf %{{.*}}, %[[W]] : f32
// CHECK: tensor.extract_slice {{.*}} tensor<16xf32> to tensor<12xf32>
func.func @scalar(%x: tensor<2x8xf32>) -> tensor<2x12xf32> {
  %f = ecolm.get_weight @odd : !odd
  %y = ecolm.butterfly %x, %f : (tensor<2x8xf32>, !odd) -> tensor<2x12xf32>
  return %y : tensor<2x12xf32>
}

// CHECK-LABEL: func.func @two_factors(
// CHECK: scf.forall
// CHECK: %[[FIRST:.*]]:3 = scf.for {{.*}} to %c256 step %c64
// CHECK: scf.for {{.*}} to %c256 step %c64
// CHECK: vector.transfer_read %[[FIRST]]#2
// CHECK: scf.forall.in_parallel
// CHECK-NEXT: tensor.parallel_insert_slice
func.func @two_factors(%f32: tensor<?x256xf32>) -> tensor<?x256xi32> {
  %x = ecolm.log_quantize %f32 : tensor<?x256xf32> -> !pot
  %f = ecolm.get_weight @wide : !wide
  %y = ecolm.butterfly %x, %f, %f : (!pot, !wide, !wide) -> tensor<?x256xi32>
  return %y : tensor<?x256xi32>
}

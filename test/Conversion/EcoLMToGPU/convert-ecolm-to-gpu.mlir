// RUN: ecolm-opt %s --convert-ecolm-to-gpu --canonicalize --cse --split-input-file | FileCheck %s

// Kernels come first in the module; one serves both products of equal shape.

// CHECK-LABEL: gpu.module @ecolm_kernels
//       CHECK: gpu.func @matmul_i8_ternary_bitplanes16_n50_k70(
//  CHECK-SAME:     %[[X:.*]]: memref<?x70xi8>, %[[W:.*]]: memref<280xi32>, %[[Y:.*]]: memref<?x50xi32>) kernel
//  CHECK-SAME:     known_block_size = array<i32: 128, 1, 1>
//   CHECK-DAG:   %[[ROW:.*]] = gpu.block_id x
//   CHECK-DAG:   %[[GROUP:.*]] = gpu.block_id y
//   CHECK-DAG:   %[[THREAD:.*]] = gpu.thread_id x
//       CHECK:   %[[FIRST:.*]] = arith.muli %[[GROUP]], %c128
//       CHECK:   %[[N:.*]] = arith.addi %[[FIRST]], %[[THREAD]]
//       CHECK:   arith.cmpi ult, %[[N]], %c50
//       CHECK:   scf.if
//       CHECK:     %[[SUM:.*]] = scf.for %[[K:.*]] = %c0 to %c70 step %c1 iter_args
//       CHECK:       memref.load %[[X]][%[[ROW]], %[[K]]]
//       CHECK:       %[[WORD:.*]] = memref.load %[[W]]
//       CHECK:       arith.shrui %[[WORD]]
//       CHECK:       arith.shrui %[[WORD]]
//       CHECK:       arith.select
//       CHECK:       arith.select
//       CHECK:       arith.addi
//       CHECK:       arith.subi
//       CHECK:     memref.store %[[SUM]], %[[Y]][%[[ROW]], %[[N]]]
//   CHECK-NOT: gpu.func
//       CHECK: func.func @two_products_one_kernel
//  CHECK-SAME:     %[[A:.*]]: tensor<1x?x70xi8>
//       CHECK:   %[[AB:.*]] = bufferization.to_buffer %[[A]]
//       CHECK:   %[[ROWS:.*]] = memref.collapse_shape %[[AB]] {{\[\[}}0, 1], [2]]
//       CHECK:   builtin.unrealized_conversion_cast {{.*}} to memref<280xi32>
//       CHECK:   memref.alloc
//       CHECK:   gpu.launch_func @ecolm_kernels::@matmul_i8_ternary_bitplanes16_n50_k70
//  CHECK-SAME:     args(%[[ROWS]] : memref<?x70xi8>
//       CHECK:   bufferization.to_tensor {{.*}} restrict writable : memref<1x?x50xi32>
//       CHECK:   gpu.launch_func @ecolm_kernels::@matmul_i8_ternary_bitplanes16_n50_k70
!w = tensor<50x70x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>>
func.func @two_products_one_kernel(%x: tensor<1x?x70xi8>, %v: !w, %w: !w)
    -> (tensor<1x?x50xi32>, tensor<1x?x50xi32>) attributes {ecolm.gpu} {
  %y = ecolm.matmul %x, %v : tensor<1x?x70xi8>, !w -> tensor<1x?x50xi32>
  %z = ecolm.matmul %x, %w : tensor<1x?x70xi8>, !w -> tensor<1x?x50xi32>
  return %y, %z : tensor<1x?x50xi32>, tensor<1x?x50xi32>
}

// -----

// Only marked functions change.

//   CHECK-NOT: gpu.module
// CHECK-LABEL: func.func @unmarked
//       CHECK: ecolm.matmul
!w = tensor<8x4x!ecolm.ternary, #ecolm.packed<codes2>>
func.func @unmarked(%x: tensor<4xi8>, %w: !w) -> tensor<8xi32> {
  %y = ecolm.matmul %x, %w : tensor<4xi8>, !w -> tensor<8xi32>
  return %y : tensor<8xi32>
}

// -----

// The mark on a module counts for all of its functions. A vector is one row.

// CHECK-LABEL: module attributes {ecolm.gpu, gpu.container_module}
//       CHECK: func.func @vector
//       CHECK: memref.expand_shape {{.*}} {{\[\[}}0, 1]] output_shape [1, 4] : memref<4xi8> into memref<1x4xi8>
//       CHECK: gpu.launch_func
module attributes {ecolm.gpu} {
  func.func @vector(
      %x: tensor<4xi8>,
      %w: tensor<8x4x!ecolm.ternary, #ecolm.packed<codes2>>) -> tensor<8xi32> {
    %y = ecolm.matmul %x, %w : tensor<4xi8>,
        tensor<8x4x!ecolm.ternary, #ecolm.packed<codes2>> -> tensor<8xi32>
    return %y : tensor<8xi32>
  }
}

// -----

// Floats: one selection of x, -x or 0 and one addition a term.

// CHECK-LABEL: gpu.func @matmul_f32_ternary_codes2_n50_k70
//       CHECK:   scf.for
//       CHECK:     %[[X:.*]] = memref.load
//       CHECK:     %[[OPPOSITE:.*]] = arith.negf %[[X]]
//       CHECK:     %[[MINUS:.*]] = arith.select %{{.*}}, %[[OPPOSITE]], %cst
//       CHECK:     %[[TERM:.*]] = arith.select %{{.*}}, %[[X]], %[[MINUS]]
//       CHECK:     arith.addf %{{.*}}, %[[TERM]]
!w = tensor<50x70x!ecolm.ternary, #ecolm.packed<codes2>>
func.func @floats(%x: tensor<3x70xf32>, %w: !w) -> tensor<3x50xf32>
    attributes {ecolm.gpu} {
  %y = ecolm.matmul %x, %w : tensor<3x70xf32>, !w -> tensor<3x50xf32>
  return %y : tensor<3x50xf32>
}

// -----

// Integers times powers of two: a shift, and never by a negative amount.

// CHECK-LABEL: gpu.func @matmul_i8_pot_bytes_n3_k5
//       CHECK:   scf.for
//   CHECK-NOT:     mulf
//       CHECK:     %[[SHIFT:.*]] = arith.select %{{.*}}, %c0_i32
//       CHECK:     arith.shli %{{.*}}, %[[SHIFT]]
//       CHECK:     arith.addi
!w = tensor<3x5x!ecolm.pot<min = -6, max = 1>, #ecolm.packed<bytes>>
func.func @shifts(%x: tensor<2x5xi8>, %w: !w) -> tensor<2x3xi32>
    attributes {ecolm.gpu} {
  %y = ecolm.matmul %x, %w : tensor<2x5xi8>, !w -> tensor<2x3xi32>
  return %y : tensor<2x3xi32>
}

// -----

// Floats times powers of two, as `arithmetic` asks.

// CHECK-LABEL: gpu.func @matmul_f32_pot_nibbles_n3_k5_from_m5_exponent_add
//   CHECK-NOT:   arith.mulf
// CHECK-LABEL: gpu.func @matmul_f32_pot_nibbles_n3_k5_from_m5_native
//       CHECK:   arith.mulf
!w = tensor<3x5x!ecolm.pot<min = -5, max = 1>, #ecolm.packed<nibbles>>
func.func @products(%x: tensor<2x5xf32>, %w: !w)
    -> (tensor<2x3xf32>, tensor<2x3xf32>) attributes {ecolm.gpu} {
  %y = ecolm.matmul %x, %w arithmetic <exponent_add>
      : tensor<2x5xf32>, !w -> tensor<2x3xf32>
  %z = ecolm.matmul %x, %w : tensor<2x5xf32>, !w -> tensor<2x3xf32>
  return %y, %z : tensor<2x3xf32>, tensor<2x3xf32>
}

// -----

// All stages in one kernel, through workgroup memory, with a barrier between.

// CHECK-LABEL: gpu.func @butterfly_pot_16_16_4x4x4x1_bitplanes16_1x4x4x4_bitplanes16
//  CHECK-SAME:     %[[X:.*]]: memref<?x16xi8>, %[[F0:.*]]: memref<4xi32>, %[[F1:.*]]: memref<4xi32>, %[[Y:.*]]: memref<?x16xi32>)
//  CHECK-SAME:     workgroup(%[[B:.*]] : memref<16xi32, #gpu.address_space<workgroup>>) kernel
//       CHECK:   scf.for
//       CHECK:     memref.load %[[X]]
//       CHECK:     memref.load %[[F0]]
//       CHECK:     memref.store %{{.*}}, %[[B]]
//       CHECK:   gpu.barrier
//       CHECK:   scf.for
//       CHECK:     memref.load %[[B]]
//       CHECK:     memref.load %[[F1]]
//       CHECK:     memref.store %{{.*}}, %[[Y]]
//   CHECK-NOT:   gpu.barrier
// CHECK-LABEL: func.func @two_stages
//       CHECK:   builtin.unrealized_conversion_cast {{.*}} to tensor<?x16xi8>
//       CHECK:   gpu.launch_func @ecolm_kernels::@butterfly
//  CHECK-SAME:     threads in (%c32, %c1, %c1)
!x = tensor<?x16x!ecolm.pot<min = -6, max = 1>>
!f0 = tensor<4x4x4x1x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>>
!f1 = tensor<1x4x4x4x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>>
func.func @two_stages(%x: !x, %f0: !f0, %f1: !f1) -> tensor<?x16xi32>
    attributes {ecolm.gpu} {
  %y = ecolm.butterfly %x, %f0, %f1 : (!x, !f0, !f1) -> tensor<?x16xi32>
  return %y : tensor<?x16xi32>
}

// -----

// A row shorter than the first factor is read as if zeros followed it.

// CHECK-LABEL: gpu.func @butterfly_i8_6_4_1x4x8x1_codes2
//   CHECK-NOT:   workgroup(
//       CHECK:   %[[INSIDE:.*]] = arith.cmpi ult, %[[POSITION:.*]], %c6
//       CHECK:   %[[SAFE:.*]] = arith.select %[[INSIDE]], %[[POSITION]], %c0
//       CHECK:   memref.load %{{.*}}[%{{.*}}, %[[SAFE]]]
//       CHECK:   arith.select %[[INSIDE]], %{{.*}}, %c0_i32
!f = tensor<1x4x8x1x!ecolm.ternary, #ecolm.packed<codes2>>
func.func @padded_row(%x: tensor<2x6xi8>, %f: !f) -> tensor<2x4xi32>
    attributes {ecolm.gpu} {
  %y = ecolm.butterfly %x, %f : (tensor<2x6xi8>, !f) -> tensor<2x4xi32>
  return %y : tensor<2x4xi32>
}

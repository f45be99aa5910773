// RUN: ecolm-opt %s --ecolm-place-weights --convert-ecolm-to-vector --canonicalize | FileCheck %s

// The element's bits lie in half a byte of the row-major table.
// CHECK-LABEL: func.func @nibbles(
// CHECK: linalg.generic
// CHECK: %[[K:.*]] = linalg.index 1
// CHECK: %[[ROW:.*]] = arith.muli %{{.*}}, %c8
// CHECK: %[[PLACE:.*]] = arith.addi %[[ROW]], %[[K]]
// CHECK: %[[AT:.*]] = arith.shrui %[[PLACE]], %c1
// CHECK: memref.load %{{.*}}[%[[AT]]]
// CHECK: arith.shli
// CHECK: %[[CODE:.*]] = arith.shrsi
// CHECK: %[[GROUP:.*]] = arith.divui %[[K]], %c4
// CHECK: arith.sitofp %[[CODE]] : i32 to f32
// CHECK: tensor.extract %{{.*}}[%{{.*}}, %[[GROUP]]]
// CHECK: arith.mulf
// CHECK: linalg.yield
!i4 = tensor<3x8xi4, #ecolm.packed<nibbles>>
ecolm.weight @w : !i4 = dense<27> : tensor<12xui8> packing <nibbles>
ecolm.weight @s : tensor<3x2xf32> = dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>
func.func @nibbles(%ids: tensor<?xindex>) -> tensor<?x8xf32> {
  %w = ecolm.get_weight @w : !i4
  %s = ecolm.get_weight @s : tensor<3x2xf32>
  %y = ecolm.embedding %ids, %w scales %s group 4 : tensor<?xindex>, !i4, tensor<3x2xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

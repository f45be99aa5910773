// RUN: ecolm-opt %s --convert-ecolm-to-vector --canonicalize --cse | FileCheck %s

// CHECK-LABEL: func.func @rotate(
// CHECK: scf.for {{.*}} to %c8 step %c4
// CHECK: %[[C:.*]] = math.cos
// CHECK: %[[S:.*]] = math.sin
// CHECK: %[[CX:.*]] = arith.mulf %[[C]]
// CHECK: %[[SY:.*]] = arith.mulf %[[S]]
// CHECK: arith.subf %[[CX]], %[[SY]]
// CHECK: arith.addf
func.func @rotate(%x: tensor<2x8xf32>, %angles: tensor<4xf32>) -> tensor<2x8xf32> {
  %y = ecolm.rotate %x, %angles stride 2 : tensor<2x8xf32>, tensor<4xf32>
  return %y : tensor<2x8xf32>
}

// CHECK-LABEL: func.func @permute(
// CHECK: %[[TABLE:.*]] = arith.constant dense<[0, 2, 1, 3]> : tensor<4xi64>
// CHECK: %[[FROM:.*]] = tensor.extract %[[TABLE]]
// CHECK: %[[I:.*]] = arith.index_cast %[[FROM]]
// CHECK: tensor.extract %{{.*}}[%[[I]]]
func.func @permute(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %y = ecolm.permute %x bit_reversal : tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @positions(
// CHECK: %[[I:.*]] = linalg.index 0
// CHECK: arith.addi %[[I]], %arg1
// CHECK: arith.index_cast
func.func @positions(%n: index, %start: index) -> tensor<?xi64> {
  %p = ecolm.positions %n from %start : tensor<?xi64>
  return %p : tensor<?xi64>
}

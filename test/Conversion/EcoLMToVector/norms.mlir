// RUN: ecolm-opt %s --ecolm-place-weights --convert-ecolm-to-vector --canonicalize --cse | FileCheck %s


// CHECK-LABEL: func.func @layer_norm(
// CHECK: scf.forall
// CHECK: %[[X:.*]] = vector.transfer_read
// CHECK: %[[MEAN:.*]] = vector.broadcast {{.*}} f32 to vector<16xf32>
// CHECK: %[[D:.*]] = arith.subf %[[X]], %[[MEAN]]
// CHECK: arith.mulf %[[D]], %[[D]]
// CHECK: math.sqrt
// CHECK: arith.mulf %[[D]]
// CHECK: arith.mulf
// CHECK: arith.addf
// CHECK: vector.transfer_write
func.func @layer_norm(%x: tensor<1x?x16xf32>, %g: tensor<16xf32>, %b: tensor<16xf32>)
    -> tensor<1x?x16xf32> {
  %y = ecolm.layer_norm %x, %g, %b epsilon 1.0e-05
    : tensor<1x?x16xf32>, tensor<16xf32>, tensor<16xf32>
  return %y : tensor<1x?x16xf32>
}

// CHECK-LABEL: func.func @rms_norm(
// CHECK: %[[X:.*]] = vector.transfer_read
// CHECK-NOT: arith.subf
// CHECK: arith.mulf %[[X]], %[[X]]
// CHECK: math.sqrt
// CHECK: arith.mulf %[[X]]
// CHECK: vector.transfer_write
func.func @rms_norm(%x: tensor<1x?x16xf32>, %g: tensor<16xf32>) -> tensor<1x?x16xf32> {
  %y = ecolm.rms_norm %x, %g epsilon 1.0e-05 : tensor<1x?x16xf32>, tensor<16xf32>
  return %y : tensor<1x?x16xf32>
}

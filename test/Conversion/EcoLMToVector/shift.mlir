// RUN: ecolm-opt %s --convert-ecolm-to-vector --canonicalize --cse | FileCheck %s

// CHECK-LABEL: func.func @shift_native(
// CHECK: arith.mulf
// CHECK-NEXT: linalg.yield
func.func @shift_native(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = ecolm.shift %x by [-7] arithmetic <native> : tensor<4xf32>
  return %y : tensor<4xf32>
}

// CHECK-LABEL: func.func @shift_exponent_add(
// CHECK: arith.bitcast {{.*}} : f32 to i32
// CHECK-NOT: arith.mul
// CHECK: arith.addi %{{.*}}, %c-7_i32
// CHECK-NOT: arith.mul
// CHECK: arith.bitcast {{.*}} : i32 to f32
func.func @shift_exponent_add(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = ecolm.shift %x by [-7] arithmetic <exponent_add> : tensor<4xf32>
  return %y : tensor<4xf32>
}

// CHECK-LABEL: func.func @shift_integers(
// CHECK: arith.shli
// CHECK: arith.shrsi
// CHECK: arith.cmpi eq
// CHECK-NOT: arith.mul
// CHECK: return
func.func @shift_integers(%x: tensor<2x3xi32>) -> tensor<2x3xi32> {
  %y = ecolm.shift %x by [3, -2, 0] rounding <half_even> : tensor<2x3xi32>
  return %y : tensor<2x3xi32>
}

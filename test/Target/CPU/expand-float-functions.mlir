// RUN: ecolm-opt %s --ecolm-expand-float-functions | FileCheck %s

// 25 digits of the root; zeros, infinities, negative and subnormal numbers apart.
// CHECK-LABEL: @root(
// CHECK-NOT: math.sqrt
// CHECK: math.ctlz {{.*}} : i32
// CHECK: scf.for {{.*}} to %c25
// CHECK: arith.cmpi ule
// CHECK: arith.bitcast {{.*}} : i32 to f32
// CHECK: return
func.func @root(%x: f32) -> f32 {
  %y = math.sqrt %x : f32
  return %y : f32
}

// CHECK-LABEL: @roots(
// CHECK-NOT: math.sqrt
// CHECK: scf.for {{.*}} -> (vector<16xi32>, vector<16xi32>, vector<16xi32>, vector<16xi32>)
func.func @roots(%x: vector<16xf32>) -> vector<16xf32> {
  %y = math.sqrt %x : vector<16xf32>
  return %y : vector<16xf32>
}

// CHECK-LABEL: @nearest(
// CHECK: %[[SUM:.*]] = arith.addf
// CHECK: arith.subf %[[SUM]]
// CHECK: arith.cmpi ult
// CHECK: arith.select
// CHECK: return
func.func @nearest(%x: f32) -> f32 {
  %y = math.roundeven %x : f32
  return %y : f32
}

// CHECK-LABEL: @greatest(
// CHECK-NOT: vector.reduction
// CHECK-COUNT-3: arith.maximumf
// CHECK: return
func.func @greatest(%x: vector<4xf32>) -> f32 {
  %y = vector.reduction <maximumf>, %x : vector<4xf32> into f32
  return %y : f32
}

// Doubles go to libm.
// CHECK-LABEL: @doubles(
// CHECK: math.sqrt
func.func @doubles(%x: f64) -> f64 {
  %y = math.sqrt %x : f64
  return %y : f64
}

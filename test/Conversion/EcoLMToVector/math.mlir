// RUN: ecolm-opt %s --convert-ecolm-to-vector | FileCheck %s
// RUN: ecolm-opt %s --convert-ecolm-to-vector=fpu=false | FileCheck %s --check-prefix=SOFT

// A polynomial for small numbers, an exponential for large ones; NaN goes through the former.
// CHECK-LABEL: func.func @tanh(
// CHECK: %[[MAGNITUDE:.*]] = math.absf %arg0
// CHECK: arith.minnumf %[[MAGNITUDE]]
// CHECK: arith.divf
// CHECK: math.copysign
// CHECK: %[[SMALL:.*]] = arith.cmpf ult, %[[MAGNITUDE]]
// CHECK: arith.select %[[SMALL]]
// CHECK-NOT: math.tanh
// CHECK: return
// SOFT-LABEL: func.func @tanh(
// SOFT: math.tanh
func.func @tanh(%x: f32) -> f32 {
  %y = math.tanh %x : f32
  return %y : f32
}

// CHECK-LABEL: func.func @wide(
// CHECK: math.tanh
func.func @wide(%x: f64) -> f64 {
  %y = math.tanh %x : f64
  return %y : f64
}

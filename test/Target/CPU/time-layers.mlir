// The clock is read where the layer changes, and before the return; what is no
// work belongs to no layer.
// RUN: ecolm-opt %s --ecolm-time-layers | FileCheck %s

// CHECK-LABEL: func.func @main
// CHECK: %[[TIMES:.*]] = llvm.mlir.addressof @ecolm_layer_times
// CHECK: %[[FIRST:.*]] = arith.constant 0 : i32
// CHECK-NEXT: call @ecolm_profile_mark(%[[TIMES]], %[[FIRST]])
// CHECK-NEXT: call @layer
// CHECK-NEXT: call @layer
// CHECK-NEXT: %[[REST:.*]] = arith.constant 2 : i32
// CHECK-NEXT: call @ecolm_profile_mark(%[[TIMES]], %[[REST]])
// CHECK-NEXT: memref.copy
// CHECK-NEXT: arith.constant
// CHECK-NEXT: %[[SECOND:.*]] = arith.constant 1 : i32
// CHECK-NEXT: call @ecolm_profile_mark(%[[TIMES]], %[[SECOND]])
// CHECK-NEXT: scf.for
// CHECK: %[[NONE:.*]] = arith.constant -1 : i32
// CHECK-NEXT: call @ecolm_profile_mark(%[[TIMES]], %[[NONE]])
// CHECK-NEXT: return
// CHECK: llvm.mlir.global internal @ecolm_layer_times(#llvm.zero) {{.*}}: !llvm.array<3 x i64>
// CHECK: func.func private @ecolm_profile_mark(!llvm.ptr, i32)
module attributes {ecolm.layers = [{name = "a"}, {name = "b"}, {name = "the rest"}]} {
  func.func private @layer(memref<4xf32>)
  func.func @main(%m: memref<4xf32>, %n: memref<4xf32>, %c0: index, %c1: index) {
    call @layer(%m) : (memref<4xf32>) -> () loc(fused<0>["a"])
    call @layer(%n) : (memref<4xf32>) -> () loc(fused<0>["a"])
    memref.copy %m, %n : memref<4xf32> to memref<4xf32>
    %zero = arith.constant 0.0 : f32
    scf.for %i = %c0 to %c1 step %c1 {
      memref.store %zero, %m[%i] : memref<4xf32>
    } loc(fused["x", fused<1>["b"]])
    return
  }
}

// RUN: ecolm-opt %s --ecolm-outline-loops="min-loops=2" | FileCheck %s
// RUN: ecolm-opt %s --ecolm-outline-loops="min-loops=8" | FileCheck %s --check-prefix=SHORT

// Two equal loops become one function, and so do two operations that are loops
// later; other constants make another function, a number that a loop gives is
// returned, and a loop that checks stays where it is.
// CHECK-LABEL: func.func @main(

// CHECK: call @ecolm_loop(%arg0) : (memref<4xf32>) -> ()
// CHECK: call @ecolm_loop(%arg1) : (memref<4xf32>) -> ()
// CHECK: call @ecolm_loop_0(%arg1) : (memref<4xf32>) -> ()
// CHECK: scf.for
// CHECK: cf.assert
// CHECK: call @ecolm_loop_1(%arg3, %arg0)
// CHECK: call @ecolm_loop_1(%arg3, %arg1)
// CHECK: %[[SUM:.*]] = call @ecolm_loop_2(%arg3, %arg0) : (f32, memref<4xf32>) -> f32
// CHECK: memref.store %[[SUM]], %arg1
// CHECK: func.func private @ecolm_loop(%arg0: memref<4xf32>) attributes {passthrough = ["noinline"]}
// CHECK: arith.constant 0.0
// CHECK: scf.for
// CHECK: memref.store {{.*}}, %arg0[
// CHECK: func.func private @ecolm_loop_0(
// CHECK: arith.constant 1.0
// CHECK: func.func private @ecolm_loop_1(%arg0: f32, %arg1: memref<4xf32>)
// CHECK-NEXT: linalg.fill ins(%arg0 : f32) outs(%arg1 : memref<4xf32>)
// CHECK: func.func private @ecolm_loop_2(
// CHECK: %[[SUM:.*]] = scf.for
// CHECK: return %[[SUM]] : f32
// CHECK-NOT: func.func

// SHORT-NOT: call
func.func @main(%a: memref<4xf32>, %b: memref<4xf32>, %ok: i1, %x: f32) {
  %one = arith.constant 1 : index
  %none = arith.constant 0 : index
  %four = arith.constant 4 : index
  %zero = arith.constant 0.0 : f32
  %unit = arith.constant 1.0 : f32
  scf.for %i = %none to %four step %one {
    memref.store %zero, %a[%i] : memref<4xf32>
  }
  scf.for %i = %none to %four step %one {
    memref.store %zero, %b[%i] : memref<4xf32>
  }
  scf.for %i = %none to %four step %one {
    memref.store %unit, %b[%i] : memref<4xf32>
  }
  scf.for %i = %none to %four step %one {
    cf.assert %ok, "checked"
  }
  linalg.fill ins(%x : f32) outs(%a : memref<4xf32>)
  linalg.fill ins(%x : f32) outs(%b : memref<4xf32>)
  %sum = scf.for %i = %none to %four step %one iter_args(%before = %x) -> f32 {
    %element = memref.load %a[%i] : memref<4xf32>
    %next = arith.addf %before, %element : f32
    scf.yield %next : f32
  }
  memref.store %sum, %b[%none] : memref<4xf32>
  return
}

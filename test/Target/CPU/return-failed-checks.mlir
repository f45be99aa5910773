// RUN: ecolm-opt %s --split-input-file --ecolm-return-failed-checks | FileCheck %s

// A check that fails frees the buffers that are there, the last first, and
// returns the number of its message; the same message has one number.
// CHECK: module attributes {ecolm.checks = ["node 'a': one", "node 'b': two"]}
// CHECK: llvm.mlir.global internal @ecolm_missing_bytes(0.000000e+00 : f64)
// CHECK-LABEL: func.func @main(
// CHECK-SAME: -> (memref<?xf32>, i32)
// CHECK: %[[C0:.*]] = arith.constant 256 : i32
// CHECK: cf.cond_br %arg1, ^[[ALLOC:.*]], ^[[NONE:.*]](%[[C0]] : i32)
// No memory, or a size that overflows, is a failure as well.
// CHECK: ^[[ALLOC]]:
// CHECK: arith.uitofp
// CHECK: arith.cmpf olt
// CHECK: cf.cond_br %{{.*}}, ^[[CALL:.*]], ^[[LACK:.*]]
// CHECK: ^[[CALL]]:
// CHECK: %[[A:.*]] = memref.alloc
// CHECK: memref.extract_aligned_pointer_as_index %[[A]]
// CHECK: cf.cond_br %{{.*}}, ^{{.*}}, ^{{bb[0-9]+$}}
// CHECK: %[[C1:.*]] = arith.constant 257 : i32
// CHECK: cf.cond_br %arg2, ^[[AGAIN:.*]], ^[[ONE:.*]](%[[C1]] : i32)
// CHECK: ^[[AGAIN]]:
// CHECK: %[[C2:.*]] = arith.constant 256 : i32
// CHECK: cf.cond_br %arg1, ^[[END:.*]], ^[[ONE]](%[[C2]] : i32)
// CHECK: ^[[END]]:
// CHECK: %[[OK:.*]] = arith.constant 0 : i32
// CHECK: return %[[A]], %[[OK]]
// CHECK: ^[[NONE]](%[[STATUS:.*]]: i32):
// CHECK-NOT: dealloc
// CHECK: return %{{.*}}, %[[STATUS]] : memref<?xf32>, i32
// CHECK: ^[[ONE]](%[[STATUS1:.*]]: i32):
// CHECK: memref.dealloc %[[A]]
// CHECK: cf.br ^[[NONE]](%[[STATUS1]] : i32)
// CHECK: ^[[LACK]]:
// CHECK: %[[PLACE:.*]] = llvm.mlir.addressof @ecolm_missing_bytes
// CHECK: llvm.store %{{.*}}, %[[PLACE]] : f64, !llvm.ptr
// CHECK: %[[OOM:.*]] = arith.constant 3 : i32
// CHECK: cf.br ^[[NONE]](%[[OOM]] : i32)
// CHECK-NOT: cf.assert
func.func @main(%n: index, %x: i1, %y: i1) -> memref<?xf32> {
  cf.assert %x, "node 'a': one"
  %a = memref.alloc(%n) : memref<?xf32>
  cf.assert %y, "node 'b': two"
  cf.assert %x, "node 'a': one"
  return %a : memref<?xf32>
}

// -----

// Without checks there is a status still.
// CHECK: module attributes {ecolm.checks = []}
// CHECK-LABEL: func.func @main() -> i32
// CHECK: %[[OK:.*]] = arith.constant 0 : i32
// CHECK: return %[[OK]] : i32
func.func @main() {
  return
}

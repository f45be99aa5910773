// RUN: ecolm-opt %s --allow-unregistered-dialect \
// RUN:   --ecolm-plan-workspace="max-chunk=4" | FileCheck %s

// Three buffers of at most 4 x 16 floats: the third takes the bytes of the
// first, which is dead by then, so there are 512 bytes and not 768.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: %arg2: memref<?xi8>) attributes {{.*}}ecolm.workspace_bytes = 512 : i64
// CHECK-NOT: memref.alloc
// CHECK: memref.view %arg2[%c0]
// CHECK: memref.view %arg2[%c256]
// CHECK: memref.view %arg2[%c0{{(_[0-9]+)?}}]
// CHECK-NOT: memref.alloc
// CHECK: return
func.func @main(%n: index, %out: memref<?x16xf32>) attributes {ecolm.language_model} {
  %a = memref.alloc(%n) : memref<?x16xf32>
  "test.fill"(%a) : (memref<?x16xf32>) -> ()
  %b = memref.alloc(%n) : memref<?x16xf32>
  "test.copy"(%a, %b) : (memref<?x16xf32>, memref<?x16xf32>) -> ()
  %c = memref.alloc(%n) : memref<?x16xf32>
  "test.copy"(%b, %c) : (memref<?x16xf32>, memref<?x16xf32>) -> ()
  "test.copy"(%c, %out) : (memref<?x16xf32>, memref<?x16xf32>) -> ()
  return
}

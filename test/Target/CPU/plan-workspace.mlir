// RUN: ecolm-opt %s --split-input-file --allow-unregistered-dialect \
// RUN:   --ecolm-plan-workspace="max-chunk=4" | FileCheck %s
// RUN: ecolm-opt %s --split-input-file --allow-unregistered-dialect \
// RUN:   --ecolm-plan-workspace="max-chunk=4 separate=true" | FileCheck %s --check-prefix=SEPARATE

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
// A sanitizer is to watch each: they stay what they are, and are freed.
// SEPARATE-LABEL: func.func @main(
// SEPARATE-SAME: %arg2: memref<?xi8>) attributes {{.*}}ecolm.workspace_bytes = 0 : i64
// SEPARATE-COUNT-3: memref.alloc
// SEPARATE: "test.copy"(%{{.*}}, %arg1)
// SEPARATE-COUNT-3: memref.dealloc
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

// -----

// Allocations at the entry share bytes as well: what counts is the first use.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: ecolm.workspace_bytes = 512 : i64
func.func @main(%n: index, %out: memref<?x16xf32>) attributes {ecolm.language_model} {
  %a = memref.alloc(%n) : memref<?x16xf32>
  %b = memref.alloc(%n) : memref<?x16xf32>
  %c = memref.alloc(%n) : memref<?x16xf32>
  "test.fill"(%a) : (memref<?x16xf32>) -> ()
  "test.copy"(%a, %b) : (memref<?x16xf32>, memref<?x16xf32>) -> ()
  "test.copy"(%b, %c) : (memref<?x16xf32>, memref<?x16xf32>) -> ()
  "test.copy"(%c, %out) : (memref<?x16xf32>, memref<?x16xf32>) -> ()
  return
}

// -----

// A parallel loop reads %a and writes %b after both were captured: they do not
// share bytes, though nothing else reads %a once %b is captured.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: ecolm.workspace_bytes = 512 : i64
func.func private @run(!llvm.ptr)
func.func @main(%n: index) attributes {ecolm.language_model} {
  %one = llvm.mlir.constant(1 : i64) : i64
  %captures = llvm.alloca %one x !llvm.array<2 x ptr> : (i64) -> !llvm.ptr
  %a = memref.alloc(%n) : memref<?x16xf32>
  %b = memref.alloc(%n) : memref<?x16xf32>
  "test.fill"(%a) : (memref<?x16xf32>) -> ()
  %pa = builtin.unrealized_conversion_cast %a : memref<?x16xf32> to !llvm.ptr
  llvm.store %pa, %captures : !llvm.ptr, !llvm.ptr
  %pb = builtin.unrealized_conversion_cast %b : memref<?x16xf32> to !llvm.ptr
  %second = llvm.getelementptr %captures[8] : (!llvm.ptr) -> !llvm.ptr, i8
  llvm.store %pb, %second : !llvm.ptr, !llvm.ptr
  func.call @run(%captures) : (!llvm.ptr) -> ()
  return
}

// -----

// Other functions free what they allocate, too, in the block that does: every turn of
// a loop its own. What a block gives away, under whatever name, is not its to free.
// CHECK-LABEL: func.func private @layer(
// CHECK: %[[A:.*]] = memref.alloc(
// CHECK: scf.for
// CHECK: %[[B:.*]] = memref.alloc(
// CHECK: memref.dealloc %[[B]]
// CHECK: }
// CHECK: memref.dealloc %[[A]]
// CHECK-NEXT: return
func.func private @layer(%n: index) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %a = memref.alloc(%n) : memref<?x16xf32>
  scf.for %i = %zero to %n step %one {
    %b = memref.alloc(%n) : memref<?x16xf32>
    "test.copy"(%a, %b) : (memref<?x16xf32>, memref<?x16xf32>) -> ()
  }
  return
}
// CHECK-LABEL: func.func private @given(
// CHECK: scf.if
// CHECK-NOT: dealloc
// CHECK: return
func.func private @given(%n: index, %c: i1, %x: memref<?x16xf32>) -> memref<?x16xf32> {
  %y = scf.if %c -> memref<?x16xf32> {
    %a = memref.alloc(%n) : memref<?x16xf32>
    %b = arith.select %c, %a, %x : memref<?x16xf32>
    scf.yield %b : memref<?x16xf32>
  } else {
    scf.yield %x : memref<?x16xf32>
  }
  return %y : memref<?x16xf32>
}

// -----

// Buffers of known size share one allocation, the third the bytes of the first;
// what is returned is an allocation of its own.
// CHECK-LABEL: func.func @main(
// CHECK: %[[A:.*]] = memref.alloc() {alignment = 64 : i64} : memref<512xi8>
// CHECK: memref.view %[[A]][%c0][] : memref<512xi8> to memref<4x16xf32>
// CHECK: memref.view %[[A]][%c256][] : memref<512xi8> to memref<4x16xf32>
// CHECK: memref.view %[[A]][%c0{{(_[0-9]+)?}}][] : memref<512xi8> to memref<2x32xf32>
// CHECK: %[[RESULT:.*]] = memref.alloc() : memref<4x16xf32>
// CHECK: memref.dealloc %[[A]]
// CHECK-NEXT: return %[[RESULT]]
// SEPARATE-LABEL: func.func @main(
// SEPARATE-COUNT-4: memref.alloc()
func.func @main() -> memref<4x16xf32> {
  %a = memref.alloc() : memref<4x16xf32>
  "test.fill"(%a) : (memref<4x16xf32>) -> ()
  %b = memref.alloc() : memref<4x16xf32>
  "test.copy"(%a, %b) : (memref<4x16xf32>, memref<4x16xf32>) -> ()
  %c = memref.alloc() : memref<2x32xf32>
  "test.copy"(%b, %c) : (memref<4x16xf32>, memref<2x32xf32>) -> ()
  %d = memref.alloc() : memref<4x16xf32>
  "test.copy"(%c, %d) : (memref<2x32xf32>, memref<4x16xf32>) -> ()
  return %d : memref<4x16xf32>
}

// -----

// Buffers of n x m elements lie where n x m x 64 and n x m x 128 bytes end, whatever
// the order of the two; one of n elements has nothing to share.
// CHECK-LABEL: func.func @main(
// CHECK: %[[A:.*]] = memref.alloc(%arg0, %arg1) {alignment = 64 : i64} : memref<128x?x?xi8>
// CHECK: %[[UNIT:.*]] = arith.muli %arg0, %arg1
// CHECK: %[[BYTES:.*]] = arith.muli %[[UNIT]], %c128
// CHECK: memref.reinterpret_cast %[[A]] to offset: [0], sizes: [%[[BYTES]]], strides: [1] : memref<128x?x?xi8> to memref<?xi8>
// CHECK: %[[FIRST:.*]] = arith.muli %c0{{.*}}, %[[UNIT]]
// CHECK: memref.view %{{.*}}[%[[FIRST]]][%arg0, %arg1] : memref<?xi8> to memref<?x16x?xf32>
// CHECK: %[[SECOND:.*]] = arith.muli %c64{{.*}}, %[[UNIT]]
// CHECK: memref.view %{{.*}}[%[[SECOND]]][%arg1, %arg0] : memref<?xi8> to memref<?x?xi8>
// CHECK: memref.alloc(%arg0) : memref<?xf32>
func.func @main(%n: index, %m: index) {
  %a = memref.alloc(%n, %m) : memref<?x16x?xf32>
  %b = memref.alloc(%m, %n) : memref<?x?xi8>
  "test.copy"(%a, %b) : (memref<?x16x?xf32>, memref<?x?xi8>) -> ()
  %c = memref.alloc(%n) : memref<?xf32>
  "test.copy"(%b, %c) : (memref<?x?xi8>, memref<?xf32>) -> ()
  return
}

// -----

// What a region gives away is alive as long as what it gave it as: %a is read
// after %b is written.
// CHECK-LABEL: func.func @main(
// CHECK: memref.alloc() {alignment = 64 : i64} : memref<128xi8>
func.func @main(%c: i1, %x: memref<16xf32>) {
  %a = memref.alloc() : memref<16xf32>
  %y = scf.if %c -> memref<16xf32> {
    scf.yield %a : memref<16xf32>
  } else {
    scf.yield %x : memref<16xf32>
  }
  %b = memref.alloc() : memref<16xf32>
  "test.fill"(%b) : (memref<16xf32>) -> ()
  "test.copy"(%y, %b) : (memref<16xf32>, memref<16xf32>) -> ()
  return
}

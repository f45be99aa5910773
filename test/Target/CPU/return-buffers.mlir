// RUN: ecolm-opt %s --allow-unregistered-dialect --ecolm-return-buffers | FileCheck %s

// The buffer takes the place of its copy, once: a second result is a copy.
// CHECK-LABEL: func.func @twice(
// CHECK: %[[A:.*]] = memref.alloc(%arg0) : memref<?xf32>
// CHECK: "test.fill"(%[[A]])
// CHECK: %[[B:.*]] = memref.alloc(%arg0) : memref<?xf32>
// CHECK-NEXT: memref.copy %[[A]], %[[B]]
// CHECK-NEXT: return %[[A]], %[[B]]
func.func @twice(%n: index) -> (memref<?xf32>, memref<?xf32>) {
  %a = memref.alloc(%n) : memref<?xf32>
  "test.fill"(%a) : (memref<?xf32>) -> ()
  %first = memref.alloc(%n) : memref<?xf32>
  memref.copy %a, %first : memref<?xf32> to memref<?xf32>
  %second = memref.alloc(%n) : memref<?xf32>
  memref.copy %a, %second : memref<?xf32> to memref<?xf32>
  return %first, %second : memref<?xf32>, memref<?xf32>
}

// What stays a copy: of an argument, of a part, of what changes later, of what is returned itself, and one that is written again.
// CHECK-LABEL: func.func @copies(
// CHECK-COUNT-5: memref.copy
// CHECK: return
func.func @copies(%x: memref<4xf32>) -> (memref<4xf32>, memref<4xf32>, memref<4xf32>, memref<8xf32>, memref<8xf32>, memref<8xf32>) {
  %a = memref.alloc() : memref<8xf32>
  %b = memref.alloc() : memref<8xf32>
  %changed = memref.alloc() : memref<4xf32>
  %early = memref.alloc() : memref<4xf32>
  memref.copy %changed, %early : memref<4xf32> to memref<4xf32>
  "test.fill"(%changed) : (memref<4xf32>) -> ()
  %part = memref.subview %a[0] [4] [1] : memref<8xf32> to memref<4xf32, strided<[1]>>
  %first = memref.alloc() : memref<4xf32>
  memref.copy %x, %first : memref<4xf32> to memref<4xf32>
  %second = memref.alloc() : memref<4xf32>
  memref.copy %part, %second : memref<4xf32, strided<[1]>> to memref<4xf32>
  %third = memref.alloc() : memref<8xf32>
  memref.copy %a, %third : memref<8xf32> to memref<8xf32>
  %fourth = memref.alloc() : memref<8xf32>
  "test.fill"(%fourth) : (memref<8xf32>) -> ()
  memref.copy %b, %fourth : memref<8xf32> to memref<8xf32>
  return %early, %first, %second, %third, %a, %fourth : memref<4xf32>, memref<4xf32>, memref<4xf32>, memref<8xf32>, memref<8xf32>, memref<8xf32>
}

// Nothing is known of a buffer while a view is returned beside it.
// CHECK-LABEL: func.func @view(
// CHECK: memref.copy
func.func @view() -> (memref<8xf32>, memref<4xf32, strided<[1]>>) {
  %a = memref.alloc() : memref<8xf32>
  %part = memref.subview %a[0] [4] [1] : memref<8xf32> to memref<4xf32, strided<[1]>>
  %first = memref.alloc() : memref<8xf32>
  memref.copy %a, %first : memref<8xf32> to memref<8xf32>
  return %first, %part : memref<8xf32>, memref<4xf32, strided<[1]>>
}

// A buffer that is two results is written before it is returned.
// CHECK-LABEL: func.func @same(
// CHECK: memref.copy
func.func @same() -> (memref<8xf32>, memref<8xf32>) {
  %a = memref.alloc() : memref<8xf32>
  %b = memref.alloc() : memref<8xf32>
  memref.copy %a, %b : memref<8xf32> to memref<8xf32>
  return %b, %b : memref<8xf32>, memref<8xf32>
}

// RUN: ecolm-opt %s --ecolm-record-entry | FileCheck %s

// CHECK: module attributes {{.*}}ecolm.entry = (memref<4xf32>) -> memref<4xf32>
func.func @main(%x: memref<4xf32>) -> memref<4xf32> {
  return %x : memref<4xf32>
}

// RUN: ecolm-opt %s --split-input-file --ecolm-place-weights | FileCheck %s
// RUN: ecolm-opt %s --split-input-file --ecolm-place-weights="gap=128" | FileCheck %s --check-prefix=GAP

// The second weight starts at the next multiple of 64.
// CHECK: memref.global {{.*}} @ecolm_weights : memref<128xi8> {alignment = 64 : i64}
// CHECK: ecolm.weight @gamma {{.*}}{ecolm.bytes = 16 : i64, ecolm.offset = 0 : i64}
// CHECK: ecolm.weight @beta {{.*}}{ecolm.bytes = 64 : i64, ecolm.offset = 64 : i64}
// A sanitizer gets so many bytes, at least, behind each, which other weights leave alone.
// GAP: memref.global {{.*}} @ecolm_weights : memref<384xi8>
// GAP: ecolm.weight @gamma {{.*}}{ecolm.bytes = 16 : i64, ecolm.gap = 128 : i64, ecolm.offset = 0 : i64}
// GAP: ecolm.weight @beta {{.*}}{ecolm.bytes = 64 : i64, ecolm.gap = 128 : i64, ecolm.offset = 192 : i64}
ecolm.weight @gamma : tensor<4xf32> = dense<1.0> : tensor<4xf32>
ecolm.weight @beta : tensor<16xf32> = dense<0.0> : tensor<16xf32>

// -----

// What the section holds for another processor stays where it is; what is laid
// out in another way comes behind it.
// CHECK-NOT: ecolm.placed_weights
// CHECK: memref.global {{.*}} @ecolm_weights : memref<320xi8>
// CHECK: ecolm.weight @gamma {{.*}}{ecolm.bytes = 16 : i64, ecolm.offset = 128 : i64}
// CHECK: ecolm.weight @beta {{.*}}{ecolm.bytes = 64 : i64, ecolm.offset = 192 : i64}
// CHECK: ecolm.weight @delta {{.*}}{ecolm.bytes = 64 : i64, ecolm.offset = 256 : i64}
// GAP: ecolm.weight @beta {{.*}}ecolm.offset = 320 : i64}
module attributes {ecolm.placed_weights = [
    [{packing, source = dense<1.0> : tensor<4xf32>, transposed = false, type = tensor<4xf32>}, 128, 16],
    [{packing, source = dense<0.0> : tensor<8xf32>, transposed = false, type = tensor<8xf32>}, 0, 32]]} {
  ecolm.weight @gamma : tensor<4xf32> = dense<1.0> : tensor<4xf32>
  ecolm.weight @beta : tensor<16xf32> = dense<0.0> : tensor<16xf32>
  ecolm.weight @delta : tensor<16xf32> = dense<1.0> : tensor<16xf32>
}

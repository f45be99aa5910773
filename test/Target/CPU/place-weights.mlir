// RUN: ecolm-opt %s --ecolm-place-weights | FileCheck %s

// The second weight starts at the next multiple of 64.
// CHECK: memref.global {{.*}} @ecolm_weights : memref<128xi8> {alignment = 64 : i64}
// CHECK: ecolm.weight @gamma {{.*}}{ecolm.bytes = 16 : i64, ecolm.offset = 0 : i64}
// CHECK: ecolm.weight @beta {{.*}}{ecolm.bytes = 64 : i64, ecolm.offset = 64 : i64}
ecolm.weight @gamma : tensor<4xf32> = dense<1.0> : tensor<4xf32>
ecolm.weight @beta : tensor<16xf32> = dense<0.0> : tensor<16xf32>

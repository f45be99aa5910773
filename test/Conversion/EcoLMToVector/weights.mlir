// RUN: ecolm-opt %s --ecolm-place-weights --convert-ecolm-to-vector --canonicalize --cse | FileCheck %s

ecolm.weight @gamma : tensor<16xf32> = dense<1.0> : tensor<16xf32>
ecolm.weight @beta : tensor<16xf32> = dense<0.0> : tensor<16xf32>

// CHECK-LABEL: func.func @weight(
// CHECK: %[[SECTION:.*]] = memref.get_global @ecolm_weights : memref<128xi8>
// CHECK: %[[VIEW:.*]] = memref.view %[[SECTION]][%c0][] : memref<128xi8> to memref<16xf32>
// CHECK: bufferization.to_tensor %[[VIEW]] restrict
func.func @weight() -> tensor<16xf32> {
  %w = ecolm.get_weight @gamma : tensor<16xf32>
  return %w : tensor<16xf32>
}

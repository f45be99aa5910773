// RUN: ecolm-opt %s --convert-ecolm-to-vector --canonicalize --cse | FileCheck %s

// CHECK-LABEL: func.func @attention(
// CHECK: scf.forall (%{{.*}}, %{{.*}}) in (%{{.*}}, 2)
// CHECK: vector.create_mask
// CHECK: vector.reduction <maximumf>
// CHECK: arith.divf
// CHECK: scf.forall.in_parallel
func.func @attention(%q: tensor<1x?x16xf32>, %k: tensor<1x?x8xf32>,
    %v: tensor<1x?x8xf32>) -> tensor<1x?x16xf32> {
  %y = ecolm.attention %q, %k, %v heads 2 kv_heads 1 scale 0.5 causal
      : tensor<1x?x16xf32>, tensor<1x?x8xf32>, tensor<1x?x8xf32>
  return %y : tensor<1x?x16xf32>
}

// The rounded exponent, kept in [-10, 0], and the sign; what is below is zero.
// CHECK-LABEL: func.func @quantized_probabilities(
// CHECK: %[[P:.*]] = arith.divf {{.*}} : vector<16xf32>
// CHECK: %[[B:.*]] = arith.bitcast %[[P]] : vector<16xf32> to vector<16xi32>
// CHECK: arith.maxsi {{.*}} : vector<16xi32>
// CHECK: arith.minsi {{.*}} : vector<16xi32>
// CHECK: %[[Q:.*]] = arith.bitcast %{{.*}} : vector<16xi32> to vector<16xf32>
// CHECK: vector.transfer_write %[[Q]]
func.func @quantized_probabilities(%q: tensor<1x?x16xf32>,
    %k: tensor<1x?x8xf32>, %v: tensor<1x?x8xf32>) -> tensor<1x?x16xf32> {
  %y = ecolm.attention %q, %k, %v heads 2 kv_heads 1 scale 0.5 causal
      probabilities <min = -10, max = 0, rounding = nearest>
      : tensor<1x?x16xf32>, tensor<1x?x8xf32>, tensor<1x?x8xf32>
  return %y : tensor<1x?x16xf32>
}

// CHECK-LABEL: func.func @cached_attention(
// CHECK-DAG: memref.store {{.*}} : memref<1x2x8x16xf32>
// CHECK-DAG: memref.store {{.*}} : memref<1x32x8xf32>
// CHECK-NOT: memref.alloc
// CHECK: scf.forall (%{{.*}}, %{{.*}}) in (%{{.*}}, 2)
// CHECK: vector.load {{.*}} : memref<1x2x8x16xf32>, vector<16xf32>
// CHECK: vector.create_mask
// CHECK: vector.reduction <maximumf>
// CHECK: vector.load {{.*}} : memref<1x32x8xf32>, vector<8xf32>
func.func @cached_attention(%q: tensor<1x?x16xf32>, %k: tensor<1x?x8xf32>,
    %v: tensor<1x?x8xf32>, %at: index, %kc: memref<1x2x8x16xf32>,
    %vc: memref<1x32x8xf32>) -> tensor<1x?x16xf32> {
  %y = ecolm.cached_attention %q, %k, %v at %at cache %kc, %vc
      heads 2 kv_heads 1 scale 0.5
      : tensor<1x?x16xf32>, tensor<1x?x8xf32>, tensor<1x?x8xf32>,
        memref<1x2x8x16xf32>, memref<1x32x8xf32>
  return %y : tensor<1x?x16xf32>
}

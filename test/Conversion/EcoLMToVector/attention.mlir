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

// Keys and values are rounded as they are stored, and widened as they are read.
// CHECK-LABEL: func.func @halves(
// CHECK: arith.truncf {{.*}} : f32 to f16
// CHECK: memref.store {{.*}} : memref<1x2x8x16xf16>
// CHECK: memref.store {{.*}} : memref<1x32x8xf16>
// CHECK: %[[K:.*]] = vector.load {{.*}} : memref<1x2x8x16xf16>, vector<16xf16>
// CHECK: arith.extf %[[K]] : vector<16xf16> to vector<16xf32>
// CHECK: %[[V:.*]] = vector.load {{.*}} : memref<1x32x8xf16>, vector<8xf16>
// CHECK: arith.extf %[[V]] : vector<8xf16> to vector<8xf32>
func.func @halves(%q: tensor<1x?x16xf32>, %k: tensor<1x?x8xf32>,
    %v: tensor<1x?x8xf32>, %at: index, %kc: memref<1x2x8x16xf16>,
    %vc: memref<1x32x8xf16>) -> tensor<1x?x16xf32> {
  %y = ecolm.cached_attention %q, %k, %v at %at cache %kc, %vc
      heads 2 kv_heads 1 scale 0.5
      : tensor<1x?x16xf32>, tensor<1x?x8xf32>, tensor<1x?x8xf32>,
        memref<1x2x8x16xf16>, memref<1x32x8xf16>
  return %y : tensor<1x?x16xf32>
}

// A scale of the largest magnitude, four bytes behind the features; scores are
// multiplied by those of keys, and probabilities by those of values.
// CHECK-LABEL: func.func @bytes(
// CHECK-DAG: %[[LARGEST:.*]] = arith.constant 1.270000e+02 : f32
// CHECK: math.absf
// CHECK: arith.maximumf
// CHECK: arith.divf %[[LARGEST]], %{{.*}} : f32
// CHECK-COUNT-5: memref.store {{.*}} : memref<1x2x12x16xi8>
// CHECK-COUNT-5: memref.store {{.*}} : memref<1x32x12xi8>
// CHECK: %[[K:.*]] = vector.load {{.*}} : memref<1x2x12x16xi8>, vector<16xi8>
// CHECK: arith.sitofp %[[K]] : vector<16xi8> to vector<16xf32>
// CHECK-COUNT-4: arith.extui {{.*}} : vector<16xi8> to vector<16xi32>
// CHECK: %[[KS:.*]] = arith.bitcast {{.*}} : vector<16xi32> to vector<16xf32>
// CHECK: arith.mulf %{{.*}}, %[[KS]] : vector<16xf32>
// CHECK: %[[VS:.*]] = vector.bitcast {{.*}} : vector<4xi8> to vector<1xf32>
// CHECK: vector.load {{.*}} : memref<1x32x12xi8>, vector<8xi8>
func.func @bytes(%q: tensor<1x?x16xf32>, %k: tensor<1x?x8xf32>,
    %v: tensor<1x?x8xf32>, %at: index, %kc: memref<1x2x12x16xi8>,
    %vc: memref<1x32x12xi8>) -> tensor<1x?x16xf32> {
  %y = ecolm.cached_attention %q, %k, %v at %at cache %kc, %vc
      heads 2 kv_heads 1 scale 0.5
      : tensor<1x?x16xf32>, tensor<1x?x8xf32>, tensor<1x?x8xf32>,
        memref<1x2x12x16xi8>, memref<1x32x12xi8>
  return %y : tensor<1x?x16xf32>
}

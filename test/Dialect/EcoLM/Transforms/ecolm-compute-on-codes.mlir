// RUN: ecolm-opt %s --ecolm-compute-on-codes --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @ternary
// CHECK: %[[Q:.*]], %[[S:.*]] = ecolm.quantize_int8
// CHECK: %[[I:.*]] = ecolm.matmul %[[Q]], %{{.*}} : tensor<1x?x8xi8>, tensor<3x8x!ecolm.ternary> -> tensor<1x?x3xi32>
// CHECK: %[[Y:.*]] = ecolm.dequantize %[[I]] scale %[[S]] : tensor<1x?x3xi32>, tensor<1x?xf32> -> tensor<1x?x3xf32>
// CHECK: return %[[Y]]
func.func @ternary(%x: tensor<1x?x8xf32>, %w: tensor<3x8x!ecolm.ternary>) -> tensor<1x?x3xf32> {
  %q, %s = ecolm.quantize_int8 %x : tensor<1x?x8xf32> -> tensor<1x?x8xi8>, tensor<1x?xf32>
  %d = ecolm.dequantize %q scale %s : tensor<1x?x8xi8>, tensor<1x?xf32> -> tensor<1x?x8xf32>
  %y = ecolm.matmul %d, %w : tensor<1x?x8xf32>, tensor<3x8x!ecolm.ternary> -> tensor<1x?x3xf32>
  return %y : tensor<1x?x3xf32>
}

// -----

// Sums with powers of two count the smallest one.
// CHECK-LABEL: func.func @powers
// CHECK: %[[I:.*]] = ecolm.matmul {{.*}} -> tensor<?x3xi32>
// CHECK: %[[D:.*]] = ecolm.dequantize %[[I]]
// CHECK: %[[Y:.*]] = ecolm.shift %[[D]] by [-6]
// CHECK: return %[[Y]]
func.func @powers(%x: tensor<?x8xf32>, %w: tensor<3x8x!ecolm.pot<min = -6, max = 0>>) -> tensor<?x3xf32> {
  %q, %s = ecolm.quantize_int8 %x : tensor<?x8xf32> -> tensor<?x8xi8>, tensor<?xf32>
  %d = ecolm.dequantize %q scale %s : tensor<?x8xi8>, tensor<?xf32> -> tensor<?x8xf32>
  %y = ecolm.matmul %d, %w : tensor<?x8xf32>, tensor<3x8x!ecolm.pot<min = -6, max = 0>> -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// -----

// CHECK-LABEL: func.func @groups
// CHECK: %[[Q:.*]], %[[S:.*]] = ecolm.quantize_int8
// CHECK: %[[G:.*]] = ecolm.group_matmul %[[Q]], %{{.*}} scales %{{.*}} group 4 : tensor<?x8xi8>, tensor<3x8xi4>, tensor<3x2xf32> -> tensor<?x3xf32>
// CHECK: linalg.generic {{.*}} ins(%[[G]], %[[S]] : tensor<?x3xf32>, tensor<?xf32>)
// CHECK: arith.mulf
func.func @groups(%x: tensor<?x8xf32>, %w: tensor<3x8xi4>, %scales: tensor<3x2xf32>) -> tensor<?x3xf32> {
  %q, %s = ecolm.quantize_int8 %x : tensor<?x8xf32> -> tensor<?x8xi8>, tensor<?xf32>
  %d = ecolm.dequantize %q scale %s : tensor<?x8xi8>, tensor<?xf32> -> tensor<?x8xf32>
  %y = ecolm.group_matmul %d, %w scales %scales group 4 : tensor<?x8xf32>, tensor<3x8xi4>, tensor<3x2xf32> -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// -----

// Weights of floats have no integer product; 25 bits of weights and 7 of codes
// overflow; one scale for a group of a row is no scale of the row.
// CHECK-LABEL: func.func @left_alone
// CHECK-COUNT-3: ecolm.matmul {{.*}} -> tensor<?x3xf32>
func.func @left_alone(%q: tensor<?x8xi8>, %s: tensor<?xf32>, %g: tensor<?x2xf32>, %f: tensor<3x8xf32>,
                      %p: tensor<3x8x!ecolm.pot<min = 0, max = 24>>, %t: tensor<3x8x!ecolm.ternary>)
    -> (tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x3xf32>) {
  %d = ecolm.dequantize %q scale %s : tensor<?x8xi8>, tensor<?xf32> -> tensor<?x8xf32>
  %e = ecolm.dequantize %q scale %g : tensor<?x8xi8>, tensor<?x2xf32> -> tensor<?x8xf32>
  %0 = ecolm.matmul %d, %f : tensor<?x8xf32>, tensor<3x8xf32> -> tensor<?x3xf32>
  %1 = ecolm.matmul %d, %p : tensor<?x8xf32>, tensor<3x8x!ecolm.pot<min = 0, max = 24>> -> tensor<?x3xf32>
  %2 = ecolm.matmul %e, %t : tensor<?x8xf32>, tensor<3x8x!ecolm.ternary> -> tensor<?x3xf32>
  return %0, %1, %2 : tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x3xf32>
}

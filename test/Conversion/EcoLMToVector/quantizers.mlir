// RUN: ecolm-opt %s --ecolm-place-weights --convert-ecolm-to-vector --canonicalize --cse | FileCheck %s


// CHECK-LABEL: func.func @log_quantize(
// CHECK: linalg.generic
// CHECK: %[[BITS:.*]] = arith.bitcast %{{.*}} : f32 to i32
// CHECK: %[[ABS:.*]] = arith.andi %[[BITS]], %c2147483647_i32
// CHECK: arith.shrui %[[ABS]], %c23_i32
// CHECK: arith.maxsi {{.*}}, %c-6_i32
// CHECK: arith.minsi {{.*}}, %c1_i32
// CHECK: arith.cmpi slt, %[[ABS]], %c1015021568_i32
// CHECK: arith.select %{{.*}}, %c0_i32
// CHECK: linalg.generic
// CHECK: arith.sitofp
// CHECK-NEXT: arith.mulf
func.func @log_quantize(%x: tensor<1x?x16xf32>) -> tensor<1x?x16xf32> {
  %q = ecolm.log_quantize %x : tensor<1x?x16xf32> -> tensor<1x?x16x!ecolm.pot<min = -6, max = 1>>
  %y = ecolm.dequantize %q : tensor<1x?x16x!ecolm.pot<min = -6, max = 1>> -> tensor<1x?x16xf32>
  return %y : tensor<1x?x16xf32>
}

// No 32-bit integer holds 32 exponents: the powers stay floats.
// CHECK-LABEL: func.func @log_quantize_wide(
// CHECK: linalg.generic
// CHECK: arith.maxsi {{.*}}, %c-30_i32
// CHECK: arith.minsi {{.*}}, %c1_i32
// CHECK: %[[BITS:.*]] = arith.select
// CHECK: arith.bitcast %[[BITS]] : i32 to f32
// CHECK-NOT: arith.sitofp
// CHECK-NOT: arith.mulf
// CHECK: return
func.func @log_quantize_wide(%x: tensor<4xf32>) -> tensor<4xf32> {
  %q = ecolm.log_quantize %x : tensor<4xf32> -> tensor<4x!ecolm.pot<min = -30, max = 1>>
  %y = ecolm.dequantize %q : tensor<4x!ecolm.pot<min = -30, max = 1>> -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// CHECK-LABEL: func.func @quantize_int8(
// CHECK: arith.maximumf {{.*}} : vector<16xf32>
// CHECK: vector.reduction <maximumf>
// CHECK: arith.divf
// CHECK: math.roundeven {{.*}} : vector<16xf32>
// CHECK: arith.maxnumf
// CHECK: arith.minimumf
// CHECK: arith.fptosi {{.*}} vector<16xf32> to vector<16xi8>
func.func @quantize_int8(%x: tensor<?x16xf32>) -> (tensor<?x16xi8>, tensor<?xf32>) {
  %c, %s = ecolm.quantize_int8 %x : tensor<?x16xf32> -> tensor<?x16xi8>, tensor<?xf32>
  return %c, %s : tensor<?x16xi8>, tensor<?xf32>
}

// What is past the end of a row is no element: the mask keeps the largest.
// CHECK-LABEL: func.func @quantize_one_ragged_row(
// CHECK: %[[MASK:.*]] = vector.create_mask
// CHECK: %[[X:.*]] = arith.select %[[MASK]]
// CHECK: arith.maximumf %{{.*}}, %[[X]]
// CHECK: tensor.collapse_shape %{{.*}} [] : tensor<1xf32> into tensor<f32>
func.func @quantize_one_ragged_row(%x: tensor<19xf32>) -> (tensor<19xi8>, tensor<f32>) {
  %c, %s = ecolm.quantize_int8 %x : tensor<19xf32> -> tensor<19xi8>, tensor<f32>
  return %c, %s : tensor<19xi8>, tensor<f32>
}

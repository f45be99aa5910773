// RUN: ecolm-opt %s -ecolm-fold-powers-of-two -split-input-file | FileCheck %s
// RUN: ecolm-opt %s -ecolm-fold-powers-of-two -split-input-file -remarks-filter=.* -remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

!pot = !ecolm.pot<min = -6, max = 1>

// Inputs reach 2^7 units. Rows of the first factor are (1 1) (1 -1), (0 1)
// (-1 0): sums up to 256 256 128 128. Codes 136 33 are the second's (ib, ic, id):
// (-1 1, -1 1), (0 -1, 1 -1): at most 256 + 128, which 16 bits hold.
// REMARK: [Passed] integer-form {{.*}} bits=16, bound=384
// CHECK-LABEL: func @linear_layer
//  CHECK-SAME: %[[X:.*]]: tensor<1x?x4xf32>
//       CHECK: %[[Q:.*]] = ecolm.log_quantize %[[X]]
//       CHECK: %[[I:.*]] = ecolm.butterfly %[[Q]], %{{.*}}, %{{.*}} : ({{.*}}) -> tensor<1x?x4xi32>
//       CHECK: %[[F:.*]] = arith.sitofp %[[I]] : tensor<1x?x4xi32> to tensor<1x?x4xf32>
//       CHECK: %[[Y:.*]] = ecolm.shift %[[F]] by [-7] : tensor<1x?x4xf32>
//       CHECK: return %[[Y]]
ecolm.weight @f0 : tensor<2x2x2x1x!ecolm.ternary> = dense<[1, 1, 1, -1, 0, 1, -1, 0]> : tensor<8xi8> packing <bytes>
ecolm.weight @f1 : tensor<1x2x2x2x!ecolm.ternary> = dense<[136, 33]> : tensor<2xui8> packing <codes2>
func.func @linear_layer(%x: tensor<1x?x4xf32>) -> tensor<1x?x4xf32> {
  %half = arith.constant 0.5 : f32
  %c1 = arith.constant 1 : index
  %f0 = ecolm.get_weight @f0 : tensor<2x2x2x1x!ecolm.ternary>
  %f1 = ecolm.get_weight @f1 : tensor<1x2x2x2x!ecolm.ternary>
  %q = ecolm.log_quantize %x : tensor<1x?x4xf32> -> tensor<1x?x4x!pot>
  %d = ecolm.dequantize %q : tensor<1x?x4x!pot> -> tensor<1x?x4xf32>
  %y = ecolm.butterfly %d, %f0, %f1 : (tensor<1x?x4xf32>, tensor<2x2x2x1x!ecolm.ternary>, tensor<1x2x2x2x!ecolm.ternary>) -> tensor<1x?x4xf32>
  %n = tensor.dim %y, %c1 : tensor<1x?x4xf32>
  %s = tensor.splat %half[%n] : tensor<1x?x4xf32>
  %z = arith.mulf %y, %s : tensor<1x?x4xf32>
  return %z : tensor<1x?x4xf32>
}

// -----

// Sums reach 2 * 2^23 units: an f32 has no more than 24 bits.
// CHECK-LABEL: func @too_wide
//       CHECK: ecolm.dequantize
//       CHECK: ecolm.matmul %{{.*}} -> tensor<8x2xf32>
// REMARK: remark: [Missed] integer-form
// REMARK-SAME: sums are not proved exact in f32
// REMARK-SAME: bound=16777216
ecolm.weight @wide : tensor<2x2x!ecolm.ternary> = dense<1> : tensor<2x2xi8> packing <bytes>
func.func @too_wide(%q: tensor<8x2x!ecolm.pot<min = -20, max = 3>>) -> tensor<8x2xf32> {
  %w = ecolm.get_weight @wide : tensor<2x2x!ecolm.ternary>
  %d = ecolm.dequantize %q : tensor<8x2x!ecolm.pot<min = -20, max = 3>> -> tensor<8x2xf32>
  %y = ecolm.matmul %d, %w : tensor<8x2xf32>, tensor<2x2x!ecolm.ternary> -> tensor<8x2xf32>
  return %y : tensor<8x2xf32>
}

// -----

// The same types, but the bytes say that every output has one input.
// CHECK-LABEL: func @sparse_enough
//       CHECK: ecolm.matmul %{{.*}} -> tensor<8x2xi32>
//       CHECK: ecolm.shift %{{.*}} by [-20]
ecolm.weight @sparse : tensor<2x2x!ecolm.ternary> = dense<[[1, 0], [0, -1]]> : tensor<2x2xi8> packing <bytes>
func.func @sparse_enough(%q: tensor<8x2x!ecolm.pot<min = -20, max = 3>>) -> tensor<8x2xf32> {
  %w = ecolm.get_weight @sparse : tensor<2x2x!ecolm.ternary>
  %d = ecolm.dequantize %q : tensor<8x2x!ecolm.pot<min = -20, max = 3>> -> tensor<8x2xf32>
  %y = ecolm.matmul %d, %w : tensor<8x2xf32>, tensor<2x2x!ecolm.ternary> -> tensor<8x2xf32>
  return %y : tensor<8x2xf32>
}

// -----

// The unit is the product of both: 2^-6 * 2^-3.
// CHECK-LABEL: func @powers_by_powers
//       CHECK: ecolm.matmul {{.*}} -> tensor<8x2xi32>
//       CHECK: ecolm.shift %{{.*}} by [-9]
func.func @powers_by_powers(%q: tensor<8x2x!ecolm.pot<min = -6, max = 1>>, %w: tensor<2x2x!ecolm.pot<min = -3, max = 0>>) -> tensor<8x2xf32> {
  %d = ecolm.dequantize %q : tensor<8x2x!ecolm.pot<min = -6, max = 1>> -> tensor<8x2xf32>
  %y = ecolm.matmul %d, %w : tensor<8x2xf32>, tensor<2x2x!ecolm.pot<min = -3, max = 0>> -> tensor<8x2xf32>
  return %y : tensor<8x2xf32>
}

// -----

// Products below 2^-149 vanish in f32 but not in integers.
// CHECK-LABEL: func @below_subnormals
//       CHECK: ecolm.matmul {{.*}} -> tensor<8x2xf32>
func.func @below_subnormals(%q: tensor<8x2x!ecolm.pot<min = -100, max = -98>>, %w: tensor<2x2x!ecolm.pot<min = -60, max = -59>>) -> tensor<8x2xf32> {
  %d = ecolm.dequantize %q : tensor<8x2x!ecolm.pot<min = -100, max = -98>> -> tensor<8x2xf32>
  %y = ecolm.matmul %d, %w : tensor<8x2xf32>, tensor<2x2x!ecolm.pot<min = -60, max = -59>> -> tensor<8x2xf32>
  return %y : tensor<8x2xf32>
}

// -----

// CHECK-LABEL: func @scales
//       CHECK: %[[A:.*]] = ecolm.shift %{{.*}} by [3]
//       CHECK: %[[B:.*]] = ecolm.shift %{{.*}} by [-1, 0, 2]
//       CHECK: %[[C:.*]] = ecolm.shift %{{.*}} by [2]
//       CHECK: %[[D:.*]] = arith.negf %[[C]]
//       CHECK: %[[E:.*]] = ecolm.shift %{{.*}} by [-4]
//       CHECK: return %[[A]], %[[B]], %[[D]], %[[E]]
func.func @scales(%x: tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>) {
  %eight = arith.constant dense<8.0> : tensor<2x3xf32>
  %row = arith.constant dense<[0.5, 1.0, 4.0]> : tensor<3xf32>
  %minus = arith.constant dense<-4.0> : tensor<2x3xf32>
  %sixteen = arith.constant 16.0 : f32
  %0 = arith.mulf %x, %eight : tensor<2x3xf32>
  %init = tensor.empty() : tensor<2x3xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%x, %row : tensor<2x3xf32>, tensor<3xf32>) outs(%init : tensor<2x3xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    linalg.yield %p : f32
  } -> tensor<2x3xf32>
  %2 = arith.mulf %minus, %x : tensor<2x3xf32>
  %3 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<2x3xf32>) outs(%init : tensor<2x3xf32>) {
  ^bb0(%a: f32, %c: f32):
    %p = arith.divf %a, %sixteen : f32
    linalg.yield %p : f32
  } -> tensor<2x3xf32>
  return %0, %1, %2, %3 : tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>
}

// -----

// Three is no power of two; signs differ; one factor per row is not one per
// column; 16 / x is no scale.
// CHECK-LABEL: func @not_scales
//   CHECK-NOT: ecolm.shift
func.func @not_scales(%x: tensor<2x2xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>) {
  %three = arith.constant dense<3.0> : tensor<2x2xf32>
  %signs = arith.constant dense<[[2.0, -2.0], [2.0, 2.0]]> : tensor<2x2xf32>
  %column = arith.constant dense<[0.5, 2.0]> : tensor<2xf32>
  %sixteen = arith.constant dense<16.0> : tensor<2x2xf32>
  %0 = arith.mulf %x, %three : tensor<2x2xf32>
  %1 = arith.mulf %x, %signs : tensor<2x2xf32>
  %init = tensor.empty() : tensor<2x2xf32>
  %2 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%x, %column : tensor<2x2xf32>, tensor<2xf32>) outs(%init : tensor<2x2xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    linalg.yield %p : f32
  } -> tensor<2x2xf32>
  %3 = arith.divf %sixteen, %x : tensor<2x2xf32>
  return %0, %1, %2, %3 : tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>
}

// -----

// CHECK-LABEL: func @merge
//  CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<2x3xf32>
//       CHECK: ecolm.shift %[[X]] by [4, 3, 5]
//       CHECK: ecolm.shift %[[X]] by [-3]
//       CHECK: ecolm.shift %{{.*}} by [5]
func.func @merge(%x: tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>) {
  %0 = ecolm.shift %x by [3] : tensor<2x3xf32>
  %1 = ecolm.shift %0 by [1, 0, 2] : tensor<2x3xf32>
  // The first may round a subnormal away.
  %2 = ecolm.shift %x by [-3] : tensor<2x3xf32>
  %3 = ecolm.shift %2 by [5] : tensor<2x3xf32>
  return %1, %3 : tensor<2x3xf32>, tensor<2x3xf32>
}

// -----

// CHECK-LABEL: func @sink
//  CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>
//       CHECK: %[[R:.*]] = arith.maximumf %[[X]]
//       CHECK: %[[T:.*]] = tensor.collapse_shape %[[R]]
//       CHECK: %[[Y:.*]] = ecolm.shift %[[T]] by [-2] : tensor<6xf32>
//       CHECK: return %[[Y]]
func.func @sink(%x: tensor<2x3xf32>) -> tensor<6xf32> {
  %zero = arith.constant dense<0.0> : tensor<2x3xf32>
  %0 = ecolm.shift %x by [-2] : tensor<2x3xf32>
  %1 = arith.maximumf %0, %zero : tensor<2x3xf32>
  %2 = tensor.collapse_shape %1 [[0, 1]] : tensor<2x3xf32> into tensor<6xf32>
  return %2 : tensor<6xf32>
}

// -----

// A row of exponents stays where its columns are.
// CHECK-LABEL: func @keep
//       CHECK: ecolm.shift
//       CHECK: tensor.collapse_shape
func.func @keep(%x: tensor<2x3xf32>) -> tensor<6xf32> {
  %0 = ecolm.shift %x by [-2, 1, 0] : tensor<2x3xf32>
  %2 = tensor.collapse_shape %0 [[0, 1]] : tensor<2x3xf32> into tensor<6xf32>
  return %2 : tensor<6xf32>
}

// -----

// Nothing is known of how many products a sum has.
// CHECK-LABEL: func @unknown_width
//       CHECK: ecolm.matmul %{{.*}} -> tensor<2x8xf32>
// REMARK: remark: [Missed] integer-form {{.*}} Reason="the sums cannot be bounded"
func.func @unknown_width(%q: tensor<2x?x!ecolm.pot<min = -6, max = 3>>, %w: tensor<8x?x!ecolm.ternary>) -> tensor<2x8xf32> {
  %d = ecolm.dequantize %q : tensor<2x?x!ecolm.pot<min = -6, max = 3>> -> tensor<2x?xf32>
  %y = ecolm.matmul %d, %w : tensor<2x?xf32>, tensor<8x?x!ecolm.ternary> -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

// -----

// Bytes that became floats are bytes.
// CHECK-LABEL: func @bytes
//  CHECK-SAME: %[[X:.*]]: tensor<2x8xi8>
//       CHECK: %[[Y:.*]] = ecolm.matmul %[[X]], %{{.*}} -> tensor<2x8xi32>
//       CHECK: arith.sitofp %[[Y]]
func.func @bytes(%x: tensor<2x8xi8>, %w: tensor<8x8x!ecolm.ternary>) -> tensor<2x8xf32> {
  %0 = tensor.empty() : tensor<2x8xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<2x8xi8>) outs(%0 : tensor<2x8xf32>) {
  ^bb0(%in: i8, %out: f32):
    %2 = arith.sitofp %in : i8 to f32
    linalg.yield %2 : f32
  } -> tensor<2x8xf32>
  %y = ecolm.matmul %1, %w : tensor<2x8xf32>, tensor<8x8x!ecolm.ternary> -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

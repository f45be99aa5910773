// RUN: ecolm-opt %s -ecolm-fuse-butterfly-stages -split-input-file | FileCheck %s

// CHECK-LABEL: func @chain
//  CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<1x?x64xf32>, %[[A:[a-z0-9]+]]: {{.*}}, %[[B:[a-z0-9]+]]: {{.*}}, %[[C:[a-z0-9]+]]:
//  CHECK-NEXT: %[[Y:.*]] = ecolm.butterfly %[[X]], %[[A]], %[[B]], %[[C]]
//  CHECK-NEXT: return %[[Y]]
func.func @chain(%x: tensor<1x?x64xf32>, %a: tensor<16x4x4x1x!ecolm.ternary>,
    %b: tensor<4x4x4x4x!ecolm.ternary>, %c: tensor<1x4x4x16x!ecolm.ternary>) -> tensor<1x?x64xf32> {
  %0 = ecolm.butterfly_factor %x, %a : tensor<1x?x64xf32>, tensor<16x4x4x1x!ecolm.ternary> -> tensor<1x?x64xf32>
  %1 = ecolm.butterfly_factor %0, %b : tensor<1x?x64xf32>, tensor<4x4x4x4x!ecolm.ternary> -> tensor<1x?x64xf32>
  %2 = ecolm.butterfly_factor %1, %c : tensor<1x?x64xf32>, tensor<1x4x4x16x!ecolm.ternary> -> tensor<1x?x64xf32>
  return %2 : tensor<1x?x64xf32>
}

// -----

// CHECK-LABEL: func @single_factor
//       CHECK: ecolm.butterfly %{{.*}}, %{{.*}} :
func.func @single_factor(%x: tensor<8x12xf32>, %a: tensor<2x3x6x1xf32>) -> tensor<8x6xf32> {
  %0 = ecolm.butterfly_factor %x, %a : tensor<8x12xf32>, tensor<2x3x6x1xf32> -> tensor<8x6xf32>
  return %0 : tensor<8x6xf32>
}

// -----

// CHECK-LABEL: func @other_use_between
//       CHECK: %[[A:.*]] = ecolm.butterfly
//       CHECK: %[[B:.*]] = ecolm.butterfly %[[A]]
//       CHECK: return %[[A]], %[[B]]
func.func @other_use_between(%x: tensor<8x4xf32>, %a: tensor<2x2x2x1xf32>, %b: tensor<1x2x2x2xf32>)
    -> (tensor<8x4xf32>, tensor<8x4xf32>) {
  %0 = ecolm.butterfly_factor %x, %a : tensor<8x4xf32>, tensor<2x2x2x1xf32> -> tensor<8x4xf32>
  %1 = ecolm.butterfly_factor %0, %b : tensor<8x4xf32>, tensor<1x2x2x2xf32> -> tensor<8x4xf32>
  return %0, %1 : tensor<8x4xf32>, tensor<8x4xf32>
}

// -----

// The first is cut to 3, so the second starts from zeros that fusing would lose.
// CHECK-LABEL: func @cut_between
// CHECK-COUNT-2: ecolm.butterfly
func.func @cut_between(%x: tensor<8x4xf32>, %a: tensor<2x2x2x1xf32>, %b: tensor<1x2x2x2xf32>) -> tensor<8x4xf32> {
  %0 = ecolm.butterfly %x, %a : (tensor<8x4xf32>, tensor<2x2x2x1xf32>) -> tensor<8x3xf32>
  %1 = ecolm.butterfly %0, %b : (tensor<8x3xf32>, tensor<1x2x2x2xf32>) -> tensor<8x4xf32>
  return %1 : tensor<8x4xf32>
}

// -----

// The concatenation of stacks is mixed by the second: not a product of stacks.
// CHECK-LABEL: func @stacks
// CHECK-COUNT-2: ecolm.butterfly
func.func @stacks(%x: tensor<8x4xf32>, %a: tensor<2x2x2x2x1xf32>, %b: tensor<1x2x2x4xf32>) -> tensor<8x8xf32> {
  %0 = ecolm.butterfly %x, %a : (tensor<8x4xf32>, tensor<2x2x2x2x1xf32>) -> tensor<8x8xf32>
  %1 = ecolm.butterfly %0, %b : (tensor<8x8xf32>, tensor<1x2x2x4xf32>) -> tensor<8x8xf32>
  return %1 : tensor<8x8xf32>
}

// -----

// CHECK-LABEL: func @padded_and_cut
//  CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<1x?x10xf32>
//       CHECK: %[[Y:.*]] = ecolm.butterfly %[[X]], %{{.*}}, %{{.*}} : (tensor<1x?x10xf32>, {{.*}}) -> tensor<1x?x12xf32>
//   CHECK-NOT: tensor.pad
//   CHECK-NOT: extract_slice
//       CHECK: return %[[Y]]
func.func @padded_and_cut(%x: tensor<1x?x10xf32>, %a: tensor<4x4x4x1xf32>, %b: tensor<1x4x4x4xf32>) -> tensor<1x?x12xf32> {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1 : index
  %p = tensor.pad %x low[0, 0, 0] high[0, 0, 6] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<1x?x10xf32> to tensor<1x?x16xf32>
  %0 = ecolm.butterfly_factor %p, %a : tensor<1x?x16xf32>, tensor<4x4x4x1xf32> -> tensor<1x?x16xf32>
  %1 = ecolm.butterfly_factor %0, %b : tensor<1x?x16xf32>, tensor<1x4x4x4xf32> -> tensor<1x?x16xf32>
  %n = tensor.dim %1, %one : tensor<1x?x16xf32>
  %y = tensor.extract_slice %1[0, 0, 0] [1, %n, 12] [1, 1, 1] : tensor<1x?x16xf32> to tensor<1x?x12xf32>
  return %y : tensor<1x?x12xf32>
}

// -----

// Ones are not zeros; a pad in front shifts the input; half the rows are not all.
// CHECK-LABEL: func @not_absorbed
// CHECK-COUNT-2: tensor.pad
//         CHECK: tensor.extract_slice
func.func @not_absorbed(%x: tensor<8x3xf32>, %a: tensor<2x2x2x1xf32>) -> (tensor<4x4xf32>, tensor<8x4xf32>) {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %p = tensor.pad %x low[0, 0] high[0, 1] {
  ^bb0(%i: index, %j: index):
    tensor.yield %one : f32
  } : tensor<8x3xf32> to tensor<8x4xf32>
  %0 = ecolm.butterfly_factor %p, %a : tensor<8x4xf32>, tensor<2x2x2x1xf32> -> tensor<8x4xf32>
  %q = tensor.pad %x low[0, 1] high[0, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %zero : f32
  } : tensor<8x3xf32> to tensor<8x4xf32>
  %1 = ecolm.butterfly_factor %q, %a : tensor<8x4xf32>, tensor<2x2x2x1xf32> -> tensor<8x4xf32>
  %y = tensor.extract_slice %0[0, 0] [4, 4] [1, 1] : tensor<8x4xf32> to tensor<4x4xf32>
  return %y, %1 : tensor<4x4xf32>, tensor<8x4xf32>
}

// What says where a token stands counts from the first of the next tokens.
// RUN: ecolm-opt %s -ecolm-derive-incremental=context-length=8 -split-input-file | FileCheck %s

#rows = affine_map<(b, t, c) -> (b, t, c)>

// A body reads a table at its place, other tensors of tokens at its own token,
// which lie where they did.
// CHECK-LABEL: func @main
//  CHECK-SAME: %[[IDS:[a-z0-9]+]]: tensor<1x?xi64>, %[[P:[a-z0-9]+]]: index
//       CHECK: linalg.generic
//       CHECK:   %[[T:.*]] = linalg.index 1 : index
//       CHECK:   %[[PLACE:.*]] = arith.addi %[[T]], %[[P]] : index
//       CHECK:   tensor.extract %{{.*}}[%[[PLACE]], %{{.*}}] : tensor<8x4xf32>
//       CHECK:   tensor.extract %{{.*}}[%{{.*}}, %[[T]], %{{.*}}] : tensor<1x?x4xf32>
func.func @main(%ids: tensor<1x?xi64>) -> tensor<1x?x4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %table = arith.constant dense<1.0> : tensor<8x4xf32>
  %n = tensor.dim %ids, %c1 : tensor<1x?xi64>
  %x = tensor.splat %zero[%n] : tensor<1x?x4xf32>
  %e = tensor.empty(%n) : tensor<1x?x4xf32>
  %y = linalg.generic {indexing_maps = [#rows], iterator_types = ["parallel", "parallel", "parallel"]}
      outs(%e : tensor<1x?x4xf32>) {
  ^bb0(%o: f32):
    %t = linalg.index 1 : index
    %c = linalg.index 2 : index
    %even = arith.cmpi ult, %c, %c1 : index
    %v = tensor.extract %table[%t, %c] : tensor<8x4xf32>
    %s = scf.if %even -> f32 {
      %own = tensor.extract %x[%c0, %t, %c] : tensor<1x?x4xf32>
      %sum = arith.addf %v, %own : f32
      scf.yield %sum : f32
    } else {
      scf.yield %v : f32
    }
    linalg.yield %s : f32
  } -> tensor<1x?x4xf32>
  return %y : tensor<1x?x4xf32>
}

// -----

// As many rows of a table as there are tokens, clamped to a table that is as
// long as the context; the dimension of one goes.
// CHECK-LABEL: func @main
//  CHECK-SAME: %[[IDS:[a-z0-9]+]]: tensor<1x?xi64>, %[[P:[a-z0-9]+]]: index
//       CHECK: tensor.extract_slice %{{.*}}[%[[P]], 0, 0] [%{{.*}}, 1, 4] [1, 1, 1] : tensor<9x1x4xf32> to tensor<?x4xf32>
//       CHECK: tensor.extract_slice %{{.*}}[0, 0, 2] [1, %{{.*}}, 2]
//       CHECK: tensor.insert_slice
func.func @main(%ids: tensor<1x?xi64>) -> tensor<1x?x4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c9 = arith.constant 9 : index
  %table = arith.constant dense<1.0> : tensor<9x1x4xf32>
  %n = tensor.dim %ids, %c1 : tensor<1x?xi64>
  %isNegative = arith.cmpi slt, %n, %c0 : index
  %back = arith.addi %n, %c9 : index
  %wrapped = arith.select %isNegative, %back, %n : index
  %low = arith.maxsi %wrapped, %c0 : index
  %count = arith.minsi %c9, %low : index
  %rows = tensor.extract_slice %table[0, 0, 0] [%count, 1, 4] [1, 1, 1] : tensor<9x1x4xf32> to tensor<?x4xf32>
  %x = tensor.expand_shape %rows [[0, 1], [2]] output_shape [1, %count, 4] : tensor<?x4xf32> into tensor<1x?x4xf32>
  %a = tensor.extract_slice %x[0, 0, 2] [1, %n, 2] [1, 1, 1] : tensor<1x?x4xf32> to tensor<1x?x2xf32>
  %e = tensor.empty(%n) : tensor<1x?x4xf32>
  %l = tensor.insert_slice %a into %e[0, 0, 0] [1, %n, 2] [1, 1, 1] : tensor<1x?x2xf32> into tensor<1x?x4xf32>
  %y = tensor.insert_slice %a into %l[0, 0, 2] [1, %n, 2] [1, 1, 1] : tensor<1x?x2xf32> into tensor<1x?x4xf32>
  return %y : tensor<1x?x4xf32>
}

// RUN: ecolm-opt --onnx-infer-shapes --expand-einsum --onnx-infer-shapes --split-input-file %s | FileCheck %s

// A stored matrix is the second factor, whatever the author put first.
// CHECK-LABEL: func @weights
// CHECK-SAME:    (%[[X:.*]]: tensor<2x?x8xf32>
// CHECK:         %[[W:.*]] = onnx.initializer "w"
// CHECK:         %[[T:.*]] = onnx.node "Transpose"(%[[W]]) {attrs = {perm = array<i64: 1, 0>}{{.*}} -> tensor<8x4xf32>
// CHECK:         onnx.node "MatMul"(%[[X]], %[[T]]) {{.*}} -> tensor<2x?x4xf32>
// CHECK:         %[[T:.*]] = onnx.node "Transpose"(%[[W]])
// CHECK:         onnx.node "MatMul"(%[[X]], %[[T]])
// CHECK:         %[[T:.*]] = onnx.node "Transpose"(%[[W]])
// CHECK:         %[[P:.*]] = onnx.node "MatMul"(%[[X]], %[[T]])
// CHECK:         onnx.node "Transpose"(%[[P]]) {attrs = {perm = array<i64: 2, 0, 1>}{{.*}} -> tensor<4x2x?xf32>
// CHECK-NOT:     "Einsum"
func.func @weights(%x: tensor<2x?x8xf32> {onnx.name = "x", onnx.dims = ["2", "n", "8"]})
    -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>) {
  %w = onnx.initializer "w" dense<0.5> : tensor<4x8xf32>
  %0 = onnx.node "Einsum"(%x, %w) {attrs = {equation = "bti,oi->bto"}, opset = 12 : i64} : (tensor<2x?x8xf32>, tensor<4x8xf32>) -> tensor<*xf32>
  %1 = onnx.node "Einsum"(%w, %x) {attrs = {equation = "o i, ... i -> ... o"}, opset = 12 : i64} : (tensor<4x8xf32>, tensor<2x?x8xf32>) -> tensor<*xf32>
  %2 = onnx.node "Einsum"(%w, %x) {attrs = {equation = "oi,bti->obt"}, opset = 12 : i64} : (tensor<4x8xf32>, tensor<2x?x8xf32>) -> tensor<*xf32>
  return %0, %1, %2 : tensor<*xf32>, tensor<*xf32>, tensor<*xf32>
}

// -----

// Heads are columns that a Reshape takes apart, or one sum over two axes. The
// weight may be computed from constants.
// CHECK-LABEL: func @heads
// CHECK-SAME:    (%[[X:.*]]: tensor<2x?x8xf32>
// CHECK:         %[[T:.*]] = onnx.node "Transpose"(%{{.*}}) {attrs = {perm = array<i64: 1, 0, 2>}
// CHECK:         onnx.initializer "Einsum" dense<[0, 12]>
// CHECK:         %[[M:.*]] = onnx.node "Reshape"(%[[T]], %{{.*}}) {{.*}} -> tensor<8x12xf32>
// CHECK:         %[[P:.*]] = onnx.node "MatMul"(%[[X]], %[[M]]) {{.*}} -> tensor<2x?x12xf32>
// CHECK:         onnx.initializer "Einsum" dense<[0, 0, 3, 4]>
// CHECK:         %[[Q:.*]] = onnx.node "Reshape"(%[[P]], %{{.*}}) {{.*}} -> tensor<2x?x3x4xf32>
// CHECK:         %[[F:.*]] = onnx.node "Reshape"(%[[Q]], %{{.*}}) {{.*}} -> tensor<2x?x12xf32>
// CHECK:         %[[O:.*]] = onnx.node "Reshape"(%{{.*}}, %{{.*}}) {{.*}} -> tensor<12x8xf32>
// CHECK:         onnx.node "MatMul"(%[[F]], %[[O]]) {{.*}} -> tensor<2x?x8xf32>
func.func @heads(%x: tensor<2x?x8xf32> {onnx.name = "x", onnx.dims = ["2", "n", "8"]}) -> tensor<*xf32> {
  %w = onnx.initializer "w" dense<0.5> : tensor<3x8x4xf32>
  %n = onnx.node "Neg"(%w) {opset = 13 : i64} : (tensor<3x8x4xf32>) -> tensor<3x8x4xf32>
  %o = onnx.initializer "o" dense<0.5> : tensor<3x4x8xf32>
  %q = onnx.node "Einsum"(%x, %n) {attrs = {equation = "bsd,hdk->bshk"}, opset = 12 : i64} : (tensor<2x?x8xf32>, tensor<3x8x4xf32>) -> tensor<*xf32>
  %y = onnx.node "Einsum"(%q, %o) {attrs = {equation = "bshk,hkd->bsd"}, opset = 12 : i64} : (tensor<*xf32>, tensor<3x4x8xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Scores and the mixing of values, with heads first and with heads last; keys
// that all heads share.
// CHECK-LABEL: func @attention
// CHECK-SAME:    (%[[Q:.*]]: tensor<2x3x?x4xf32> {{.*}}, %[[K:.*]]: tensor<2x3x?x4xf32> {{.*}}, %[[L:.*]]: tensor<2x?x3x4xf32> {{.*}}, %[[S:.*]]: tensor<2x?x4xf32>
// CHECK:         %[[KT:.*]] = onnx.node "Transpose"(%[[K]]) {attrs = {perm = array<i64: 0, 1, 3, 2>}
// CHECK:         onnx.node "MatMul"(%[[Q]], %[[KT]]) {{.*}} -> tensor<2x3x?x?xf32>
// CHECK:         %[[QL:.*]] = onnx.node "Transpose"(%[[L]]) {attrs = {perm = array<i64: 0, 2, 1, 3>}
// CHECK:         %[[KL:.*]] = onnx.node "Transpose"(%[[L]]) {attrs = {perm = array<i64: 0, 2, 3, 1>}
// CHECK:         %[[P:.*]] = onnx.node "MatMul"(%[[QL]], %[[KL]])
// CHECK:         %[[V:.*]] = onnx.node "Transpose"(%[[L]]) {attrs = {perm = array<i64: 0, 2, 1, 3>}
// CHECK:         %[[O:.*]] = onnx.node "MatMul"(%[[P]], %[[V]])
// CHECK:         onnx.node "Transpose"(%[[O]]) {attrs = {perm = array<i64: 0, 2, 1, 3>}{{.*}} -> tensor<2x?x3x4xf32>
// CHECK:         %[[ST:.*]] = onnx.node "Transpose"(%[[S]]) {attrs = {perm = array<i64: 0, 2, 1>}
// CHECK:         %[[SU:.*]] = onnx.node "Unsqueeze"(%[[ST]], %{{.*}}) {{.*}} -> tensor<2x1x4x?xf32>
// CHECK:         onnx.node "MatMul"(%[[Q]], %[[SU]]) {{.*}} -> tensor<2x3x?x?xf32>
// CHECK-NOT:     "Einsum"
func.func @attention(%q: tensor<2x3x?x4xf32> {onnx.name = "q", onnx.dims = ["2", "3", "n", "4"]},
                     %k: tensor<2x3x?x4xf32> {onnx.name = "k", onnx.dims = ["2", "3", "n", "4"]},
                     %l: tensor<2x?x3x4xf32> {onnx.name = "l", onnx.dims = ["2", "n", "3", "4"]},
                     %s: tensor<2x?x4xf32> {onnx.name = "s", onnx.dims = ["2", "n", "4"]})
    -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>) {
  %0 = onnx.node "Einsum"(%q, %k) {attrs = {equation = "bhid,bhjd->bhij"}, opset = 12 : i64} : (tensor<2x3x?x4xf32>, tensor<2x3x?x4xf32>) -> tensor<*xf32>
  %p = onnx.node "Einsum"(%l, %l) {attrs = {equation = "bihd,bjhd->bhij"}, opset = 12 : i64} : (tensor<2x?x3x4xf32>, tensor<2x?x3x4xf32>) -> tensor<*xf32>
  %1 = onnx.node "Einsum"(%p, %l) {attrs = {equation = "bhij,bjhd->bihd"}, opset = 12 : i64} : (tensor<*xf32>, tensor<2x?x3x4xf32>) -> tensor<*xf32>
  %2 = onnx.node "Einsum"(%q, %s) {attrs = {equation = "bhid,bjd->bhij"}, opset = 12 : i64} : (tensor<2x3x?x4xf32>, tensor<2x?x4xf32>) -> tensor<*xf32>
  return %0, %1, %2 : tensor<*xf32>, tensor<*xf32>, tensor<*xf32>
}

// -----

// No product of matrices: a diagonal, a sum of one factor, a vector, an outer
// product, integers, three factors, factors of a butterfly, two sizes that only
// the run knows, and letters whose sizes it may find to differ.
// CHECK-LABEL: func @others
// CHECK-COUNT-9: "Einsum"
// CHECK-NOT:     "MatMul"
func.func @others(%x: tensor<4x4xf32> {onnx.name = "x"}, %v: tensor<2x4xf32> {onnx.name = "v"},
                  %i: tensor<4x4xi32> {onnx.name = "i"},
                  %a: tensor<?x2x4xf32> {onnx.name = "a", onnx.dims = ["n", "2", "4"]},
                  %b: tensor<?x?x4xf32> {onnx.name = "b", onnx.dims = ["m", "k", "4"]})
    -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, tensor<*xi32>, tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, tensor<*xf32>) {
  %w = onnx.initializer "w" dense<0.5> : tensor<2x4x4xf32>
  %0 = onnx.node "Einsum"(%x, %x) {attrs = {equation = "ii,ij->ij"}, opset = 12 : i64} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<*xf32>
  %1 = onnx.node "Einsum"(%x, %x) {attrs = {equation = "ij,kl->il"}, opset = 12 : i64} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<*xf32>
  %2 = onnx.node "Einsum"(%a, %v) {attrs = {equation = "bij,ij->bi"}, opset = 12 : i64} : (tensor<?x2x4xf32>, tensor<2x4xf32>) -> tensor<*xf32>
  %3 = onnx.node "Einsum"(%x, %x) {attrs = {equation = "ij,kl->ijkl"}, opset = 12 : i64} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<*xf32>
  %4 = onnx.node "Einsum"(%i, %i) {attrs = {equation = "ij,jk->ik"}, opset = 12 : i64} : (tensor<4x4xi32>, tensor<4x4xi32>) -> tensor<*xi32>
  %5 = onnx.node "Einsum"(%x, %x, %x) {attrs = {equation = "ij,jk,kl->il"}, opset = 12 : i64} : (tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<*xf32>
  %6 = onnx.node "Einsum"(%a, %w) {attrs = {equation = "nbi,bio->nbo"}, opset = 12 : i64} : (tensor<?x2x4xf32>, tensor<2x4x4xf32>) -> tensor<*xf32>
  %7 = onnx.node "Einsum"(%x, %b) {attrs = {equation = "id,mkd->imk"}, opset = 12 : i64} : (tensor<4x4xf32>, tensor<?x?x4xf32>) -> tensor<*xf32>
  %8 = onnx.node "Einsum"(%a, %b) {attrs = {equation = "bid,bjd->bij"}, opset = 12 : i64} : (tensor<?x2x4xf32>, tensor<?x?x4xf32>) -> tensor<*xf32>
  return %0, %1, %2, %3, %4, %5, %6, %7, %8 : tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, tensor<*xi32>, tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, tensor<*xf32>
}
